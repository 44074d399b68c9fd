import { BackstopError } from '../../../../shared/errors/index.ts';
import { isPlistDict, type PlistDict } from '../../formats/plist/index.ts';
import { answerLimitMs } from '../answer-limit.ts';
import { type TlsCredentials, upgradeToTls } from '../tls/index.ts';
import type { CallOptions } from '../usbmux/index.ts';
import { readPlistFrame, type SocketWire, writePlistFrame } from '../wire/index.ts';
import { refusalError, refusalIn } from './errors.ts';

export const LOCKDOWN_PORT = 62_078;

const LOCKDOWN_REPLY_TIMEOUT_MS = answerLimitMs(30_000);
const LOCKDOWN_MAX_BYTES = 16 * 1024 * 1024;
/** How this program is called in the phone's own log. */
const LABEL = 'backstop';

/**
 * One connection to lockdownd: 4-byte length, XML property list, one request and one reply in strict turn. An exchange
 * that broke off leaves the connection out of step, so it is closed then.
 */
export class LockdownConnection {
  #wire: SocketWire;

  constructor(wire: SocketWire) {
    this.#wire = wire;
  }

  get closed(): boolean {
    return this.#wire.closed;
  }

  /** The phone's answer, be it an error or not. Throws only when there is none that can be read. */
  async exchange(request: string, fields: PlistDict, options: CallOptions = {}): Promise<PlistDict> {
    const limits = { ...options, timeoutMs: LOCKDOWN_REPLY_TIMEOUT_MS };
    try {
      await writePlistFrame(this.#wire, { Label: LABEL, Request: request, ...fields }, 'xml', limits);
      const reply = await readPlistFrame(this.#wire, { ...limits, maxBytes: LOCKDOWN_MAX_BYTES });
      if (isPlistDict(reply)) return reply;
    } catch (error) {
      this.#wire.destroy();
      throw error;
    }
    this.#wire.destroy();
    throw new BackstopError('device/bad-message', {
      message: `lockdownd answered ${request} with no dictionary`,
      data: { problem: `the answer to ${request} held no dictionary` },
    });
  }

  /** As `exchange`, but an error answer is thrown under its code. */
  async request(request: string, fields: PlistDict, options: CallOptions = {}): Promise<PlistDict> {
    const reply = await this.exchange(request, fields, options);
    const reason = refusalIn(reply);
    if (reason !== null) throw refusalError(request, reason);
    return reply;
  }

  async startTls(credentials: TlsCredentials, options: CallOptions = {}): Promise<void> {
    this.#wire = await upgradeToTls(this.#wire, credentials, options);
  }

  close(): void {
    this.#wire.close();
  }

  destroy(): void {
    this.#wire.destroy();
  }
}
