import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type {
  ConversationEvent,
  ConversationProgress,
  MobileBackup2Client,
  Outcome,
} from '../../device/services/mobilebackup2/index.ts';
import { scaledMs, sleep } from '../../platform/index.ts';
import type { SayNotice } from '../notices.ts';
import { type BackupPhone, OBSERVED, type PhoneFiles, type PhoneNotifications } from './backup-phone.ts';
import { PasscodeWatch } from './passcode-watch.ts';
import { SyncLock } from './sync-lock.ts';

/** After a conversation the service needs a moment; a new one within it is cut off at the greeting. */
const SERVICE_RETRY_MS = scaledMs(3_000);
const SERVICE_TRIES = 3;
const MS_PER_MINUTE = 60_000;

export interface ConverseListener {
  readonly notice: SayNotice;
  /** The phone waits for its owner's passcode, or does so no longer. */
  passcode(isAsked: boolean): void;
  event?(event: ConversationEvent): void;
  progress?(progress: ConversationProgress): void;
}

export interface ConverseOptions {
  readonly signal: AbortSignal;
  readonly listener: ConverseListener;
  /** Runs with the sync lock held, just before the request. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
}

type Request = (
  service: MobileBackup2Client,
  options: {
    readonly signal: AbortSignal;
    readonly onEvent: (event: ConversationEvent) => void;
    readonly onProgress: (progress: ConversationProgress) => void;
  },
) => Promise<Outcome>;

/**
 * One request to the phone's backup service with everything that belongs around it (device protocols 5.1): observers,
 * the service, the sync lock, the passcode screen, and the release of all of it in every case.
 */
export async function converse(phone: BackupPhone, request: Request, options: ConverseOptions): Promise<Outcome> {
  const { listener } = options;
  const stop = new AbortController();
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const watch = new PasscodeWatch({
    asked: (isCertain) => {
      listener.passcode(true);
      listener.notice('passcode-asked', { certain: isCertain });
    },
    gone: () => {
      listener.passcode(false);
      listener.notice('passcode-entered');
    },
  });
  const onNotification = (name: string): void => {
    watch.notification(name);
    if (name === OBSERVED.cancelRequest) stop.abort(new BackstopError('backup/cancelled-on-phone'));
  };
  let notifications: PhoneNotifications | null = null;
  let files: PhoneFiles | null = null;
  let service: MobileBackup2Client | null = null;
  let lock: SyncLock | null = null;
  try {
    // Over Wi-Fi the phone closes every service of a computer whose heart it does not hear.
    await phone.keepAlive((error) => stop.abort(error), AbortSignal.any([signal, over.signal]));
    notifications = await phone.openNotifications(onNotification, { signal });
    files = await phone.openFiles({ signal });
    service = await openService(phone, signal);
    const onWarning = (error: unknown): void => listener.notice('sync-lock-missing', { reason: reasonOf(error) });
    lock = await SyncLock.acquire(notifications, files, { signal, onWarning });
    await options.prepare?.(signal);
    signal.throwIfAborted();
    watch.start();
    const outcome = await request(service, {
      signal,
      onEvent: (event) => {
        if (event.kind === 'request') watch.heard();
        if (event.kind === 'silent') listener.notice('silent', { minutes: Math.round(event.forMs / MS_PER_MINUTE) });
        if (event.kind === 'heard') listener.notice('heard');
        listener.event?.(event);
      },
      onProgress: (progress) => listener.progress?.(progress),
    });
    if (outcome.kind === 'cancelled' && stop.signal.aborted) throw stop.signal.reason;
    return outcome;
  } catch (error) {
    if (stop.signal.aborted && !options.signal.aborted) throw stop.signal.reason;
    throw error;
  } finally {
    watch.stop();
    service?.close();
    await lock?.release();
    // What fails while it is given back fails because the phone is gone, which took it back by itself.
    await files?.close().catch(() => undefined);
    await notifications?.close().catch(() => undefined);
    over.abort();
  }
}

/** Opens the service; one that hangs up at the greeting is asked again after a pause. */
async function openService(phone: BackupPhone, signal: AbortSignal): Promise<MobileBackup2Client> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await phone.openBackupService({ signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isBackstopError(error, 'device/connection-lost')) throw error;
      if (attempt === SERVICE_TRIES) {
        throw new BackstopError('backup/service-busy', {
          message: `hung up at the greeting ${attempt} times`,
          cause: error,
        });
      }
      await sleep(SERVICE_RETRY_MS, signal);
    }
  }
}

function reasonOf(error: unknown): string {
  return isBackstopError(error) ? error.code : String(error);
}
