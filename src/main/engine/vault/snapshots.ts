import { join } from 'node:path';
import { Slicer } from './catalog/folded.ts';
import { readSmallFile, type VaultIo } from './io/index.ts';
import { deviceSuffix, isIgnoredName, type VaultPaths } from './layout/names.ts';
import { MAX_RECORD_BYTES, parseRecord, parseRecordName } from './record.ts';
import type { Snapshot, SnapshotList } from './types.ts';

const READERS = 16;

export interface RecordList {
  /** Every record, forgotten versions included; oldest first. */
  readonly snapshots: readonly Snapshot[];
  readonly unreadable: SnapshotList['unreadable'];
}

/**
 * Every version of the vault, by reading its records. What cannot be read is named and never in the way of others.
 * `memory` holds the records that were read before: a file's name carries its hash, so it never changes.
 */
export async function listSnapshots(
  io: VaultIo,
  paths: VaultPaths,
  vaultId: string,
  tag?: Buffer,
  memory = new Map<string, Snapshot>(),
): Promise<RecordList> {
  const snapshots: Snapshot[] = [];
  const unreadable: Array<{ file: string; reason: string }> = [];
  const files: Array<{ device: string; name: string }> = [];
  for (const device of await deviceFolders(io, paths, tag)) {
    try {
      for (const item of await io.readdir(paths.device(device))) {
        if (item.kind === 'file' && !isIgnoredName(item.name)) files.push({ device, name: item.name });
      }
    } catch (error) {
      unreadable.push({ file: `snapshots/${device}`, reason: reasonOf(error) });
    }
  }
  const waiting = files.values();
  const slicer = new Slicer();
  const worker = async (): Promise<void> => {
    for (const { device, name } of waiting) {
      await slicer.breathe();
      const file = `snapshots/${device}/${name}`;
      const claimed = parseRecordName(name);
      if (claimed === null) continue;
      const remembered = memory.get(file);
      if (remembered !== undefined) {
        snapshots.push(remembered);
        continue;
      }
      try {
        const bytes = await readSmallFile(io, join(paths.device(device), name), MAX_RECORD_BYTES);
        if (bytes === null) continue; // Gone since the listing.
        const parsed = parseRecord(bytes, claimed, vaultId);
        if (!parsed.ok) unreadable.push({ file, reason: parsed.reason });
        else if (parsed.record.device !== device)
          unreadable.push({ file, reason: 'it lies in another phone’s folder' });
        else {
          const snapshot = { id: claimed.id, file, record: parsed.record };
          memory.set(file, snapshot);
          snapshots.push(snapshot);
        }
      } catch (error) {
        unreadable.push({ file, reason: reasonOf(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: READERS }, worker));
  snapshots.sort(compareSnapshots);
  unreadable.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { snapshots, unreadable };
}

/** Oldest first: by the phone's own clock, then by number, then by id. */
export function compareSnapshots(a: Snapshot, b: Snapshot): number {
  const byDate = Date.parse(a.record.statusDate) - Date.parse(b.record.statusDate);
  if (Number.isFinite(byDate) && byDate !== 0) return byDate;
  return a.record.seq - b.record.seq || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Folders of records: all, or the one that is found by the phone's suffix. */
export async function deviceFolders(io: VaultIo, paths: VaultPaths, tag?: Buffer): Promise<string[]> {
  const suffix = tag === undefined ? '' : `-${deviceSuffix(tag)}`;
  return (await io.readdir(paths.folder('snapshots')))
    .filter((item) => item.kind === 'folder' && !isIgnoredName(item.name) && item.name.endsWith(suffix))
    .map((item) => item.name)
    .sort();
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
