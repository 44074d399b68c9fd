/** The phone's time. Nothing here reads the computer's clock: the phone lives in its own, fixed present. */

/** Seconds between 1970-01-01 and 2001-01-01, both UTC. */
export const COCOA_EPOCH = 978_307_200;

export const DAY = 86_400;

export function cocoa(unixSeconds: number): number {
  return unixSeconds - COCOA_EPOCH;
}

/** Messages count nanoseconds since iOS 11; the values pass 2^53, hence bigint. */
export function cocoaNanoseconds(unixSeconds: number): bigint {
  const whole = Math.floor(unixSeconds);
  const nanoseconds = Math.round((unixSeconds - whole) * 1e9);
  return BigInt(whole - COCOA_EPOCH) * 1_000_000_000n + BigInt(nanoseconds);
}

/** `2025-08-03T10:20:30Z`, always UTC. */
export function isoSeconds(unixSeconds: number): string {
  return `${new Date(Math.floor(unixSeconds) * 1000).toISOString().slice(0, 19)}Z`;
}

/** EXIF's `2025:08:03 10:20:30`, at an offset from UTC. */
export function exifTime(unixSeconds: number, offsetSeconds: number): string {
  const iso = isoSeconds(unixSeconds + offsetSeconds);
  return `${iso.slice(0, 10).replaceAll('-', ':')} ${iso.slice(11, 19)}`;
}

/** The phone's present: fixed by the seed, a day later after every mutation. */
export class PhoneClock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  /** Unix seconds. */
  get now(): number {
    return this.#now;
  }

  advance(seconds: number): void {
    this.#now += seconds;
  }
}
