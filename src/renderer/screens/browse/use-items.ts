import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type {
  BrowseFilter,
  BrowseKind,
  EngineClient,
  ItemsPage,
  VersionRef,
} from '../../../shared/contract/procedures/index.ts';
import type { BackstopError } from '../../../shared/errors/index.ts';
import { asBackstopError, useEngine } from '../../api/engine.tsx';

/** A list of the engine of which only the pages that are looked at are here. */

export type ItemOf<K extends BrowseKind> = Extract<ItemsPage, { kind: K }>['items'][number];

export interface ListQuestion<K extends BrowseKind> {
  readonly version: VersionRef;
  readonly kind: K;
  readonly filter: BrowseFilter;
  readonly gone: boolean;
}

const PAGE = 100;
/** More questions at once would only wait for each other. */
const AT_ONCE = 2;

export interface ListState {
  readonly total: number | null;
  readonly isPresent: boolean;
  readonly unreadable: number;
  readonly error: BackstopError | null;
  /** Goes up when a page came, so that what is shown is drawn again. */
  readonly turn: number;
}

const START: ListState = { total: null, isPresent: true, unreadable: 0, error: null, turn: 0 };

export class ItemList<K extends BrowseKind> {
  readonly question: ListQuestion<K>;
  readonly #client: EngineClient;
  readonly #pages = new Map<number, readonly ItemOf<K>[]>();
  readonly #asked = new Map<number, Promise<void>>();
  readonly #listeners = new Set<() => void>();
  #state = START;
  #from = 0;
  #to = 0;

  constructor(client: EngineClient, question: ListQuestion<K>) {
    this.#client = client;
    this.question = question;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): ListState => this.#state;

  at(index: number): ItemOf<K> | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** The places that are in sight; what was in sight before and did not come yet is no longer asked for. */
  want(from: number, to: number): void {
    this.#from = Math.max(0, Math.floor(from / PAGE));
    this.#to = Math.max(0, Math.floor(to / PAGE));
    this.#pump();
  }

  retry(): void {
    this.#state = { ...this.#state, error: null, turn: this.#state.turn + 1 };
    this.#tell();
    this.#pump();
  }

  /** Where an item is in this list; null: it is not. */
  async placeOf(id: string): Promise<number | null> {
    const { page, offset } = await this.#ask({ around: id, after: null, limit: 1 });
    const [first] = page.items;
    return first !== undefined && idOf(first) === id ? offset : null;
  }

  /** All of a stretch, however long. */
  async load(from: number, to: number): Promise<Array<ItemOf<K>>> {
    for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page += 1) await this.#load(page);
    const items: Array<ItemOf<K>> = [];
    for (let index = from; index <= to; index += 1) {
      const item = this.at(index);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  #pump(): void {
    if (this.#state.error !== null) return;
    const { total } = this.#state;
    const last = total === null ? this.#to : Math.min(this.#to, Math.floor(Math.max(0, total - 1) / PAGE));
    for (let page = this.#from; page <= last; page += 1) {
      if (this.#asked.size >= AT_ONCE) return;
      if (!this.#pages.has(page) && !this.#asked.has(page)) void this.#load(page);
    }
  }

  #load(page: number): Promise<void> {
    if (this.#pages.has(page)) return Promise.resolve();
    const asked = this.#asked.get(page);
    if (asked !== undefined) return asked;
    const going = this.#ask({ around: null, after: page === 0 ? null : String(page * PAGE), limit: PAGE })
      .then(
        (answer) => {
          this.#pages.set(page, answer.page.items);
          this.#state = {
            total: answer.total,
            isPresent: answer.isPresent,
            unreadable: answer.unreadable.length,
            error: null,
            turn: this.#state.turn + 1,
          };
        },
        (error: unknown) => {
          this.#state = { ...this.#state, error: asBackstopError(error), turn: this.#state.turn + 1 };
        },
      )
      .finally(() => {
        this.#asked.delete(page);
        this.#tell();
        this.#pump();
      });
    this.#asked.set(page, going);
    return going;
  }

  async #ask(where: { around: string | null; after: string | null; limit: number }) {
    const { version, kind, filter, gone } = this.question;
    const answer = await this.#client.call('browse.items', { ...version, kind, filter, gone, ...where });
    return { ...answer, page: answer.page as unknown as { readonly items: Array<ItemOf<K>> } };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Files are told apart by where they lie. */
function idOf(item: object): string {
  const { id, domain, path } = item as { readonly id?: string; readonly domain?: string; readonly path?: string };
  return id ?? `${domain}/${path}`;
}

/** The list stays in the hand while the next one is opened, so that nothing flashes. */
export function useItems<K extends BrowseKind>(question: ListQuestion<K>): ListState & { readonly list: ItemList<K> } {
  const client = useEngine();
  const key = JSON.stringify(question);
  const list = useMemo(() => new ItemList<K>(client, JSON.parse(key) as ListQuestion<K>), [client, key]);
  const state = useSyncExternalStore(list.subscribe, list.read);
  useEffect(() => list.want(0, 0), [list]);
  return { ...state, list };
}

/** Text that was typed, when typing paused. */
export function useSettled(text: string, ms = 250): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return settled;
}

/** The size of what is drawn into, as it changes. */
export function useSize(): readonly [(element: HTMLElement | null) => void, { width: number; height: number }] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (element === null) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    setSize({ width: element.clientWidth, height: element.clientHeight });
    return () => observer.disconnect();
  }, [element]);
  return [useCallback((next: HTMLElement | null) => setElement(next), []), size];
}
