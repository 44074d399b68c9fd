import type { Progress } from '../../../shared/contract/index.ts';
import type { Clock } from '../platform/index.ts';

export type BackupPhase =
  | 'connecting'
  | 'recovering'
  | 'encrypting'
  | 'waiting-for-passcode'
  | 'preparing'
  | 'receiving'
  | 'moving'
  | 'verifying-on-phone'
  | 'committing';

export interface BackupProgress extends Progress {
  readonly phase: BackupPhase;
  /** The phone's own figure, 0 to 100, never going down here; null: unknown. */
  readonly phonePercent: number | null;
}

/** At most ten a second. */
const MIN_INTERVAL_MS = 100;
/** The rate looks back this far, so that one slow file does not make it jump. */
const RATE_WINDOW_MS = 10_000;
/** Before this much of the work is done, no time left is told: it would be a guess. */
const MIN_PERCENT_FOR_ESTIMATE = 3;
const MIN_TIME_FOR_ESTIMATE_MS = 5_000;

/**
 * Counts what arrives and says so, at the source and not too often. The phone announces no total, only a percentage
 * that jumps and goes back: it is held where it stood highest, and used for the time that is left and for nothing else.
 */
export class ProgressMeter {
  readonly #clock: Clock;
  readonly #emit: ((progress: BackupProgress) => void) | undefined;
  #phase: BackupPhase = 'connecting';
  #files = 0;
  #bytes = 0;
  #percent: number | null = null;
  #lastEmitMs = Number.NEGATIVE_INFINITY;
  #receivingSinceMs: number | null = null;
  /** (time, bytes) at times within the window, oldest first. */
  #samples: Array<readonly [atMs: number, bytes: number]> = [];

  constructor(clock: Clock, emit: ((progress: BackupProgress) => void) | undefined) {
    this.#clock = clock;
    this.#emit = emit;
  }

  get phase(): BackupPhase {
    return this.#phase;
  }

  get receivedBytes(): number {
    return this.#bytes;
  }

  enter(phase: BackupPhase): void {
    if (phase === this.#phase && this.#lastEmitMs > Number.NEGATIVE_INFINITY) return;
    this.#phase = phase;
    if (phase === 'receiving') this.#receivingSinceMs ??= this.#clock.monotonicMs();
    this.#say(this.#clock.monotonicMs());
  }

  received(bytes: number): void {
    this.#bytes += bytes;
    this.#maybeSay();
  }

  fileReceived(): void {
    this.#files += 1;
    this.#maybeSay();
  }

  percent(value: number | null): void {
    if (value === null || !(value > 0) || value > 100) return;
    this.#percent = Math.max(this.#percent ?? 0, value);
    this.#maybeSay();
  }

  #maybeSay(): void {
    if (this.#emit === undefined) return;
    const now = this.#clock.monotonicMs();
    if (now - this.#lastEmitMs >= MIN_INTERVAL_MS) this.#say(now);
  }

  #say(now: number): void {
    this.#lastEmitMs = now;
    this.#samples.push([now, this.#bytes]);
    while (this.#samples.length > 2 && now - (this.#samples[1]?.[0] ?? now) > RATE_WINDOW_MS) this.#samples.shift();
    this.#emit?.({
      type: 'progress',
      phase: this.#phase,
      doneFiles: this.#files,
      doneBytes: this.#bytes,
      totalFiles: null,
      totalBytes: null,
      bytesPerSecond: this.#rate(now),
      secondsLeft: this.#secondsLeft(now),
      phonePercent: this.#percent,
    });
  }

  #rate(now: number): number | null {
    const [since, bytes] = this.#samples[0] ?? [now, this.#bytes];
    const seconds = (now - since) / 1000;
    return this.#phase === 'receiving' && seconds >= 1 ? (this.#bytes - bytes) / seconds : null;
  }

  #secondsLeft(now: number): number | null {
    const since = this.#receivingSinceMs;
    const percent = this.#percent;
    if (since === null || percent === null || this.#phase === 'committing') return null;
    if (percent < MIN_PERCENT_FOR_ESTIMATE || now - since < MIN_TIME_FOR_ESTIMATE_MS) return null;
    return Math.round(((now - since) / 1000) * ((100 - percent) / percent));
  }
}
