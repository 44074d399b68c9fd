import type { CleanupBrief } from '../../../../shared/contract/procedures/index.ts';
import { scaledMs } from '../../platform/index.ts';
import type { CleanupStore } from '../cleanup/cleanup-store.ts';
import { phoneKey } from './phones-live.ts';

/**
 * Looks after certificates while nobody looks at them: what they stand on is looked at again every few minutes, when
 * something about versions, disks or phones changes, and at the moments when they end. Whoever lists phones gets what was
 * found last, at once.
 */

const AGAIN_MS = scaledMs(5 * 60_000);
/** A change seldom comes alone. */
const SETTLE_MS = scaledMs(2_000);

export interface CleanupWatchOptions {
  readonly store: CleanupStore;
  /** Looks now; null: there is no cleanup. */
  readonly look: (udid: string) => Promise<CleanupBrief | null>;
  /** Called when a phone's brief is another than before. */
  readonly onChange: (udid: string, now: CleanupBrief | null, before: CleanupBrief | null) => void;
}

export class CleanupWatch {
  readonly #options: CleanupWatchOptions;
  readonly #briefs = new Map<string, CleanupBrief>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #isAskedAgain = false;
  #isClosed = false;

  constructor(options: CleanupWatchOptions) {
    this.#options = options;
    this.#in(0);
  }

  of(udid: string): CleanupBrief | null {
    return this.#briefs.get(phoneKey(udid)) ?? null;
  }

  /** Something changed that a certificate may stand on. */
  soon(): void {
    this.#in(SETTLE_MS);
  }

  /** A page has just looked: what it saw counts here too. */
  saw(udid: string, brief: CleanupBrief | null): void {
    const key = phoneKey(udid);
    const before = this.#briefs.get(key) ?? null;
    if (JSON.stringify(brief) === JSON.stringify(before)) return;
    if (brief === null) this.#briefs.delete(key);
    else this.#briefs.set(key, brief);
    this.#options.onChange(udid, brief, before);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #in(ms: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lookAtAll(), ms);
    this.#timer.unref();
  }

  #lookAtAll(): void {
    if (this.#looking !== null) {
      this.#isAskedAgain = true;
      return;
    }
    this.#looking = this.#look().finally(() => {
      this.#looking = null;
      const again = this.#isAskedAgain;
      this.#isAskedAgain = false;
      this.#in(again ? SETTLE_MS : AGAIN_MS);
    });
  }

  async #look(): Promise<void> {
    for (const udid of await this.#options.store.udids()) {
      if (this.#isClosed) return;
      try {
        this.saw(udid, await this.#options.look(udid));
      } catch {
        // A disk that goes away while it is asked, say: what was known before stays until the next look.
      }
    }
  }
}
