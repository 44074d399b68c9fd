import type { Entry, TopEntry } from '../../vault/types.ts';
import type { BaseView, FolderItem } from './contents.ts';
import { type Folder, foldersWithin } from './folder-tree.ts';
import { keyName, shardName, shardOf } from './names.ts';
import type { Overlay } from './overlay.ts';
import { REMOVED, type StoredFile } from './payload-table.ts';

export type EntryChange = Entry | { readonly id: Buffer; readonly removed: true };

/** What a commit is told: payloads that are new, changed or gone, in id order, and every other path. */
export interface OverlayChanges {
  readonly changes: Iterable<EntryChange>;
  readonly tops: readonly TopEntry[];
}

/** The difference between the overlay's phone folder and the previous version (`base`; null: everything is new). */
export function changesOf(overlay: Overlay, base: BaseView | null): OverlayChanges {
  return { changes: { [Symbol.iterator]: () => entriesOf(overlay, base) }, tops: [...topsOf(overlay)].sort(byName) };
}

function* entriesOf(overlay: Overlay, base: BaseView | null): Generator<EntryChange> {
  for (let shard = 0; shard < 256; shard += 1) {
    const folder = overlay.contents.tree.find(`${overlay.udid}/${shardName(shard)}`);
    if (folder !== null && (folder.shard === shard || (folder.shard === null && base === null))) {
      yield* ownRows(overlay, folder, shard, base);
    } else {
      yield* replaced(overlay, folder, shard, base);
    }
  }
}

/** The usual shard: the previous version, if there is one, shows through, and the rows are the difference. */
function* ownRows(overlay: Overlay, folder: Folder, shard: number, base: BaseView | null): Generator<EntryChange> {
  const { table } = overlay.contents;
  const rows = table.rowsOf(folder.id).filter((row) => table.shard(row) === shard);
  for (const row of rows.sort((a, b) => table.compareIds(a, b))) {
    const id = table.id(row);
    const now = table.read(row);
    const before = base?.get(id) ?? null;
    if (now === REMOVED) {
      if (before !== null) yield { id, removed: true };
    } else if (before === null || !isSame(before, now)) {
      yield { id, ...now };
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
  const changes = new Map<string, EntryChange>();
  for (const { key, file } of folder === null ? [] : overlay.contents.filesOf(folder)) {
    if (typeof key !== 'string' && key[0] === shard) changes.set(keyName(key), { id: key, ...plain(file) });
  }
  for (const before of base?.entries(shard) ?? []) {
    const key = keyName(before.id);
    const now = changes.get(key);
    if (now === undefined) changes.set(key, { id: before.id, removed: true });
    else if (!('removed' in now) && isSame(before, now)) changes.delete(key);
  }
  for (const [, change] of [...changes].sort(([a], [b]) => (a < b ? -1 : 1))) yield change;
}

/** Every path below the phone's folder that is no payload in its own shard; an empty folder is a name with a slash. */
function* topsOf(overlay: Overlay): Generator<TopEntry> {
  const { contents } = overlay;
  const phone = contents.tree.find(overlay.udid);
  for (const folder of phone === null ? [] : foldersWithin(phone)) {
    const inside = pathInside(folder, phone);
    if (inside !== '' && contents.isEmpty(folder)) {
      yield { name: `${inside}/`, hash: null, sizeBytes: 0, modified: folder.modified };
    }
    for (const { key, file } of otherFiles(overlay, folder, shardOf(inside))) {
      yield { name: inside === '' ? keyName(key) : `${inside}/${keyName(key)}`, ...plain(file) };
    }
  }
}

/** The files of a folder without the payloads of `shard`. */
function* otherFiles(overlay: Overlay, folder: Folder, shard: number | null): Generator<FolderItem> {
  const { contents } = overlay;
  if (shard === null || (folder.shard !== null && folder.shard !== shard)) {
    for (const item of contents.filesOf(folder)) {
      if (shard === null || typeof item.key === 'string' || item.key[0] !== shard) yield item;
    }
    return;
  }
  for (const row of contents.table.rowsOf(folder.id)) {
    const file = contents.table.shard(row) === shard ? REMOVED : contents.table.read(row);
    if (file !== REMOVED) yield { key: contents.table.id(row), file };
  }
  for (const [key, file] of folder.files) yield { key, file };
}

function pathInside(folder: Folder, phone: Folder | null): string {
  const names: string[] = [];
  for (let at: Folder | null = folder; at !== null && at !== phone; at = at.parent) names.unshift(at.name);
  return names.join('/');
}

function plain({ hash, sizeBytes, modified }: StoredFile): StoredFile {
  return { hash, sizeBytes, modified };
}

function isSame(a: StoredFile, b: StoredFile): boolean {
  if (a.sizeBytes !== b.sizeBytes || a.modified !== b.modified) return false;
  return a.hash === null || b.hash === null ? a.hash === b.hash : a.hash.equals(b.hash);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}
