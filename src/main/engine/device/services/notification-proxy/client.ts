import { BackstopError, isBackstopError } from '../../../../../shared/errors/index.ts';
import { stringAt } from '../../../formats/plist/index.ts';
import { answerLimitMs } from '../../answer-limit.ts';
import type { CallOptions } from '../../usbmux/index.ts';
import { readPlistFrame, type SocketWire, writePlistFrame } from '../../wire/index.ts';

export const NOTIFICATION_PROXY_SERVICE = 'com.apple.mobile.notification_proxy';

/** Names around a backup (protocol reference 5.1). */
export const NOTIFICATION = {
  syncWillStart: 'com.apple.itunes-mobdev.syncWillStart',
  syncLockRequest: 'com.apple.itunes-mobdev.syncLockRequest',
  syncDidStart: 'com.apple.itunes-mobdev.syncDidStart',
  syncDidFinish: 'com.apple.itunes-mobdev.syncDidFinish',
  syncCancelRequest: 'com.apple.itunes-client.syncCancelRequest',
  syncSuspendRequest: 'com.apple.itunes-client.syncSuspendRequest',
  syncResumeRequest: 'com.apple.itunes-client.syncResumeRequest',
  backupDomainChanged: 'com.apple.mobile.backup.domain_changed',
  passcodeShown: 'com.apple.LocalAuthentication.ui.presented',
  passcodeGone: 'com.apple.LocalAuthentication.ui.dismissed',
} as const;

const MAX_BYTES = 1024 * 1024;
const WRITE_TIMEOUT_MS = answerLimitMs(30_000);
/** How long the phone may take to say that it has heard everything. */
const SHUTDOWN_TIMEOUT_MS = answerLimitMs(2_000, 250);

/**
 * Notifications from and to the phone.
 *
 * Service: com.apple.mobile.notification_proxy. 4-byte big-endian length, then a property list. Requests get no reply.
 */
export class NotificationProxyClient {
  readonly #wire: SocketWire;
  #isReading = false;

  constructor(wire: SocketWire) {
    this.#wire = wire;
  }

  async observe(names: readonly string[], options: CallOptions = {}): Promise<void> {
    for (const name of names) await this.#send({ Command: 'ObserveNotification', Name: name }, options);
  }

  async post(name: string, options: CallOptions = {}): Promise<void> {
    await this.#send({ Command: 'PostNotification', Name: name }, options);
  }

  /** Names as they come. Ends when the signal aborts and when the proxy does. One reader at a time. */
  async *events(options: CallOptions = {}): AsyncGenerator<string, void> {
    if (this.#isReading) throw new BackstopError('internal/bug', { message: 'two readers of one notification proxy' });
    this.#isReading = true;
    try {
      for (;;) {
        const message = await readPlistFrame(this.#wire, { ...options, maxBytes: MAX_BYTES });
        const command = stringAt(message, 'Command');
        if (command === 'ProxyDeath') return;
        const name = stringAt(message, 'Name');
        if (command === 'RelayNotification' && name !== undefined) yield name;
      }
    } catch (error) {
      if (options.signal?.aborted !== true && !isBackstopError(error, 'device/connection-lost')) throw error;
    } finally {
      this.#isReading = false;
    }
  }

  /**
   * Closes so that what was posted is not lost: the phone answers Shutdown only after it has taken everything before.
   * Never throws: this stands where things are given back, also after a failure.
   */
  async shutdown(): Promise<void> {
    const limit = { timeoutMs: SHUTDOWN_TIMEOUT_MS };
    try {
      await writePlistFrame(this.#wire, { Command: 'Shutdown' }, 'xml', limit);
      // A reader that is under way sees the answer itself.
      while (!this.#isReading) {
        const message = await readPlistFrame(this.#wire, { ...limit, maxBytes: MAX_BYTES });
        if (stringAt(message, 'Command') === 'ProxyDeath') break;
      }
    } catch (error) {
      // A phone that has gone hears nothing any more; everything else is a fault of ours.
      if (!isBackstopError(error)) throw error;
    } finally {
      this.#wire.close();
    }
  }

  async #send(message: { readonly Command: string; readonly Name: string }, options: CallOptions): Promise<void> {
    await writePlistFrame(this.#wire, message, 'xml', { ...options, timeoutMs: WRITE_TIMEOUT_MS });
  }
}
