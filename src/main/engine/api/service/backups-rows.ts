import { z } from 'zod';
import type { SnapshotsResult } from '../../../../shared/contract/index.ts';
import { type BackupRow, backupRow } from '../../../../shared/contract/procedures/index.ts';
import { openDamage, type Snapshot, type SnapshotList, type Vault } from '../../vault/index.ts';
import { summarise } from '../summaries.ts';
import { KeptUntil } from './backups-kept-until.ts';
import type { ServiceParts } from './parts.ts';

/** Rows of the list of versions: from the vault where its disk is here, from memory where it is not. */

interface VaultRows {
  readonly backups: readonly BackupRow[];
  readonly unreadable: SnapshotsResult['unreadable'];
}

const remembered = z.array(backupRow);
const keyOf = (vault: string): string => `rows ${vault}`;

export class BackupRows {
  readonly #parts: ServiceParts;
  readonly #keptUntil = new KeptUntil();

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** The newest first. */
  async of(udid: string | null): Promise<VaultRows> {
    const ids = await this.#parts.vaults.ids();
    const all = await Promise.all(ids.map((id) => this.#ofVault(id)));
    const backups = all.flatMap((one) => one.backups).filter((one) => udid === null || one.udid === udid);
    return {
      backups: backups.sort((a, b) => (a.finishedAt > b.finishedAt ? -1 : a.finishedAt < b.finishedAt ? 1 : 0)),
      unreadable: all.flatMap((one) => one.unreadable),
    };
  }

  async #ofVault(id: string): Promise<VaultRows> {
    const { vaults, library } = this.#parts;
    try {
      const rows = await vaults.use(id, async (vault) => {
        const list = await vault.snapshots();
        const kept = await this.#keptUntil.of(id, list);
        return {
          backups: list.snapshots.map((one) => rowOf(vault, one, list, kept.get(one.id) ?? null)),
          unreadable: [...list.unreadable],
        };
      });
      const key = keyOf(id);
      const text = JSON.stringify(rows.backups);
      if (JSON.stringify(library.cached(key)) !== text) library.cache(key, rows.backups);
      return rows;
    } catch {
      // Its disk is away, or cannot be read now: the list is what was seen last, and says so.
      const known = remembered.safeParse(library.cached(keyOf(id)));
      const backups = known.success ? known.data.map((one) => ({ ...one, isOnline: false })) : [];
      return { backups, unreadable: [] };
    }
  }
}

function rowOf(vault: Vault, snapshot: Snapshot, list: SnapshotList, keptUntil: string | null): BackupRow {
  const summary = summarise(snapshot, list);
  return {
    ...summary,
    vault: vault.id,
    isOnline: true,
    damage: damageOf(snapshot, list),
    // The record does not say which way the phone was connected, and nothing was imported yet.
    connection: null,
    origin: 'backstop',
    keptUntil: summary.pinned && summary.pinnedUntil === null ? null : keptUntil,
  };
}

/** What is known to be wrong with it and was not repaired; how many files that is, as far as a check counted them. */
function damageOf({ id }: Snapshot, { events }: SnapshotList): BackupRow['damage'] {
  const open = openDamage(events).filter((event) => event.record === id);
  const [first] = open;
  if (first === undefined) return null;
  const objects = new Set(open.flatMap((event) => [...event.objects, ...event.files]));
  const counted = events.flatMap((event) =>
    event.kind === 'verified' && event.record === id && !event.ok ? [event.problems] : [],
  );
  const foundAt = open.map((event) => event.at).sort()[0] ?? first.at;
  return { files: Math.max(1, objects.size, counted.at(-1) ?? 0), items: null, foundAt };
}
