/** At most ten reports a second, at the source. */
const INTERVAL_MS = 100;

/** A gate that opens at most ten times a second: `if (due()) report()`. */
export function everyTenth(): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - last < INTERVAL_MS) return false;
    last = now;
    return true;
  };
}
