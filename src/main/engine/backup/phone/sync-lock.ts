import { BackstopError } from '../../../../shared/errors/index.ts';
import { NOTIFICATION } from '../../device/index.ts';
import { scaledMs, sleep } from '../../platform/index.ts';

/**
 * The ritual around every backup (device protocols 5.1): tell the phone that a sync begins, take the lock that keeps
 * other hosts away, and give both back whatever happens. A phone that is not told of the end shows its sync spinner
 * until it is unplugged.
 */

/** What is needed of notification_proxy. */
export interface SyncNotifications {
  post(name: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** What is needed of AFC. */
export interface SyncFiles {
  /** Opens for reading and writing, creating a missing file, without truncating. */
  openLockFile(path: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<SyncLockFile>;
}

export interface SyncLockFile {
  /** False: another host holds it. Never waits. */
  tryLock(options?: { readonly signal?: AbortSignal | undefined }): Promise<boolean>;
  unlock(): Promise<void>;
  close(): Promise<void>;
}

const LOCK_FILE = '/com.apple.itunes.lock_sync';

const LOCK_TRIES = 50;
const LOCK_INTERVAL_MS = scaledMs(200);
/** A phone that is gone must not hold up the end. */
const RELEASE_TIMEOUT_MS = scaledMs(5_000);

export class SyncLock {
  readonly #notifications: SyncNotifications;
  #file: SyncLockFile | null = null;
  #isLocked = false;

  private constructor(notifications: SyncNotifications) {
    this.#notifications = notifications;
  }

  /**
   * Throws `backup/sync-busy` when another host keeps the lock for ten seconds. A lock file that cannot be opened at all
   * is no reason to go without a backup: `onWarning` hears of it. Everything is released again when this throws.
   */
  static async acquire(
    notifications: SyncNotifications,
    files: SyncFiles,
    options: { readonly signal: AbortSignal; readonly onWarning: (error: unknown) => void },
  ): Promise<SyncLock> {
    const lock = new SyncLock(notifications);
    try {
      await lock.#acquire(files, options);
      return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async #acquire(
    files: SyncFiles,
    { signal, onWarning }: { readonly signal: AbortSignal; readonly onWarning: (error: unknown) => void },
  ): Promise<void> {
    await this.#notifications.post(NOTIFICATION.syncWillStart, { signal });
    try {
      this.#file = await files.openLockFile(LOCK_FILE, { signal });
    } catch (error) {
      signal.throwIfAborted();
      onWarning(error);
    }
    if (this.#file !== null) {
      await this.#notifications.post(NOTIFICATION.syncLockRequest, { signal });
      await this.#lock(this.#file, signal);
    }
    await this.#notifications.post(NOTIFICATION.syncDidStart, { signal });
  }

  async #lock(file: SyncLockFile, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; attempt <= LOCK_TRIES; attempt += 1) {
      if (await file.tryLock({ signal })) {
        this.#isLocked = true;
        return;
      }
      await sleep(LOCK_INTERVAL_MS, signal);
    }
    throw new BackstopError('backup/sync-busy', { message: `the sync lock was taken ${LOCK_TRIES} times` });
  }

  /** Gives everything back, in its own time limit. Never throws: what fails here fails because the phone is gone. */
  async release(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    const steps: Array<() => Promise<void>> = [];
    if (file !== null && this.#isLocked) steps.push(() => file.unlock());
    if (file !== null) steps.push(() => file.close());
    steps.push(() =>
      this.#notifications.post(NOTIFICATION.syncDidFinish, { signal: AbortSignal.timeout(RELEASE_TIMEOUT_MS) }),
    );
    for (const step of steps) await within(step(), RELEASE_TIMEOUT_MS);
  }
}

/** Waits for the work's end, good or bad, but not for ever. */
async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
