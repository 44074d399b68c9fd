import type { FirstRunStep } from './steps.ts';

/** The phone as it is, and what this step adds to it: a cable, a disk, a lock, or its earlier days behind it. */
export function Illustration({ step }: { readonly step: FirstRunStep }) {
  return (
    <svg viewBox="0 0 320 380" aria-hidden>
      {step === 'where' || step === 'backup' ? (
        <g fill="#fff">
          <rect x="118" y="14" width="84" height="190" rx="18" opacity=".14" />
          <rect x="104" y="34" width="112" height="220" rx="22" opacity=".24" />
        </g>
      ) : null}
      <rect x="90" y="60" width="140" height="262" rx="27" fill="#f4f7ff" />
      <rect x="98" y="68" width="124" height="246" rx="20" fill="#c9d8fa" />
      <path
        d="M98 238c28-21 52-4 73-15s36-13 51-6v77a20 20 0 0 1-20 20h-84a20 20 0 0 1-20-20z"
        fill="#7e9ceb"
        opacity=".7"
      />
      <path
        d="M98 270c24-11 56-2 79-9s32-6 45-2v35a20 20 0 0 1-20 20h-84a20 20 0 0 1-20-20z"
        fill="#4f74d8"
        opacity=".8"
      />
      <rect x="136" y="77" width="48" height="13" rx="6.5" fill="#0b1230" opacity=".85" />
      {step === 'connect' ? (
        <g fill="none" stroke="#f4f7ff" strokeLinecap="round">
          <path d="M160 322v18c0 24 24 22 40 22h84" strokeWidth="6" opacity=".9" />
          <path d="M152 322h16v14h-16z" fill="#f4f7ff" strokeWidth="2" />
        </g>
      ) : null}
      {step === 'password' ? (
        <g>
          <circle cx="160" cy="186" r="40" fill="#fff" opacity=".92" />
          <rect x="142" y="181" width="36" height="27" rx="5.5" fill="#1c3b97" />
          <path d="M149 181v-8a11 11 0 0 1 22 0v8" fill="none" stroke="#1c3b97" strokeWidth="5" />
        </g>
      ) : null}
      {step === 'where' || step === 'backup' ? (
        <g>
          <rect x="196" y="268" width="104" height="70" rx="13" fill="#e8eefc" />
          <rect x="196.5" y="268.5" width="103" height="69" rx="12.5" fill="none" stroke="#fff" />
          <path d="M212 318h42" stroke="#5c79b8" strokeWidth="4" strokeLinecap="round" />
          <circle cx="282" cy="318" r="4" fill="#2a5bd7" />
        </g>
      ) : null}
    </svg>
  );
}
