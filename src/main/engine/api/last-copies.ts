import type { AskPassword, WorkOptions } from '../../../shared/contract/index.ts';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { type Backup, ITEM_KINDS, type ItemKind, openItems } from '../browse/index.ts';
import type { Snapshot, Vault } from '../vault/index.ts';
import type { BackupOpener } from './open-backup.ts';

/** What would be gone from the vault with certain versions: things of the owner that no other version holds. */

export interface LastCopy {
  /** The newest of the versions that hold it. */
  readonly snapshot: string;
  readonly kind: string;
  readonly name: string;
}

export interface LastCopies {
  /** False: some version could not be looked into, so that nothing is known about any. */
  readonly isChecked: boolean;
  readonly items: readonly LastCopy[];
  /** Beyond those that are listed. */
  readonly more: number;
}

export const NOT_CHECKED: LastCopies = { isChecked: false, items: [], more: 0 };

/** Visits come and go by themselves, and app data and files change all the time: they are nobody's last copy. */
const LEFT_OUT: ReadonlySet<ItemKind> = new Set(['history', 'app-data', 'files', 'apps']);
const KINDS = ITEM_KINDS.filter((kind) => !LEFT_OUT.has(kind));
const MOST_LISTED = 1000;

export interface LastCopyRequest {
  readonly opener: BackupOpener;
  readonly vault: Vault;
  readonly askPassword: AskPassword;
  /** Versions that would go, and all that would stay. */
  readonly going: readonly Snapshot[];
  readonly staying: readonly Snapshot[];
}

/** Opens every version of the phones concerned; takes seconds for each. */
export async function lastCopies(request: LastCopyRequest, options: WorkOptions = {}): Promise<LastCopies> {
  const items: LastCopy[] = [];
  let more = 0;
  try {
    for (const udid of new Set(request.going.map(({ record }) => record.udid))) {
      const own = (one: Snapshot): boolean => one.record.udid === udid;
      const found = await ofPhone(request, request.going.filter(own), request.staying.filter(own), options);
      for (const one of found.values()) {
        if (items.length < MOST_LISTED) items.push(one);
        else more += 1;
      }
    }
  } catch (error) {
    // No password, a wrong one, damage: then nothing is known.
    if (isBackstopError(error) && /^(browse|formats|vault\/damaged)/.test(error.code)) return NOT_CHECKED;
    throw error;
  }
  return { isChecked: true, items, more };
}

async function ofPhone(
  request: LastCopyRequest,
  going: readonly Snapshot[],
  staying: readonly Snapshot[],
  options: WorkOptions,
): Promise<Map<string, LastCopy>> {
  const only = new Map<string, LastCopy>();
  for (const snapshot of going) {
    await eachItem(request, snapshot, options, (kind, id, title) => {
      only.set(`${kind} ${id}`, { snapshot: snapshot.id, kind, name: title ?? id });
    });
  }
  // The newest first: most of what goes is still there.
  for (const snapshot of [...staying].reverse()) {
    if (only.size === 0) break;
    await eachItem(request, snapshot, options, (kind, id) => void only.delete(`${kind} ${id}`));
  }
  return only;
}

async function eachItem(
  { opener, vault, askPassword }: LastCopyRequest,
  snapshot: Snapshot,
  options: WorkOptions,
  take: (kind: ItemKind, id: string, title: string | null) => void,
): Promise<void> {
  options.signal?.throwIfAborted();
  await using backup: Backup = await opener.openVersion(vault, snapshot, { askPassword }, options);
  for (const kind of KINDS) {
    await using list = await openItems(backup, kind);
    for (const { id, title } of list.items()) take(kind, id, title);
  }
}
