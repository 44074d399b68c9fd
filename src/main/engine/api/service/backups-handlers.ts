import type { OutputOf } from '../../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { presetOf } from '../../../../shared/rules/retention/index.ts';
import type { Snapshot } from '../../vault/index.ts';
import { lastCopies } from '../last-copies.ts';
import { BackupOpener } from '../open-backup.ts';
import { currentPolicy, pruneVault, setRetention } from '../retention.ts';
import { estimateOrNull, forgetVersions, listTrash, noteVersion, pinVersions, restoreVersions } from '../trash.ts';
import { checksOf } from './backups-checks.ts';
import { freeFolderIn } from './backups-export-folder.ts';
import { BackupRows } from './backups-rows.ts';
import type { Handlers, Of } from './handlers.ts';
import type { ServiceParts } from './parts.ts';

type Names = Exclude<Of<'backups'>, 'backups.start' | 'backups.verify'> | Of<'trash'> | Of<'retention'>;

const DONE = { done: true } as const;

/** Versions of all phones in all vaults: the list, what is known of each, and what leaves it. */
export function backupHandlers(parts: ServiceParts): Handlers<Names> {
  return { ...listHandlers(parts), ...markHandlers(parts), ...goneHandlers(parts), ...retentionHandlers(parts) };
}

function listHandlers(
  parts: ServiceParts,
): Handlers<'backups.list' | 'backups.checks' | 'backups.freed' | 'backups.onlyHere' | 'backups.export'> {
  const { vaults, library, jobs, engine, places, passwords, home } = parts;
  const rows = new BackupRows(parts);
  const opener = new BackupOpener(home, () => {
    throw new Error('versions are opened from vaults that are open');
  });
  return {
    'backups.list': async ({ udid }) => {
      const { backups, unreadable } = await rows.of(udid);
      return { backups: [...backups], unreadable: [...unreadable] };
    },

    'backups.checks': ({ vault, snapshot }) =>
      vaults.use(vault, async (open) => ({
        checks: [...(await checksOf(open, snapshot, library))],
        nextFullAt: null,
      })),

    'backups.freed': ({ vault, snapshots }) =>
      vaults.use(vault, async (open) => {
        const going = await Promise.all(snapshots.map((id) => open.resolve(id)));
        // What waits in the trash comes free anyway: what is asked is the difference.
        const { forgotten } = await open.snapshots();
        const all = await estimateOrNull(open, [...going, ...forgotten]);
        const anyway = forgotten.length === 0 ? 0 : await estimateOrNull(open, forgotten);
        return { bytes: all === null || anyway === null ? null : Math.max(0, all - anyway) };
      }),

    'backups.onlyHere': ({ vault, snapshots }) =>
      vaults.use(vault, async (open) => {
        const { snapshots: list } = await open.snapshots();
        const chosen = new Set(snapshots);
        const going = list.filter((one) => chosen.has(one.id));
        const udid = going[0]?.record.udid ?? null;
        const found = await lastCopies({
          opener,
          vault: open,
          askPassword: passwords.asker(udid),
          going,
          staying: list.filter((one) => !chosen.has(one.id)),
        });
        const kinds: Record<string, number> = {};
        for (const { kind } of found.items) kinds[kind] = (kinds[kind] ?? 0) + 1;
        return { isChecked: found.isChecked, kinds, items: [...found.items], more: found.more };
      }),

    'backups.export': async ({ vault, snapshot, place }) => {
      const folder = places.path(place);
      const path = await vaults.path(vault);
      const { udid, name, finished } = await vaults.use(vault, async (open) => (await open.resolve(snapshot)).record);
      const job = jobs.start({ kind: 'export-backup', udid, vault, snapshot, holds: [] }, async ({ options }) => {
        const directory = await freeFolderIn(folder, name, finished);
        const done = await engine.export({ vault: path, snapshot, directory }, options);
        library.note({ what: 'exported', udid, vault, snapshot, facts: { folder: directory, files: done.files } });
        const { files, bytes } = done;
        return {
          kind: 'export-backup',
          exported: { place: places.offer(done.path), folder: done.path, items: 1, files, bytes, failed: [] },
        };
      });
      return { job };
    },
  };
}

function markHandlers({ vaults, library }: ServiceParts): Handlers<'backups.pin' | 'backups.note'> {
  return {
    'backups.pin': async ({ vault, snapshots, pinned, until, reason }) => {
      await vaults.use(vault, (open) => pinVersions(open, { vault, snapshots, pinned, until, reason }));
      for (const snapshot of snapshots) {
        library.note({ what: pinned ? 'pinned' : 'unpinned', udid: null, vault, snapshot, facts: { until } });
      }
      vaults.changed(vault);
      return DONE;
    },

    'backups.note': async ({ vault, snapshot, text }) => {
      await vaults.use(vault, (open) => noteVersion(open, snapshot, text));
      vaults.changed(vault);
      return DONE;
    },
  };
}

