import type { Entry, TopEntry } from '../../vault/types.ts';
import type { Folder } from './folder-tree.ts';
import { keyName, shardName, shardOf } from './names.ts';
import type { BaseView, Overlay } from './overlay.ts';
import { keysOfShard, type StoredFile } from './store.ts';

export type EntryChange = Entry | { readonly id: Buffer; readonly removed: true };

/** What a commit is told: payloads that are new, changed or gone, in id order, and every other path. */
export interface OverlayChanges {
  readonly entries: Iterable<EntryChange>;
  readonly tops: readonly TopEntry[];
}

/**
 * The difference between the overlay's phone folder and the previous version (`base`; null: everything is new).
 * Reads 256 ranges, each only where rows lie; no query stays open between two answers.
 */
export function changesOf(overlay: Overlay, base: BaseView | null): OverlayChanges {
  return { entries: entriesOf(overlay, base), tops: [...topsOf(overlay)].sort(byName) };
}

function* entriesOf(overlay: Overlay, base: BaseView | null): Generator<EntryChange> {
  for (let shard = 0; shard < 256; shard += 1) {
    const folder = overlay.folder(`${overlay.udid}/${shardName(shard)}`);
    if (folder !== null && (folder.shard === shard || (folder.shard === null && base === null))) {
      yield* ownRows(overlay, folder, shard, base);
    } else {
      yield* replaced(overlay, folder, shard, base);
    }
  }
}

/** The usual shard: the previous version, if there is one, shows through, and the rows are the difference. */
function* ownRows(overlay: Overlay, folder: Folder, shard: number, base: BaseView | null): Generator<EntryChange> {
  for (const { key, file } of overlay.store.pages(folder.id, keysOfShard(shard).own)) {
    if (typeof key === 'string') continue;
    const before = base?.get(key) ?? null;
    if (file === null) {
      if (before !== null) yield { id: key, removed: true };
    } else if (before === null || !isSame(before, file)) {
      yield { id: key, ...file };
    }
  }
}

/** A shard whose folder is gone, new, or holds something else: everything the previous version had there goes first. */
function* replaced(
  overlay: Overlay,
  folder: Folder | null,
  shard: number,
  base: BaseView | null,
): Generator<EntryChange> {
  const rows = new Map<string, Entry>();
  if (folder !== null) {
    for (const { name, file } of overlay.filesOf(folder)) {
      if (typeof name === 'string' || name[0] !== shard) continue;
      rows.set(name.toString('hex'), { id: name, hash: file.hash, sizeBytes: file.sizeBytes, modified: file.modified });
    }
  }
  const changes = new Map<string, EntryChange>(rows);
  for (const before of base?.entries(shard) ?? []) {
    const key = before.id.toString('hex');
    const now = rows.get(key);
    if (now === undefined) changes.set(key, { id: before.id, removed: true });
    else if (isSame(before, now)) changes.delete(key);
  }
  for (const key of [...changes.keys()].sort()) {
    const change = changes.get(key);
    if (change !== undefined) yield change;
  }
}

/** Every path below the phone's folder that is no payload in its own shard; an empty folder is a name with a slash. */
function* topsOf(overlay: Overlay): Generator<TopEntry> {
  for (const { path, folder, isEmpty } of overlay.foldersBelow(overlay.udid)) {
    const inside = path.slice(overlay.udid.length + 1);
    if (isEmpty && inside !== '') yield { name: `${inside}/`, hash: null, sizeBytes: 0, modified: folder.modified };
    for (const { name, file } of namesOf(overlay, folder, inside)) {
      yield { name: inside === '' ? name : `${inside}/${name}`, ...file };
    }
  }
}

/** In a folder `xx` only what is not one of its own payloads, which the ranges around those give without a scan. */
function* namesOf(overlay: Overlay, folder: Folder, inside: string): Generator<{ name: string; file: StoredFile }> {
  const shard = shardOf(inside);
  if (shard === null || (folder.shard !== null && folder.shard !== shard)) {
    for (const { name, file } of overlay.filesOf(folder)) {
      if (shard !== null && typeof name !== 'string' && name[0] === shard) continue;
      yield { name: keyName(name), file: { hash: file.hash, sizeBytes: file.sizeBytes, modified: file.modified } };
    }
    return;
  }
  const { below, above } = keysOfShard(shard);
  for (const range of [below, above]) {
    for (const { key, file } of overlay.store.pages(folder.id, range)) {
      if (file !== null) yield { name: keyName(key), file };
    }
  }
}

function isSame(a: StoredFile, b: StoredFile): boolean {
  if (a.sizeBytes !== b.sizeBytes || a.modified !== b.modified) return false;
  return a.hash === null || b.hash === null ? a.hash === b.hash : a.hash.equals(b.hash);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}
