import type { ConversationProgress } from './events.ts';

const PROGRESS_INTERVAL_MS = 100;

/** Counts what moves, and tells it at most ten times a second. */
export class Progress {
  receivedFiles = 0;
  receivedBytes = 0;
  sentFiles = 0;
  sentBytes = 0;
  #batchBytes: number | null = null;
  #batchStart = 0;
  #percent: number | null = null;
  #nextAt = 0;
  readonly #tell: ((progress: ConversationProgress) => void) | undefined;

  constructor(tell: ((progress: ConversationProgress) => void) | undefined) {
    this.#tell = tell;
  }

  /** A message came with the phone's own figure; for uploads also with the size of the batch. */
  startBatch(batchBytes: number | null, percent: number | null): void {
    this.#batchBytes = batchBytes;
    this.#batchStart = this.receivedBytes;
    if (percent !== null) this.#percent = percent;
    this.tick();
  }

  tick(): void {
    if (this.#tell === undefined) return;
    const now = performance.now();
    if (now < this.#nextAt) return;
    this.#nextAt = now + PROGRESS_INTERVAL_MS;
    this.#tell(this.#snapshot());
  }

  /** The last word, whatever the time. */
  finish(): void {
    this.#tell?.(this.#snapshot());
  }

  #snapshot(): ConversationProgress {
    return {
      receivedFiles: this.receivedFiles,
      receivedBytes: this.receivedBytes,
      sentFiles: this.sentFiles,
      sentBytes: this.sentBytes,
      batchBytes: this.#batchBytes,
      batchReceivedBytes: this.receivedBytes - this.#batchStart,
      percent: this.#percent,
    };
  }
}
