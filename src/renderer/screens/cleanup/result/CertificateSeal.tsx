import styles from './CertificateSeal.module.css';

/** The seal of a certificate: only for what was read back and holds. Its tick draws itself once. */
export function CertificateSeal({ size = 92 }: { readonly size?: number }) {
  return (
    <svg className={styles['seal']} viewBox="0 0 72 72" width={size} height={size} aria-hidden>
      <path className={styles['edge']} d={EDGE} />
      <circle className={styles['ring']} cx="36" cy="36" r="27.5" />
      <path className={styles['tick']} d="m24.6 37 8 8 15.2-17" pathLength={1} />
    </svg>
  );
}

/** Lines of a banknote, behind the head of a certificate. */
export function Rings() {
  return (
    <svg className={styles['rings']} viewBox="-100 -100 500 500" aria-hidden>
      {RINGS.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}

/** A closed line around a middle, at a distance that depends on the angle. */
function around(middle: number, distance: (angle: number) => number, stepDegrees: number): string {
  let path = '';
  for (let degrees = 0; degrees < 360; degrees += stepDegrees) {
    const angle = (degrees * Math.PI) / 180;
    const far = distance(angle);
    const x = (middle + far * Math.cos(angle)).toFixed(2);
    const y = (middle + far * Math.sin(angle)).toFixed(2);
    path += `${path === '' ? 'M' : 'L'}${x} ${y}`;
  }
  return `${path}Z`;
}

const SCALLOPS = 22;
const EDGE = around(36, (angle) => 32.6 + 2.1 * Math.abs(Math.cos((angle * SCALLOPS) / 2)), 1);
const RINGS = Array.from({ length: 22 }, (_, ring) =>
  around(150, (angle) => 14 + ring * 10 + (3 + ring * 0.5) * Math.sin(angle * 12 + ring * 0.42), 3),
);