function goneHandlers(parts: ServiceParts): Handlers<'backups.forget' | 'backups.unforget' | Of<'trash'>> {
  const { vaults, library, jobs, engine } = parts;
  return {
    'backups.forget': async ({ vault, snapshots }) => {
      const { undoUntil, udids } = await vaults.use(vault, async (open) => {
        const going = await Promise.all(snapshots.map((id) => open.resolve(id)));
        await refusePinned(going, await open.snapshots());
        const done = await forgetVersions(open, snapshots, { force: false });
        return { undoUntil: done.undoUntil, udids: new Map(going.map((one) => [one.id, one.record.udid])) };
      });
      for (const snapshot of snapshots) {
        library.note({ what: 'removed', udid: udids.get(snapshot) ?? null, vault, snapshot, facts: { undoUntil } });
      }
      vaults.changed(vault);
      return { undoUntil };
    },

    'backups.unforget': async ({ vault, snapshots }) => {
      await vaults.use(vault, (open) => restoreVersions(open, snapshots));
      for (const snapshot of snapshots) library.note({ what: 'put-back', udid: null, vault, snapshot, facts: {} });
      vaults.changed(vault);
      return DONE;
    },

    'trash.list': async ({ udid }) => {
      const trash: OutputOf<'trash.list'>['trash'] = [];
      let wouldFreeBytes: number | null = 0;
      for (const vault of await vaults.ids()) {
        if (!(await vaults.isOnline(vault))) continue;
        const found = await vaults.use(vault, (open) => listTrash(open));
        if (found.wouldFreeBytes === null || wouldFreeBytes === null) wouldFreeBytes = null;
        else wouldFreeBytes += found.wouldFreeBytes;
        trash.push(
          ...found.trash.filter((one) => udid === null || one.udid === udid).map((one) => ({ ...one, vault })),
        );
      }
      return { trash: trash.sort((a, b) => (a.forgottenAt > b.forgottenAt ? -1 : 1)), wouldFreeBytes };
    },

    'trash.empty': async ({ vault, snapshots }) => {
      const path = await vaults.path(vault);
      const job = jobs.start({ kind: 'empty-trash', vault, holds: ['vault'] }, async ({ options }) => {
        const done = await engine.emptyTrash({ vault: path, snapshots }, options);
        const { freedBytes, waitingBytes, emptied } = done;
        library.note({
          what: 'emptied',
          udid: null,
          vault,
          snapshot: null,
          facts: { count: emptied.length, freedBytes },
        });
        vaults.changed(vault);
        return { kind: 'empty-trash', freedBytes, waitingBytes };
      });
      return { job };
    },
  };
}

function retentionHandlers(parts: ServiceParts): Handlers<Of<'retention'>> {
  const { vaults, library, jobs, engine } = parts;
  return {
    'retention.get': ({ vault }) =>
      vaults.use(vault, async (open) => {
        const policy = currentPolicy((await open.listEvents()).events);
        return { policy, preset: presetOf(policy) };
      }),

    'retention.set': async ({ vault, policy }) => {
      await vaults.use(vault, (open) => setRetention(open, policy));
      library.note({ what: 'rules-changed', udid: null, vault, snapshot: null, facts: { preset: presetOf(policy) } });
      vaults.changed(vault);
      return DONE;
    },

    'retention.simulate': ({ vault, policy }) =>
      vaults.use(vault, async (open) => {
        const { remove, laterBytes, freedBytes, overBudgetBytes } = await pruneVault(open, { dryRun: true, policy });
        return {
          remove,
          freedBytes: laterBytes === null ? null : laterBytes + freedBytes,
          overBudgetBytes,
        };
      }),

    'retention.apply': async ({ vault }) => {
      const path = await vaults.path(vault);
      const job = jobs.start({ kind: 'retention', vault, holds: ['vault'] }, async ({ options }) => {
        const askPassword = async (): Promise<null> => null;
        const done = await engine.prune({ vault: path, dryRun: false, policy: null, askPassword }, options);
        const { remove, freedBytes, laterBytes } = done;
        library.note({
          what: 'thinned',
          udid: null,
          vault,
          snapshot: null,
          facts: { count: remove.length, freedBytes },
        });
        vaults.changed(vault);
        return { kind: 'retention', removed: remove.length, freedBytes, laterBytes };
      });
      return { job };
    },
  };
}

/** A pin says: whatever happens. It has to be taken back first. */
async function refusePinned(
  going: readonly Snapshot[],
  { states }: { readonly states: ReadonlyMap<string, { readonly isPinned: boolean }> },
): Promise<void> {
  const pinned = going.find((one) => states.get(one.id)?.isPinned === true);
  if (pinned !== undefined) {
    throw new BackstopError('vault/pinned', { data: { snapshot: pinned.id.slice(0, 12), name: pinned.record.name } });
  }
}
