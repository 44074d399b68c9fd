import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import {
  AFC_MODE,
  type AfcClient,
  type ConversationEvent,
  type ConversationProgress,
  type MobileBackup2Client,
  NOTIFICATION,
  type NotificationProxyClient,
  type Outcome,
  type Phone,
} from '../../device/index.ts';
import type { SayNotice } from '../notices.ts';
import { PasscodeWatch } from './passcode-watch.ts';
import { type SyncFiles, SyncLock } from './sync-lock.ts';

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

/** What is listened to in every conversation (device protocols 5.1). */
const OBSERVED: readonly string[] = [
  NOTIFICATION.syncCancelRequest,
  NOTIFICATION.syncSuspendRequest,
  NOTIFICATION.syncResumeRequest,
  NOTIFICATION.backupDomainChanged,
  NOTIFICATION.passcodeShown,
  NOTIFICATION.passcodeGone,
];

const MS_PER_MINUTE = 60_000;

/**
 * One request to the phone's backup service with everything that belongs around it (device protocols 5.1): observers,
 * the service, the sync lock, the passcode screen, and the release of all of it in every case. Throws
 * `backup/service-busy`, `backup/sync-busy`, `backup/cancelled-on-phone`, the signal's reason and the connection's errors.
 */
export async function converse(phone: Phone, request: Request, options: ConverseOptions): Promise<Outcome> {
  const { listener } = options;
  const onPhone = new AbortController();
  const signal = AbortSignal.any([options.signal, onPhone.signal]);
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
    if (name === NOTIFICATION.syncCancelRequest) onPhone.abort(new BackstopError('backup/cancelled-on-phone'));
  };
  await using opened = new AsyncDisposableStack();
  try {
    const notifications = await phone.notificationProxy({ signal });
    const listening = listen(notifications, onNotification);
    opened.defer(() => listening.end());
    await notifications.observe(OBSERVED, { signal });
    const afc = await phone.afc({ signal });
    opened.defer(() => afc.disconnect());
    const service = await openService(phone, signal);
    opened.defer(() => service.close());
    const lock = await SyncLock.acquire(notifications, lockFiles(afc), {
      signal,
      onWarning: (error) => listener.notice('sync-lock-missing', { reason: reasonOf(error) }),
    });
    opened.defer(() => lock.release());
    await options.prepare?.(signal);
    signal.throwIfAborted();
    opened.defer(() => watch.stop());
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
    if (outcome.kind === 'cancelled') signal.throwIfAborted();
    return outcome;
  } catch (error) {
    if (onPhone.signal.aborted && !options.signal.aborted) throw onPhone.signal.reason;
    throw error;
  }
}

async function openService(phone: Phone, signal: AbortSignal): Promise<MobileBackup2Client> {
  try {
    return await phone.mobileBackup2({ signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!isBackstopError(error, 'device/connection-lost') || phone.lost.aborted) throw error;
    throw new BackstopError('backup/service-busy', { message: 'it hung up at the greeting', cause: error });
  }
}

/** Hears notifications until `end`, which leaves the proxy so that everything posted has arrived. */
function listen(
  proxy: NotificationProxyClient,
  onNotification: (name: string) => void,
): { readonly end: () => Promise<void> } {
  const stop = new AbortController();
  const hear = async (): Promise<void> => {
    for await (const name of proxy.events({ signal: stop.signal })) onNotification(name);
  };
  // Without notifications a backup is poorer (no word about the passcode screen), not impossible.
  const hearing = hear().catch(() => undefined);
  return {
    end: async () => {
      stop.abort();
      await hearing;
      await proxy.shutdown();
    },
  };
}

function lockFiles(afc: AfcClient): SyncFiles {
  return {
    openLockFile: async (path, options) => {
      const handle = await afc.open(path, AFC_MODE.readWrite, options);
      return {
        tryLock: (locking) => afc.lock(handle, locking),
        unlock: () => afc.unlock(handle),
        close: () => afc.close(handle),
      };
    },
  };
}

function reasonOf(error: unknown): string {
  return isBackstopError(error) ? error.code : String(error);
}
