import { useId } from 'react';
import { t } from '../../text/index.ts';
import styles from './PasscodeArt.module.css';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '', '0'] as const;
const DOTS = [83, 97, 111, 125, 139, 153] as const;

/** The passcode screen as the phone shows it: a picture to recognise, not a field to type in. */
export function PasscodeArt() {
  const id = useId();
  return (
    <svg className={styles['phone']} viewBox="0 0 236 478" aria-hidden>
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#3b3a63" />
          <stop offset=".55" stopColor="#6b4a78" />
          <stop offset="1" stopColor="#23264f" />
        </linearGradient>
      </defs>
      <rect x="1" y="1" width="234" height="476" rx="44" fill="#121316" stroke="#7c8189" strokeWidth="1.5" />
      <rect x="10" y="10" width="216" height="458" rx="36" fill={`url(#${id})`} />
      <rect x="84" y="22" width="68" height="20" rx="10" fill="#08090b" />
      <text x="118" y="92" className={styles['head']}>
        {t('passcode.art')}
      </text>
      <text x="118" y="112" className={styles['small']}>
        {t('passcode.artText')}
      </text>
      {DOTS.map((x, index) => (
        <circle key={x} cx={x} cy="140" r="5" stroke="#fff" strokeWidth="1.3" fill={index < 2 ? '#fff' : 'none'} />
      ))}
      {KEYS.map((key, index) => {
        if (key === '') return null;
        const x = 58 + (index % 3) * 60;
        const y = 200 + Math.floor(index / 3) * 62;
        return (
          <g key={key}>
            <circle cx={x} cy={y} r="25" fill="#fff" fillOpacity=".17" />
            <text x={x} y={y + 8} className={styles['key']}>
              {key}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
