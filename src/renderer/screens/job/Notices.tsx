import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { en } from '../../text/en/index.ts';
import { type TextKey, t } from '../../text/index.ts';
import styles from './Notices.module.css';

/** Facts that came up on the way and that its owner should know. The newest three; others are for the log. */
export function Notices({ job }: { readonly job: JobView }) {
  const sentences = job.notices.map(sentenceOf).filter((one) => one !== null);
  const shown = [...new Set(sentences)].slice(-3);
  if (shown.length === 0) return null;
  return (
    <ul className={styles['notices']} aria-live="polite">
      {shown.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
}

/** Null: nothing for a window to add. */
function sentenceOf({ code, data }: JobView['notices'][number]): string | null {
  const key = `notice.${code}`;
  if (!isKey(key)) return null;
  const values = Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
  try {
    return t(key, values);
  } catch {
    // A fact is missing that the sentence needs: better none than half of it.
    return null;
  }
}

function isKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}
