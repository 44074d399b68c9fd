import {
  type ConnectedPhone,
  inspectPhone,
  listPhones,
  type MuxEndpoint,
  type PairRecordStore,
  type PhoneFacts,
  watchPhones,
} from '../../device/index.ts';
import { scaledMs, sleep } from '../../platform/index.ts';
import type { Events } from './events.ts';
import type { LibraryPart } from './parts.ts';

/** A daemon that went away is asked again after this long. */
const RECONNECT_MS = scaledMs(2_000);
/** Charge and names change while a phone is here. */
const LOOK_AGAIN_MS = scaledMs(60_000);
/** A phone that did not tell is asked again sooner: somebody may be unlocking it. */
const ASK_AGAIN_MS = scaledMs(5_000);
/** A list waits this long for the first word of the daemon, and never for a phone. */
const FIRST_WORD_MS = scaledMs(1_500);

export interface LivePhone {
  readonly udid: string;
  readonly connections: readonly ('usb' | 'wifi')[];
  readonly isDemo: boolean;
  /** Null: it was not asked yet, or does not answer. */
  readonly facts: PhoneFacts | null;
}

interface Seen {
  phone: ConnectedPhone;
  readonly endpoint: MuxEndpoint;
  readonly isDemo: boolean;
  facts: PhoneFacts | null;
  stop: AbortController;
}

export interface LivePhonesOptions {
  readonly store: PairRecordStore;
  readonly events: Events;
  readonly library: Pick<LibraryPart, 'rememberPhone'>;
  /** A phone at work is not asked how it is. */
  readonly isBusy: (udid: string) => boolean;
}

/** The phones that are here, watched. Whoever asks gets what is known at once; the phones are asked in the background. */
export class LivePhones {
  readonly #store: PairRecordStore;
  readonly #events: Events;
  readonly #library: LivePhonesOptions['library'];
  readonly #isBusy: LivePhonesOptions['isBusy'];
  readonly #seen = new Map<string, Seen>();
  readonly #watches = new Set<Watch>();
  #main: Watch | null = null;

  constructor({ store, events, library, isBusy }: LivePhonesOptions) {
    this.#isBusy = isBusy;
    this.#store = store;
    this.#events = events;
    this.#library = library;
  }

  /** Returns how to stop. The first one watched is the system's own daemon. */
  watch(endpoint: MuxEndpoint, isDemo = false): () => Promise<void> {
    const watch: Watch = {
      stop: new AbortController(),
      isReady: false,
      events: 0,
      first: Promise.withResolvers<void>(),
      running: Promise.resolve(),
      wake: new AbortController(),
    };
    this.#watches.add(watch);
    if (!isDemo) this.#main ??= watch;
    watch.running = this.#follow(endpoint, isDemo, watch);
    return async () => {
      watch.stop.abort();
      watch.wake.abort();
      await watch.running;
      this.#watches.delete(watch);
      this.#take(endpoint, isDemo, []);
    };
  }

  get muxer(): 'ready' | 'missing' {
    return this.#main?.isReady === true ? 'ready' : 'missing';
  }

