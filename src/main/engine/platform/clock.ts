/** Time as a parameter: wall clock for what people read, monotonic clock for how long something took. */
export interface Clock {
  now(): Date;
  /** Milliseconds since an arbitrary start; never goes back; stops while the computer sleeps on some systems. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
