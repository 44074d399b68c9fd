import type { RiskLevel } from '../../../../shared/rules/guidance/index.ts';
import styles from './LevelBars.module.css';

/** One, two or three bars: the level without its colour. The word stands beside it. */
export function LevelBars({ level, isLarge = false }: { readonly level: RiskLevel; readonly isLarge?: boolean }) {
  return (
    <span className={`${styles['bars']} ${styles[level]} ${isLarge ? styles['large'] : ''}`} aria-hidden>
      <i />
      <i />
      <i />
    </span>
  );
}
