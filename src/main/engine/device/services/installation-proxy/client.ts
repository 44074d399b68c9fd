import { BackstopError } from '../../../../../shared/errors/index.ts';
import { arrayAt, dataAt, isPlistDict, type PlistDict, stringAt } from '../../../formats/plist/index.ts';
import { printable } from '../../lockdown/index.ts';
import type { CallOptions } from '../../usbmux/index.ts';
import type { SocketWire } from '../../wire/index.ts';
import { readServiceReply, sendToService } from '../ask.ts';

export const INSTALLATION_PROXY_SERVICE = 'com.apple.mobile.installation_proxy';

/** One reply holds a handful of apps; even all of them with their metadata stay far below. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_APPS = 20_000;

/** An app the owner installed. */
export interface InstalledApp {
  readonly bundleId: string;
  readonly name: string | null;
  readonly version: string | null;
  readonly shortVersion: string | null;
  /** The two proofs of purchase that Info.plist keeps for an App Store app; null for others. */
  readonly sinf: Uint8Array | null;
  readonly metadata: Uint8Array | null;
}

const ATTRIBUTES = [
  'CFBundleIdentifier',
  'CFBundleDisplayName',
  'CFBundleName',
  'CFBundleVersion',
  'CFBundleShortVersionString',
  'ApplicationSINF',
  'iTunesMetadata',
];

/**
 * What apps are installed.
 *
 * Service: com.apple.mobile.installation_proxy. 4-byte big-endian length, then a property list. Source: protocol
 * reference 7.4.
 */
export class InstallationProxyClient {
  readonly #wire: SocketWire;

  constructor(wire: SocketWire) {
    this.#wire = wire;
  }

  /** The apps the owner installed, in the phone's order; each bundle id once. */
  async userApps(options: CallOptions = {}): Promise<readonly InstalledApp[]> {
    const clientOptions = { ApplicationType: 'User', ReturnAttributes: ATTRIBUTES };
    await sendToService(this.#wire, { Command: 'Browse', ClientOptions: clientOptions }, options);
    const apps = new Map<string, InstalledApp>();
    for (;;) {
      const reply = await readServiceReply(this.#wire, { ...options, maxBytes: MAX_BYTES });
      const error = stringAt(reply, 'Error');
      if (error !== undefined) throw refused(error, reply);
      for (const value of arrayAt(reply, 'CurrentList') ?? []) {
        const app = isPlistDict(value) ? readApp(value) : null;
        if (app !== null) apps.set(app.bundleId, app);
      }
      if (apps.size > MAX_APPS) throw tooMany();
      if (stringAt(reply, 'Status') === 'Complete') return [...apps.values()];
    }
  }

  close(): void {
    this.#wire.close();
  }
}

function readApp(value: PlistDict): InstalledApp | null {
  const bundleId = stringAt(value, 'CFBundleIdentifier');
  if (bundleId === undefined || bundleId === '') return null;
  return {
    bundleId,
    name: stringAt(value, 'CFBundleDisplayName') ?? stringAt(value, 'CFBundleName') ?? null,
    version: stringAt(value, 'CFBundleVersion') ?? null,
    shortVersion: stringAt(value, 'CFBundleShortVersionString') ?? null,
    sinf: dataAt(value, 'ApplicationSINF') ?? null,
    metadata: dataAt(value, 'iTunesMetadata') ?? null,
  };
}

function refused(error: string, reply: PlistDict): BackstopError {
  const reason = printable(
    [error, stringAt(reply, 'ErrorDescription')].filter((part) => part !== undefined).join(': '),
  );
  return new BackstopError('device/refused', { message: `installation_proxy answered ${reason}`, data: { reason } });
}

function tooMany(): BackstopError {
  return new BackstopError('device/bad-message', { data: { problem: `it listed more than ${MAX_APPS} apps` } });
}
