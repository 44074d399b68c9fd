import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { applyDelta, type CatalogCopies, openCatalog } from '../cache/catalog-copies.ts';
import { makeLocalFolder, removeLocal } from '../cache/local-files.ts';
import { FoldedIndex, Slicer } from '../catalog/folded.ts';
import { listEvents } from '../events.ts';
import { errnoOf, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import type { CatalogReference } from '../record.ts';
import { listSnapshots } from '../snapshots.ts';
import type { Snapshot } from '../types.ts';
import { type ForgottenState, type VersionState, versionStates } from '../version-states.ts';
import { type GcFiles, newestMoves, readGcFiles } from './gc-files.ts';
import { LiveObjects } from './live-objects.ts';

/**
 * What the vault's versions need, counted anew from the vault's own files; no cache is believed. If anything cannot be
 * read or does not add up, there is no account and nothing may be deleted (`vault/gc-blocked`, which names the file).
 */

const DAY_MS = 24 * 60 * 60_000;
/** How long a forgotten version can be brought back, in the store's time. */
export const UNDO_MS = 30 * DAY_MS;
/** A store whose clock is this far ahead of everything in it is not believed. */
const CLOCK_DOUBT_MS = 7 * DAY_MS;
const CLOCK_SLACK_MS = 2000;
/** Files of the run that asks say nothing about the clock: they were dated by it. */
const OWN_FILES_MS = 10 * 60_000;

export interface AccountContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly vaultId: string;
  readonly copies: CatalogCopies;
  /** On this computer. */
  readonly workFolder: string;
  readonly signal?: AbortSignal | undefined;
}

export interface AccountOptions {
  readonly storeNowMs: number;
  /** Records that running sessions build upon: needed, whatever was forgotten. */
  readonly parents: ReadonlySet<string>;
  /** For estimates: as if these were gone already. */
  readonly without?: ReadonlySet<string>;
}

export interface Account extends Disposable {
  /** Versions that hold what they need: live ones, and forgotten ones whose undo time is not over. */
  readonly counted: readonly Snapshot[];
  /** Forgotten versions whose undo time is over. */
  readonly expired: readonly Snapshot[];
  readonly states: ReadonlyMap<string, VersionState>;
  readonly gc: GcFiles;
  readonly live: LiveObjects;
  /** Catalogs of the counted versions. */
  readonly catalogs: ReadonlySet<string>;
  /** Packs that any of these catalogs names, be it in a stale hint, and those that stand for them. */
  readonly namedPacks: ReadonlySet<string>;
  /** Packs and single objects that were once called damaged, healed or not: no home for what lies elsewhere too. */
  readonly distrusted: ReadonlySet<string>;
  /** Does the store's clock fit the dates of what is in the vault? */
  readonly isClockPlausible: boolean;
}

export function blocked(file: string, reason: string, cause?: unknown): BackstopError {
  return new BackstopError('vault/gc-blocked', { cause, message: `${file}: ${reason}`, data: { file, reason } });
}

export async function takeAccount(context: AccountContext, options: AccountOptions): Promise<Account> {
  const { io, paths, vaultId } = context;
  const records = await listSnapshots(io, paths, vaultId);
  const events = await listEvents(io, paths, vaultId);
  const gc = await readGcFiles(io, paths);
  const states = versionStates(events.events);
  for (const { file, reason } of [...records.unreadable, ...events.unreadable, ...gc.unreadable]) {
    throw blocked(file, reason);
  }
  for (const { file, kind } of events.unknown) throw blocked(`events/${file}`, `its kind "${kind}" is not known`);
  const isClockPlausible = await fitsTheClock(
    context,
    [
      ...records.snapshots.map((snapshot) => join(paths.root, snapshot.file)),
      ...events.events.map((event) => join(paths.folder('events'), event.file)),
      ...gc.marks.map((mark) => join(paths.folder('gc'), mark.name)),
    ],
    options.storeNowMs,
  );
  const counted: Snapshot[] = [];
  const expired: Snapshot[] = [];
  for (const snapshot of records.snapshots) {
    if (options.without?.has(snapshot.id)) continue;
    const forgotten = states.get(snapshot.id)?.forgotten ?? null;
    const isOver =
      forgotten !== null &&
      !options.parents.has(snapshot.id) &&
      (forgotten.isExpired || (isClockPlausible && (await isUndoOver(io, paths, forgotten, options.storeNowMs))));
    (isOver ? expired : counted).push(snapshot);
  }
  const present = new Set(records.snapshots.map((snapshot) => snapshot.id));
  const everForgotten = new Set(events.events.filter((event) => event.kind === 'forget').map((event) => event.record));
  refuseVanished(gc, (record) => present.has(record) || everForgotten.has(record));
  const content = await countContent(context, counted);
  followMoves(content.namedPacks, gc);
  const distrusted = new Set(events.events.flatMap((event) => (event.kind === 'damaged' ? event.files : [])));
  return {
    distrusted,
    counted,
    expired,
    states,
    gc,
    isClockPlausible,
    ...content,
    [Symbol.dispose]: () => content.live.close(),
  };
}

