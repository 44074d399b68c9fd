import { dataAt } from '../../../formats/plist/index.ts';
import type { CallOptions } from '../../usbmux/index.ts';
import type { SocketWire } from '../../wire/index.ts';
import { readServiceReply, sendToService } from '../ask.ts';

export const SPRINGBOARD_SERVICE = 'com.apple.springboardservices';

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The home screen: icons of apps, 5 to 20 ms each.
 *
 * Service: com.apple.springboardservices. 4-byte big-endian length, then a property list; here `command` is written
 * small. Source: protocol reference 7.5.
 */
export class SpringboardClient {
  readonly #wire: SocketWire;

  constructor(wire: SocketWire) {
    this.#wire = wire;
  }

  /** A PNG, or null when the phone has none for this app. */
  async icon(bundleId: string, options: CallOptions = {}): Promise<Uint8Array | null> {
    await sendToService(this.#wire, { command: 'getIconPNGData', bundleId }, options);
    const png = dataAt(await readServiceReply(this.#wire, { ...options, maxBytes: MAX_BYTES }), 'pngData');
    return png === undefined || png.length === 0 ? null : png;
  }

  close(): void {
    this.#wire.close();
  }
}
