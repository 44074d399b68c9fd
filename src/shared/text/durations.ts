const SECOND = 1000;
const MINUTE = 60;
const HOUR = 3600;

/** "0.4 s", "12 s", "3 min 20 s", "2 h 5 min": as exact as a person needs it. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / SECOND;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return join(Math.floor(whole / MINUTE), 'min', whole % MINUTE, 's');
  return join(Math.floor(whole / HOUR), 'h', Math.floor((whole % HOUR) / MINUTE), 'min');
}

function join(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}
