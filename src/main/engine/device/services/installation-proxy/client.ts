import { BackstopError } from '../../../../../shared/errors/index.ts';
import { arrayAt, dataAt, integerAt, isPlistDict, type PlistDict, stringAt } from '../../../formats/plist/index.ts';
import { answerLimitMs } from '../../answer-limit.ts';
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

/** How much room an app takes. Null: the phone did not say. */
export interface AppSize {
  readonly bundleId: string;
  readonly name: string | null;
  /** The app itself, which comes back from the App Store. */
  readonly appBytes: number | null;
  /** Its documents and data. */
  readonly dataBytes: number | null;
}

/** The phone counts every app's files before it answers: tens of seconds are usual. */
const COUNTING_TIMEOUT_MS = answerLimitMs(300_000);

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
  userApps(options: CallOptions = {}): Promise<readonly InstalledApp[]> {
    return this.#browse(ATTRIBUTES, readApp, options);
  }

  /** How much room they take. Slow: for the background, and not for every look. */
  appSizes(options: CallOptions = {}): Promise<readonly AppSize[]> {
    return this.#browse(SIZE_ATTRIBUTES, readSize, { ...options, timeoutMs: COUNTING_TIMEOUT_MS });
  }

  async #browse<T extends { readonly bundleId: string }>(
    attributes: readonly string[],
    read: (value: PlistDict) => T | null,
    options: CallOptions & { readonly timeoutMs?: number },
  ): Promise<readonly T[]> {
    const clientOptions = { ApplicationType: 'User', ReturnAttributes: [...attributes] };
    await sendToService(this.#wire, { Command: 'Browse', ClientOptions: clientOptions }, options);
    const apps = new Map<string, T>();
    for (;;) {
      const reply = await readServiceReply(this.#wire, { ...options, maxBytes: MAX_BYTES });
      const error = stringAt(reply, 'Error');
      if (error !== undefined) throw refused(error, reply);
      for (const value of arrayAt(reply, 'CurrentList') ?? []) {
        const app = isPlistDict(value) ? read(value) : null;
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

const SIZE_ATTRIBUTES = [
  'CFBundleIdentifier',
  'CFBundleDisplayName',
  'CFBundleName',
  'StaticDiskUsage',
  'DynamicDiskUsage',
];

function readSize(value: PlistDict): AppSize | null {
  const app = readApp(value);
  if (app === null) return null;
  const bytes = (key: string): number | null => {
    const said = integerAt(value, key);
    return said !== undefined && Number.isSafeInteger(said) && said >= 0 ? said : null;
  };
  const { bundleId, name } = app;
  return { bundleId, name, appBytes: bytes('StaticDiskUsage'), dataBytes: bytes('DynamicDiskUsage') };
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