  /** Resolves when all daemons said what is there, or would not say it for a moment. */
  async firstWord(): Promise<void> {
    const patience = new AbortController();
    const words = [...this.#watches].map((watch) => watch.first.promise);
    await Promise.race([Promise.all(words), sleep(FIRST_WORD_MS, patience.signal).catch(() => undefined)]);
    patience.abort();
  }

  list(): readonly LivePhone[] {
    return [...this.#seen.values()].map(({ phone, isDemo, facts }) => ({
      udid: phone.udid,
      connections: phone.connections,
      isDemo,
      facts,
    }));
  }

  find(udid: string): LivePhone | null {
    return this.list().find((phone) => phoneKey(phone.udid) === phoneKey(udid)) ?? null;
  }

  /** Something about it has changed, as after pairing: it is asked now. */
  refresh(udid: string): void {
    const seen = this.#seen.get(phoneKey(udid));
    if (seen === undefined) return;
    seen.stop.abort();
    seen.stop = new AbortController();
    void this.#look(seen, true);
  }

  /** After sleep connections look alive that are not. */
  resumed(): void {
    for (const watch of this.#watches) watch.wake.abort();
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) {
      watch.stop.abort();
      watch.wake.abort();
    }
    for (const seen of this.#seen.values()) seen.stop.abort();
    await Promise.all([...this.#watches].map((watch) => watch.running));
  }

  async #follow(endpoint: MuxEndpoint, isDemo: boolean, watch: Watch): Promise<void> {
    while (!watch.stop.signal.aborted) {
      watch.wake = new AbortController();
      const signal = AbortSignal.any([watch.stop.signal, watch.wake.signal]);
      const over = new AbortController();
      const comparing = this.#compare(endpoint, isDemo, watch, AbortSignal.any([signal, over.signal]));
      try {
        for await (const phones of watchPhones(endpoint, { signal })) {
          watch.events += 1;
          this.#say(watch, true);
          this.#take(endpoint, isDemo, phones);
        }
      } catch {
        // It is not there, or no longer: what it told is over, and it is asked again.
        if (!signal.aborted) {
          this.#say(watch, false);
          this.#take(endpoint, isDemo, []);
        }
      }
      over.abort();
      await comparing;
      await sleep(RECONNECT_MS, signal).catch(() => undefined);
    }
  }

  /**
   * A phone that leaves between the daemon's list and the listening is never announced as gone. So the list is asked for
   * once more, soon and now and then; it counts when nothing was announced meanwhile.
   */
  async #compare(endpoint: MuxEndpoint, isDemo: boolean, watch: Watch, signal: AbortSignal): Promise<void> {
    for (let wait = RECONNECT_MS; !signal.aborted; wait = LOOK_AGAIN_MS) {
      await sleep(wait, signal).catch(() => undefined);
      if (signal.aborted || !watch.isReady) continue;
      const before = watch.events;
      const phones = await listPhones(endpoint, { signal }).catch(() => null);
      if (phones !== null && !signal.aborted && before === watch.events) this.#take(endpoint, isDemo, phones);
    }
  }

  #say(watch: Watch, isReady: boolean): void {
    const hasChanged = watch.isReady !== isReady;
    watch.isReady = isReady;
    watch.first.resolve();
    if (hasChanged) this.#events.changed('phones');
  }

  #take(endpoint: MuxEndpoint, isDemo: boolean, phones: readonly ConnectedPhone[]): void {
    let hasChanged = false;
    const here = new Set(phones.map((phone) => phoneKey(phone.udid)));
    for (const [key, seen] of this.#seen) {
      if (seen.endpoint !== endpoint || here.has(key)) continue;
      seen.stop.abort();
      this.#seen.delete(key);
      this.#remember(seen.phone.udid, {});
      hasChanged = true;
    }
    for (const phone of phones) {
      const known = this.#seen.get(phoneKey(phone.udid));
      if (known !== undefined && known.endpoint === endpoint) {
        const isSame = known.phone.connections.join() === phone.connections.join();
        known.phone = phone;
        hasChanged ||= !isSame;
        continue;
      }
      const seen: Seen = { phone, endpoint, isDemo, facts: null, stop: new AbortController() };
      this.#seen.set(phoneKey(phone.udid), seen);
      this.#remember(phone.udid, { isDemo });
      hasChanged = true;
      void this.#look(seen);
    }
    if (hasChanged) this.#events.changed('phones');
  }

  /** Asks a phone now and then, as long as it is here. `atOnce`: something about it is known to have changed. */
  async #look(seen: Seen, atOnce = false): Promise<void> {
    const { signal } = seen.stop;
    let mustAsk = atOnce;
    while (!signal.aborted) {
      // What is known of it stays; what is not known yet is worth the question.
      if (!mustAsk && seen.facts !== null && this.#isBusy(seen.phone.udid)) {
        await sleep(ASK_AGAIN_MS, signal).catch(() => undefined);
        continue;
      }
      mustAsk = false;
      let facts: PhoneFacts | null = null;
      try {
        facts = await inspectPhone(seen.endpoint, seen.phone, this.#store, { signal });
      } catch {
        // A phone that broke off is asked again like one that did not tell.
      }
      if (signal.aborted) return;
      if (facts !== null) this.#learn(seen, facts);
      await sleep(facts?.paired == null ? ASK_AGAIN_MS : LOOK_AGAIN_MS, signal).catch(() => undefined);
    }
  }

  #learn(seen: Seen, facts: PhoneFacts): void {
    const hasChanged = JSON.stringify(seen.facts) !== JSON.stringify(facts);
    seen.facts = facts;
    if (!hasChanged) return;
    this.#remember(seen.phone.udid, {
      ...(facts.name === null ? {} : { name: facts.name }),
      ...(facts.productType === null ? {} : { productType: facts.productType }),
      ...(facts.productVersion === null ? {} : { ios: facts.productVersion }),
      ...(facts.capacityBytes === null ? {} : { capacityBytes: facts.capacityBytes }),
      ...(facts.usedBytes === null ? {} : { usedBytes: facts.usedBytes }),
      ...(facts.encrypted === null ? {} : { encrypted: facts.encrypted }),
    });
    this.#events.changed('phones');
  }

  #remember(udid: string, facts: Parameters<LibraryPart['rememberPhone']>[1]): void {
    try {
      this.#library.rememberPhone(udid, { ...facts, lastSeenAt: new Date().toISOString() });
    } catch {
      // A full disk hides no phone.
    }
  }
}

interface Watch {
  readonly stop: AbortController;
  wake: AbortController;
  isReady: boolean;
  /** How often the daemon said something. */
  events: number;
  readonly first: PromiseWithResolvers<void>;
  running: Promise<void>;
}

/** A phone is the same with and without its dash. */
export function phoneKey(udid: string): string {
  return udid.replaceAll('-', '').toLowerCase();
}
