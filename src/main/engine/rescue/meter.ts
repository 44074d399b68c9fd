import type { Progress, WorkOptions } from '../../../shared/contract/index.ts';

export type RescuePhase = 'looking-at-phone' | 'rescuing' | 'checking-rescue' | 'looking-in-library';

const TELL_EVERY_MS = 100;
/** The rate looks back this far, so that one slow file does not make it jump. */
const WINDOW_MS = 10_000;

/** How far it is, ten times a second at most. */
export class RescueMeter {
  readonly #emit: WorkOptions['onProgress'];
  #phase: RescuePhase = 'looking-at-phone';
  #done = { files: 0, bytes: 0 };
  #total: { readonly files: number; readonly bytes: number } | null = null;
  #toldMs = Number.NEGATIVE_INFINITY;
  #samples: Array<readonly [atMs: number, bytes: number]> = [];

  constructor(emit: WorkOptions['onProgress']) {
    this.#emit = emit;
  }

  /** `total` null: not known yet. */
  enter(phase: RescuePhase, total: { readonly files: number; readonly bytes: number } | null): void {
    this.#phase = phase;
    this.#done = { files: 0, bytes: 0 };
    this.#total = total;
    this.#samples = [[performance.now(), 0]];
    this.#tell(true);
  }

  found(files: number, bytes: number): void {
    this.#done = { files: Math.max(files, this.#done.files), bytes: Math.max(bytes, this.#done.bytes) };
    this.#tell(false);
  }

  bytes(count: number): void {
    this.#done.bytes += count;
    this.#tell(false);
  }

  file(): void {
    this.#done.files += 1;
    this.#tell(false);
  }

  end(): void {
    this.#tell(true);
  }

  #tell(always: boolean): void {
    const now = performance.now();
    if (this.#emit === undefined || (!always && now - this.#toldMs < TELL_EVERY_MS)) return;
    this.#toldMs = now;
    this.#samples.push([now, this.#done.bytes]);
    while (this.#samples.length > 2 && now - (this.#samples[1]?.[0] ?? now) > WINDOW_MS) this.#samples.shift();
    this.#emit(this.#progress(now));
  }

  #progress(now: number): Progress {
    const [since, before] = this.#samples[0] ?? [now, this.#done.bytes];
    const seconds = (now - since) / 1000;
    const isCounting = this.#total !== null;
    const rate = isCounting && seconds >= 1 ? Math.max(0, (this.#done.bytes - before) / seconds) : null;
    const left = this.#total === null ? null : Math.max(0, this.#total.bytes - this.#done.bytes);
    return {
      type: 'progress',
      phase: this.#phase,
      doneFiles: this.#done.files,
      doneBytes: this.#done.bytes,
      totalFiles: this.#total?.files ?? null,
      totalBytes: this.#total?.bytes ?? null,
      bytesPerSecond: rate,
      secondsLeft: rate === null || rate === 0 || left === null ? null : left / rate,
    };
  }
}