/** From the dates that the store gave to the events about the version: the latest one counts. */
async function isUndoOver(
  io: VaultIo,
  paths: VaultPaths,
  forgotten: ForgottenState,
  storeNowMs: number,
): Promise<boolean> {
  let latest = 0;
  for (const file of forgotten.restarts) {
    const facts = await io.stat(join(paths.folder('events'), file));
    if (facts === null) return false;
    latest = Math.max(latest, facts.modifiedMs);
  }
  return storeNowMs - latest >= UNDO_MS;
}

/** What stands for a named pack is needed by name too: otherwise the way from the old name to the content would break. */
function followMoves(named: Set<string>, gc: GcFiles): void {
  const newest = newestMoves(gc.moved);
  // What is added on the way is visited too.
  for (const pack of named) for (const one of newest.get(pack)?.moved.to ?? []) named.add(one);
}

/** A record that an earlier mark counted may only be missing because it was forgotten for good. */
function refuseVanished(gc: GcFiles, isAccountedFor: (record: string) => boolean): void {
  for (const { name, mark } of gc.marks) {
    for (const record of mark.records) {
      if (!isAccountedFor(record)) throw blocked(`the record ${record}`, `gc/${name} counted it, and it is not there`);
    }
  }
}

async function fitsTheClock(context: AccountContext, files: readonly string[], storeNowMs: number): Promise<boolean> {
  const dates: number[] = [];
  const waiting = files.values();
  const worker = async (): Promise<void> => {
    for (const file of waiting) dates.push((await context.io.stat(file))?.modifiedMs ?? 0);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  if (dates.some((date) => date > storeNowMs + CLOCK_SLACK_MS)) return false;
  const earlier = dates.filter((date) => date < storeNowMs - OWN_FILES_MS);
  return earlier.length === 0 || earlier.some((date) => storeNowMs - date <= CLOCK_DOUBT_MS);
}

type Content = Pick<Account, 'live' | 'catalogs'> & { readonly namedPacks: Set<string> };

/** Everything that the versions refer to. Each is folded and has to come out at the root of its record. */
async function countContent(context: AccountContext, counted: readonly Snapshot[]): Promise<Content> {
  const folder = join(context.workFolder, randomUUID());
  makeLocalFolder(folder);
  const live = new LiveObjects(join(context.workFolder, `${randomUUID()}.live.db`));
  const counter = new ContentCounter(context, folder, live);
  try {
    for (const chain of chainsOf(counted)) await counter.count(chain);
    return { live, catalogs: counter.catalogs, namedPacks: counter.namedPacks };
  } catch (error) {
    live.close();
    if (isBackstopError(error, 'vault/damaged-catalog')) {
      throw blocked(String(error.data['path']), String(error.data['reason']), error);
    }
    throw error;
  } finally {
    removeLocal(folder);
  }
}

export interface Chain {
  readonly catalogs: readonly CatalogReference[];
  /** Versions by the number of catalogs, from the first, that make them up. */
  readonly versions: ReadonlyMap<number, readonly Snapshot[]>;
}

/** Versions that share a full catalog are counted in one go: each delta is applied once, not once for each of them. */
export function chainsOf(counted: readonly Snapshot[]): Chain[] {
  const chains: Array<{ catalogs: readonly CatalogReference[]; versions: Map<number, Snapshot[]> }> = [];
  const longestFirst = [...counted].sort((a, b) => b.record.catalogs.length - a.record.catalogs.length);
  for (const snapshot of longestFirst) {
    const { catalogs } = snapshot.record;
    let chain = chains.find((one) => catalogs.every((catalog, at) => catalog.hash === one.catalogs[at]?.hash));
    if (chain === undefined) {
      chain = { catalogs, versions: new Map() };
      chains.push(chain);
    }
    const same = chain.versions.get(catalogs.length);
    if (same === undefined) chain.versions.set(catalogs.length, [snapshot]);
    else same.push(snapshot);
  }
  return chains;
}

export class ContentCounter {
  readonly catalogs = new Set<string>();
  readonly namedPacks = new Set<string>();
  readonly #context: AccountContext;
  readonly #folder: string;
  readonly #live: LiveObjects;

  constructor(context: AccountContext, folder: string, live: LiveObjects) {
    this.#context = context;
    this.#folder = folder;
    this.#live = live;
  }

  async count(chain: Chain): Promise<void> {
    const { signal } = this.#context;
    const [full] = chain.catalogs;
    if (full === undefined) return;
    const local = await this.#copy(full);
    const { db, facts } = openCatalog(local, full.hash);
    db.close();
    const state = { snapshot: '', catalogs: [full], deltaRows: 0, root: facts.root };
    const folded = await FoldedIndex.fromFull(local, join(this.#folder, `${full.hash}.folded`), null, {
      state,
      signal,
    });
    try {
      let root = folded.loadTree().root(folded.tops()).toString('hex');
      /** Null until the first version was counted whole; then the ids that changed since the last one. */
      let changed: Buffer[] | null = null;
      for (let length = 1; length <= chain.catalogs.length; length += 1) {
        const catalog = chain.catalogs[length - 1] as CatalogReference;
        if (length > 1) {
          const ids = await this.#apply(folded, catalog, chain.catalogs[length - 2]?.hash ?? '');
          root = ids.root;
          if (changed !== null) for (const id of ids.changed) changed.push(id);
        }
        const versions = chain.versions.get(length);
        if (versions === undefined) continue;
        for (const { record, file } of versions) {
          if (record.root !== root) throw blocked(file, 'its content has another root than it says');
        }
        await this.#add(folded, changed);
        changed = [];
      }
    } finally {
      folded.remove();
    }
  }

  async #add(folded: FoldedIndex, changed: readonly Buffer[] | null): Promise<void> {
    for (const top of folded.tops()) this.#live.add(top);
    const slicer = new Slicer(this.#context.signal);
    if (changed === null) {
      for (const row of folded.entries()) {
        this.#live.add(row);
        await slicer.breathe();
      }
      return;
    }
    for (const id of changed) {
      const row = folded.get(id);
      if (row !== null) this.#live.add(row);
      await slicer.breathe();
    }
  }

  async #apply(folded: FoldedIndex, catalog: CatalogReference, base: string) {
    const local = await this.#copy(catalog);
    folded.db.exec('BEGIN IMMEDIATE');
    const applied = await applyDelta(folded, local, catalog.hash, this.#context.signal);
    folded.db.exec('COMMIT');
    if (applied.facts.kind !== 'delta' || applied.facts.base !== base) {
      throw blocked(`catalogs/${catalog.hash}.db`, 'it does not follow the catalog before it');
    }
    const { db } = openCatalog(local, catalog.hash);
    try {
      const ids = db.prepare<[], [Buffer]>('SELECT id FROM entry').raw(true).all();
      return { root: applied.root, changed: ids.map(([id]) => id) };
    } finally {
      db.close();
    }
  }

  /** From the vault, hash checked on the way; remembers the packs that it names. */
  async #copy(catalog: CatalogReference): Promise<string> {
    const { copies, signal, paths } = this.#context;
    const target = join(this.#folder, `${catalog.hash}.db`);
    const local = await copies.copy(catalog, target, signal).catch((error: unknown) => {
      if (errnoOf(error) === null) throw error;
      throw blocked(paths.catalog(catalog.hash), String(error), error);
    });
    this.catalogs.add(catalog.hash);
    const { db } = openCatalog(local, catalog.hash);
    try {
      const packs = db.prepare<[], [Buffer]>('SELECT hash FROM pack').raw(true).all();
      for (const [hash] of packs) this.namedPacks.add(hash.toString('hex'));
    } finally {
      db.close();
    }
    return local;
  }
}
