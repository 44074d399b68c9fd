import { BackstopError } from '../../../../shared/errors/index.ts';
import type { Events } from './events.ts';
import type { LibraryPart } from './parts.ts';

/**
 * Looking into backups, locked: after the owner said so, and by itself when nobody looked for a while. A program that
 * begins is locked. What was decrypted goes at once.
 */
export class Lock {
  readonly #library: Pick<LibraryPart, 'settings'>;
  readonly #events: Events;
  readonly #listeners = new Set<() => void | Promise<void>>();
  #isLocked: boolean;
  #timer: NodeJS.Timeout | undefined;

  constructor(library: Pick<LibraryPart, 'settings'>, events: Events) {
    this.#library = library;
    this.#events = events;
    this.#isLocked = library.settings().lockBrowsing;
  }

  /** Does the owner want a lock at all? */
  get isOn(): boolean {
    return this.#library.settings().lockBrowsing;
  }

  get isLocked(): boolean {
    return this.isOn && this.#isLocked;
  }

  /** Whoever holds something decrypted lets go of it when this is called. */
  onLock(listener: () => void | Promise<void>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  lock(): void {
    clearTimeout(this.#timer);
    // Turned on later, a lock begins open: whoever turns it on is at the computer.
    this.#isLocked = this.isOn;
    for (const listener of this.#listeners) void Promise.resolve(listener()).catch(() => undefined);
    this.#events.changed('lock');
  }

  unlock(): void {
    this.#isLocked = false;
    this.#wait();
    this.#events.changed('lock');
  }

  /** Throws `app/locked`. Looking counts as being there. */
  require(): void {
    if (!this.isOn) return;
    if (this.#isLocked) throw new BackstopError('app/locked');
    this.#wait();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (!this.isOn) return;
    this.#timer = setTimeout(() => this.lock(), this.#library.settings().autoLockMinutes * 60_000);
    this.#timer.unref();
  }
}
