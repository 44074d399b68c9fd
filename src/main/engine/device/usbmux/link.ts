import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { SocketWire } from '../wire/index.ts';
import type { MuxEndpoint } from './address.ts';
import { connectToPhone } from './connect.ts';
import type { CallOptions } from './connection.ts';
import type { MuxEntry } from './entries.ts';
import { listMuxEntries } from './requests.ts';
import { sameUdid, type Udid } from './udid.ts';

/**
 * The way to one phone, which may change under our hands: a phone that is plugged in again, or comes back on USB after
 * somebody tapped Trust, is the same phone under a new device id.
 */
export class PhoneLink {
  readonly endpoint: MuxEndpoint;
  readonly udid: Udid;
  #entry: MuxEntry;

  constructor(endpoint: MuxEndpoint, entry: MuxEntry) {
    this.endpoint = endpoint;
    this.udid = entry.udid;
    this.#entry = entry;
  }

  get connection(): 'usb' | 'wifi' {
    return this.#entry.connection;
  }

  get deviceId(): number {
    return this.#entry.deviceId;
  }

  /** Opens a port. A device id that is gone is looked up again, once, and only in the same kind of connection. */
  async connect(port: number, options: CallOptions = {}): Promise<SocketWire> {
    try {
      return await connectToPhone(this.endpoint, this.#entry, port, options);
    } catch (error) {
      if (!isBackstopError(error, 'device/not-found')) throw error;
    }
    await this.refresh(options);
    return connectToPhone(this.endpoint, this.#entry, port, options);
  }

  /** Finds the phone's present device id. Throws `device/not-found` when it is not connected in this way. */
  async refresh(options: CallOptions = {}): Promise<void> {
    const entries = await listMuxEntries(this.endpoint, options);
    const entry = entries.find(({ udid, connection }) => connection === this.connection && sameUdid(udid, this.udid));
    if (entry === undefined) {
      throw new BackstopError('device/not-found', {
        message: 'the phone is no longer in the list of usbmuxd',
        data: { udid: this.udid },
      });
    }
    this.#entry = entry;
  }
}
