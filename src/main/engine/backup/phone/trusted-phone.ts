import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { LockdownClient } from '../../device/lockdown/index.ts';
import { AFC_MODE, AFC_SERVICE, AfcClient } from '../../device/services/afc/index.ts';
import { HEARTBEAT_SERVICE, keepHeartbeat } from '../../device/services/heartbeat/index.ts';
import { MOBILEBACKUP2_SERVICE, MobileBackup2Client } from '../../device/services/mobilebackup2/index.ts';
import { NOTIFICATION_PROXY_SERVICE, NotificationProxyClient } from '../../device/services/notification-proxy/index.ts';
import type { PlistValue } from '../../formats/plist/index.ts';
import {
  type BackupPhone,
  OBSERVED,
  type PhoneCallOptions,
  type PhoneExtrasRead,
  type PhoneFiles,
  type PhoneNotifications,
} from './backup-phone.ts';
import { readExtras } from './extras.ts';
import type { SyncLockFile } from './sync-lock.ts';

/** A phone that trusts this computer, reached through lockdownd. The caller keeps and closes the lockdown client. */
export class TrustedPhone implements BackupPhone {
  readonly udid: string;
  readonly #lockdown: LockdownClient;
  readonly #connection: 'usb' | 'wifi';

  constructor(phone: {
    readonly udid: string;
    readonly lockdown: LockdownClient;
    readonly connection: 'usb' | 'wifi';
  }) {
    this.udid = phone.udid;
    this.#lockdown = phone.lockdown;
    this.#connection = phone.connection;
  }

  getValue(
    query: { readonly domain?: string; readonly key?: string },
    options: PhoneCallOptions = {},
  ): Promise<PlistValue | null> {
    return this.#lockdown.getValue(query, options);
  }

  async openNotifications(
    onNotification: (name: string) => void,
    options: PhoneCallOptions = {},
  ): Promise<PhoneNotifications> {
    const proxy = new NotificationProxyClient(await this.#lockdown.startService(NOTIFICATION_PROXY_SERVICE, options));
    await proxy.observe(Object.values(OBSERVED), options);
    const stop = new AbortController();
    // Without notifications a backup is poorer (no word about the passcode screen), not impossible.
    const reading = forward(proxy, onNotification, stop.signal).catch(() => undefined);
    return {
      post: (name, posting) => proxy.post(name, posting),
      close: async () => {
        stop.abort();
        await reading;
        await proxy.shutdown();
      },
    };
  }

  async openFiles(options: PhoneCallOptions = {}): Promise<PhoneFiles> {
    const afc = new AfcClient(await this.#lockdown.startService(AFC_SERVICE, options));
    return {
      openLockFile: async (path, opening): Promise<SyncLockFile> => {
        const handle = await afc.open(path, AFC_MODE.readWrite, opening);
        return {
          tryLock: (locking) => afc.lock(handle, locking),
          unlock: () => afc.unlock(handle),
          close: () => afc.close(handle),
        };
      },
      close: async () => afc.disconnect(),
    };
  }

  async openBackupService(options: PhoneCallOptions = {}): Promise<MobileBackup2Client> {
    const wire = await this.#lockdown.startService(MOBILEBACKUP2_SERVICE, { ...options, escrow: true });
    return MobileBackup2Client.open(wire, options);
  }

  async keepAlive(onLost: (error: BackstopError) => void, signal: AbortSignal): Promise<void> {
    if (this.#connection !== 'wifi') return;
    const wire = await this.#lockdown.startService(HEARTBEAT_SERVICE, { signal });
    void keepHeartbeat(wire, { signal }).then((end) => {
      if (end === 'stopped') return;
      const message = end === 'asleep' ? 'the phone went to sleep' : 'the phone’s heartbeat stopped';
      onLost(new BackstopError('device/connection-lost', { message }));
    }, onLostOr(onLost));
  }

  readExtras(options: PhoneCallOptions = {}): Promise<PhoneExtrasRead> {
    return readExtras(this.#lockdown, options);
  }
}

function onLostOr(onLost: (error: BackstopError) => void): (error: unknown) => void {
  return (error) => {
    onLost(
      isBackstopError(error) ? error : new BackstopError('internal/bug', { message: String(error), cause: error }),
    );
  };
}

async function forward(
  proxy: NotificationProxyClient,
  onNotification: (name: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const name of proxy.events({ signal })) onNotification(name);
}
