import styles from './Seal.module.css';

/** Only on a verified result: one stroke that draws itself once. */
export function Seal({ size = 64 }: { readonly size?: number }) {
  return (
    <svg className={styles['seal']} viewBox="0 0 64 64" width={size} height={size} aria-hidden>
      <path
        className={styles['edge']}
        d="M32 4l6.6 4.6 8-.4 2.7 7.6 6.8 4.3-1.9 7.9 1.9 7.9-6.8 4.3-2.7 7.6-8-.4L32 52l-6.6-4.6-8 .4-2.7-7.6-6.8-4.3 1.9-7.9-1.9-7.9 6.8-4.3 2.7-7.6 8 .4z"
        transform="translate(0 4)"
      />
      <path className={styles['tick']} d="m21.5 33 7.3 7.4L43 25.6" pathLength={1} />
    </svg>
  );
}
