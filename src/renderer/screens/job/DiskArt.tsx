import { useId } from 'react';

/** A drawn disk, the other end of a backup. */
export function DiskArt() {
  const id = useId();
  return (
    <svg viewBox="0 0 92 64" width={92} aria-hidden>
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#dde2e8" />
          <stop offset="1" stopColor="#aeb7c2" />
        </linearGradient>
      </defs>
      <rect x="6" y="6" width="80" height="52" rx="10" fill={`url(#${id})`} />
      <rect x="6.5" y="6.5" width="79" height="51" rx="9.5" fill="none" stroke="#fff" strokeOpacity=".6" />
      <path d="M18 45.5h34" stroke="#5f6b78" strokeOpacity=".55" strokeWidth="3" strokeLinecap="round" />
      <path d="M31 25a15 12 0 0 1 30 0" fill="none" stroke="#5f6b78" strokeOpacity=".4" strokeWidth="2" />
      <circle cx="74" cy="45.5" r="2.4" fill="#2a5bd7" />
    </svg>
  );
}
