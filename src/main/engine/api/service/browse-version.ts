import { setImmediate } from 'node:timers/promises';
import type { VersionRef } from '../../../../shared/contract/procedures/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import {
  type Backup,
  indexBackup,
  type PhotoBriefs,
  readPhotoBriefs,
  SEARCHED_KINDS,
  type Unreadable,
} from '../../browse/index.ts';
import { ContactBook, ContactPhotos, readContacts } from '../../browse/readers/contacts/index.ts';
import { MessageArchive } from '../../browse/readers/messages/index.ts';
import { PhotoLibrary } from '../../browse/readers/photos/index.ts';
import { WhatsAppArchive } from '../../browse/readers/whatsapp/index.ts';
import type { Snapshot, Vault } from '../../vault/index.ts';

export interface VersionParts {
  readonly ref: VersionRef;
  readonly snapshot: Snapshot;
  readonly vault: Vault;
  readonly backup: Backup;
  /** Fires when the version is being closed. */
  readonly signal: AbortSignal;
  readonly release: () => Promise<void>;
}

/** Lists of many versions of filters; the ones looked at last. */
const MOST_LISTS = 40;

/** A reader of a database that cannot be opened: what is said in its place. */
export interface Damaged {
  readonly reader: null;
  readonly unreadable: readonly Unreadable[];
}
export interface Readable<T> {
  readonly reader: T;
  readonly unreadable: readonly Unreadable[];
}

/** A version that is open, with what was read of it so far. Everything is read once, when it is first asked for. */
export class OpenVersion implements AsyncDisposable {
  readonly ref: VersionRef;
  readonly snapshot: Snapshot;
  readonly vault: Vault;
  readonly backup: Backup;
  readonly signal: AbortSignal;
  readonly #release: () => Promise<void>;
  readonly #kept = new Map<string, Promise<unknown>>();
  readonly #lists = new Map<string, Promise<unknown>>();
  readonly #disposables: Disposable[] = [];

  constructor(parts: VersionParts) {
    this.ref = parts.ref;
    this.snapshot = parts.snapshot;
    this.vault = parts.vault;
    this.backup = parts.backup;
    this.signal = parts.signal;
    this.#release = parts.release;
  }

  /** For tokens and caches: nothing of one version is another's. */
  get key(): string {
    return `${this.ref.vault} ${this.ref.snapshot}`;
  }

  /** Made once and kept until the version is closed; what fails is tried again. */
  keep<T>(name: string, make: () => Promise<T>): Promise<T> {
    return kept(this.#kept, name, make, Number.POSITIVE_INFINITY);
  }

  /** As `keep`, of what has to be closed with the version. */
  keepOwn<T extends Disposable>(name: string, make: () => Promise<T>): Promise<T> {
    return this.keep(name, async () => this.#own(await make()));
  }

  /** As `keep`, for the lists that filters make: the ones used last. */
  list<T>(name: string, make: () => Promise<T>): Promise<T> {
    return kept(this.#lists, name, make, MOST_LISTS);
  }

  photos(): Promise<PhotoLibrary> {
    return this.keepOwn('photos', async () => {
      const library = await PhotoLibrary.open(this.backup);
      // Every page needs them; the first one should not wait for them.
      library.albums();
      return library;
    });
  }

  briefs(): Promise<PhotoBriefs> {
    return this.keep('briefs', async () => readPhotoBriefs(this.backup, await this.photos()));
  }

  messages(): Promise<Readable<MessageArchive> | Damaged> {
    return this.keep('messages', () => this.#opened(() => MessageArchive.open(this.backup)));
  }

  whatsapp(variant: 'personal' | 'business'): Promise<Readable<WhatsAppArchive> | Damaged> {
    return this.keep(`whatsapp ${variant}`, () => this.#opened(() => WhatsAppArchive.open(this.backup, { variant })));
  }

  contacts(): ReturnType<typeof readContacts> {
    return this.keep('contacts', () => readContacts(this.backup));
  }

  /** Names for numbers and addresses; of contacts that cannot be read there are none. */
  book(): Promise<ContactBook> {
    return this.keep('book', async () => new ContactBook((await this.contacts()).items));
  }

  contactPhotos(): Promise<ContactPhotos> {
    return this.keepOwn('contact photos', () => ContactPhotos.open(this.backup));
  }

  index(): ReturnType<typeof indexBackup> {
    return this.keepOwn('index', () => indexBackup(this.backup, SEARCHED_KINDS, { signal: this.signal }));
  }

  /** To be called now and then in long work: lets others have this thread, and ends when the version is closed. */
  async pause(): Promise<void> {
    await setImmediate();
    this.signal.throwIfAborted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nobody reads any more; what is still being made closes behind itself.
    await Promise.allSettled([...this.#kept.values(), ...this.#lists.values()]);
    for (const one of this.#disposables.reverse()) one[Symbol.dispose]();
    this.#kept.clear();
    this.#lists.clear();
    try {
      await this.backup[Symbol.asyncDispose]();
    } finally {
      await this.#release();
    }
  }

  #own<T extends Disposable>(one: T): T {
    this.#disposables.push(one);
    return one;
  }

  async #opened<T extends Disposable & { readonly unreadable: readonly Unreadable[] }>(
    open: () => Promise<T>,
  ): Promise<Readable<T> | Damaged> {
    try {
      const reader = this.#own(await open());
      return {
        reader,
        get unreadable() {
          return reader.unreadable;
        },
      };
    } catch (error) {
      if (!isBackstopError(error, 'browse/damaged-database')) throw error;
      return { reader: null, unreadable: [unreadableOf(error.data)] };
    }
  }
}

function unreadableOf(data: Readonly<Record<string, unknown>>): Unreadable {
  return { what: String(data['name'] ?? 'database'), reason: String(data['reason'] ?? 'damaged') };
}

function kept<T>(map: Map<string, Promise<unknown>>, name: string, make: () => Promise<T>, most: number): Promise<T> {
  const known = map.get(name) as Promise<T> | undefined;
  if (known !== undefined) {
    map.delete(name);
    map.set(name, known);
    return known;
  }
  const made = make();
  map.set(name, made);
  made.catch(() => {
    if (map.get(name) === made) map.delete(name);
  });
  const oldest = map.size > most ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
  return made;
}
