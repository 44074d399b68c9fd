import { useId } from 'react';
import styles from './PhoneArt.module.css';

/** A drawn phone whose picture has the same colours every time, by its id. */

const PALETTES: readonly (readonly [string, string, string, string])[] = [
  ['#f6c89a', '#d9788a', '#5e4b8b', '#232a5c'],
  ['#cfe8e4', '#7db7b5', '#3c7c87', '#1d4654'],
  ['#e9e4da', '#c9bfae', '#9a8e7c', '#5f574b'],
  ['#dbe4f6', '#9db4e4', '#5c79b8', '#2a3f73'],
  ['#f3d9d0', '#d79c8c', '#96574f', '#532c2f'],
  ['#e2ead0', '#a9bd84', '#66824f', '#33482c'],
];

export function PhoneArt({ udid, width = 50 }: { readonly udid: string; readonly width?: number }) {
  const id = useId();
  const palette = PALETTES[hash(udid) % PALETTES.length] ?? PALETTES[0];
  const [top, middle, low, hill] = palette ?? ['', '', '', ''];
  return (
    <svg className={styles['phone']} viewBox="0 0 60 122" width={width} aria-hidden>
      <defs>
        <linearGradient id={`${id}g`} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor={top} />
          <stop offset=".5" stopColor={middle} />
          <stop offset="1" stopColor={low} />
        </linearGradient>
        <clipPath id={`${id}c`}>
          <rect x="3.5" y="3.5" width="53" height="115" rx="9.5" />
        </clipPath>
      </defs>
      <rect className={styles['case']} x=".75" y=".75" width="58.5" height="120.5" rx="12" />
      <g clipPath={`url(#${id}c)`}>
        <rect x="3" y="3" width="54" height="116" fill={`url(#${id}g)`} />
        <path d="M0 86c12-9 22-3 33-8s17-8 31-2v46H0z" fill={hill} opacity=".5" />
        <path d="M0 100c13-6 26 1 38-4 10-4 15-2 24 1v28H0z" fill={hill} opacity=".8" />
        <rect x="17" y="23" width="26" height="7" rx="2.5" fill="#fff" opacity=".85" />
        <rect x="22" y="34" width="16" height="2.4" rx="1.2" fill="#fff" opacity=".6" />
      </g>
      <rect x="22.5" y="7" width="15" height="4.4" rx="2.2" fill="#0b0c0e" />
    </svg>
  );
}

function hash(text: string): number {
  let value = 7;
  for (const char of text) value = (value * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
