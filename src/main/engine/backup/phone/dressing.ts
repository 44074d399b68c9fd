import type { Phone } from '../../device/index.ts';
import type { PlistValue } from '../../formats/plist/index.ts';
import { scaledMs } from '../../platform/index.ts';
import { addIcons, type KnownIcon, type PhoneExtrasRead, readExtras } from './extras.ts';

/** Everything that Info.plist tells of a phone beyond what is known from the beginning. */
export interface DressingRead extends PhoneExtrasRead {
  /** Lockdown domain com.apple.iTunes. */
  readonly itunesSettings: PlistValue | null;
  readonly minItunesVersion: PlistValue | null;
}

/** Older than this, because somebody else kept the vault busy, it is read again. */
const FRESH_MS = scaledMs(60_000);

/**
 * Reads it from the moment it is made, while the vault is opened and the backup service gets ready; only the icons wait
 * until it is known which ones are wanted. Only looks; nothing that the phone's owner could see.
 */
export class Dressing implements AsyncDisposable {
  readonly #phone: Phone;
  readonly #signal: AbortSignal;
  readonly #stop = new AbortController();
  #startedMs = 0;
  #reading: Promise<DressingRead>;

  constructor(phone: Phone, signal: AbortSignal) {
    this.#phone = phone;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#reading = this.#start();
  }

  /** Throws the signal's reason and the connection's errors. */
  async read(knownIcon: KnownIcon, signal: AbortSignal): Promise<DressingRead> {
    const stop = (): void => this.#stop.abort(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    if (performance.now() - this.#startedMs > FRESH_MS) this.#reading = this.#start();
    try {
      const read = await this.#reading;
      return { ...read, ...(await addIcons(this.#phone, read, knownIcon, { signal: this.#signal })) };
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #start(): Promise<DressingRead> {
    this.#startedMs = performance.now();
    const reading = read(this.#phone, this.#signal);
    reading.catch(() => undefined); // Told by `read`.
    return reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reading.catch(() => undefined);
  }
}

async function read(phone: Phone, signal: AbortSignal): Promise<DressingRead> {
  const [extras, itunesSettings, minItunesVersion] = await Promise.all([
    readExtras(phone, { signal }),
    phone.getValue({ domain: 'com.apple.iTunes' }, { signal }),
    phone.getValue({ domain: 'com.apple.mobile.iTunes', key: 'MinITunesVersion' }, { signal }),
  ]);
  return { ...extras, itunesSettings, minItunesVersion };
}
