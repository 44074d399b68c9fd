import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { procedures } from '../../../../shared/contract/procedures/index.ts';
import { vaultIdAt } from '../../vault/index.ts';
import type { Handlers, Of } from './handlers.ts';
import type { ServiceParts } from './parts.ts';
import { judgePlace } from './places-judge.ts';
import { listFolders, listPlaces, makeFolder } from './places-list.ts';
import { firstBackupBytes, usualBytes, VaultViews } from './vaults-views.ts';

const damageShape = procedures['vaults.damage'].output;
const DONE = { done: true } as const;
/** In a folder that holds other things, backups get one of their own. */
const OWN_FOLDER = 'Backstop';

/** Places where backups are kept, and places to choose. */
export function vaultHandlers(parts: ServiceParts): Handlers<Of<'vaults'> | Of<'places'>> {
  return { ...placeHandlers(parts), ...ownHandlers(parts), ...careHandlers(parts) };
}

function placeHandlers(parts: ServiceParts): Handlers<Of<'places'>> {
  return {
    'places.list': async ({ purpose }) => {
      const needed = purpose === 'vault' ? firstBackupBytes(parts) : null;
      return {
        places: [...(await listPlaces(parts, purpose, needed))],
        firstBackupBytes: needed,
        dailyBytes: await usualBytes(parts),
      };
    },
    'places.folders': ({ place }) => listFolders(parts, place),
    'places.newFolder': ({ place, name }) => makeFolder(parts, place, name),
    'places.inspect': async ({ place }) => ({
      token: place,
      ...(await judgePlace(parts.places.path(place), { neededBytes: firstBackupBytes(parts), isTested: true })),
    }),
  };
}

function ownHandlers(
  parts: ServiceParts,
): Handlers<'vaults.list' | 'vaults.add' | 'vaults.rename' | 'vaults.makeMain' | 'vaults.remove'> {
  const { vaults, places, library, events } = parts;
  const views = new VaultViews(parts);
  return {
    'vaults.list': async () => ({ vaults: [...(await views.all())] }),

    'vaults.add': async ({ place, name, makeMain }) => {
      const chosen = places.path(place);
      const folder = (await isFree(chosen)) ? chosen : join(chosen, OWN_FOLDER);
      const { id, created } = await vaults.add(folder);
      vaults.remember(id, { ...(name === null ? {} : { name }), ...(makeMain ? { isMain: true } : {}) });
      library.note({ what: 'vault-added', udid: null, vault: id, snapshot: null, facts: { folder, created } });
      events.changed('vaults');
      return { vault: id, created };
    },

    'vaults.rename': async ({ vault, name }) => {
      vaults.remember(vault, { name });
      events.changed('vaults');
      return DONE;
    },

    'vaults.makeMain': async ({ vault }) => {
      vaults.remember(vault, { isMain: true });
      events.changed('vaults');
      return DONE;
    },

    'vaults.remove': async ({ vault }) => {
      vaults.remember(vault, { isRemoved: true, isMain: false });
      library.note({ what: 'vault-removed', udid: null, vault, snapshot: null, facts: {} });
      vaults.changed(vault);
      return DONE;
    },
  };
}

function careHandlers(
  parts: ServiceParts,
): Handlers<'vaults.move' | 'vaults.rebuild' | 'vaults.check' | 'vaults.scrub' | 'vaults.repair' | 'vaults.damage'> {
  const { vaults, places, jobs, engine, library, passwords } = parts;
  const start = (
    kind: 'move-vault' | 'rebuild-vault' | 'check-vault' | 'scrub' | 'repair',
    vault: string,
    run: Parameters<typeof jobs.start>[1],
  ): { job: string } => ({ job: jobs.start({ kind, vault, holds: ['vault'] }, run) });
  return {
    'vaults.move': async ({ vault, place }) => {
      const path = await vaults.path(vault);
      const chosen = places.path(place);
      const target = (await isFree(chosen)) ? chosen : join(chosen, OWN_FOLDER);
      return start('move-vault', vault, async ({ options }) => {
        const { type: _type, ...report } = await engine.moveVault({ vault: path, target }, options);
        library.note({ what: 'vault-moved', udid: null, vault, snapshot: null, facts: { folder: report.path } });
        vaults.moved(vault);
        return { kind: 'move-vault', report };
      });
    },

    'vaults.rebuild': async ({ vault }) => {
      const path = await vaults.path(vault);
      return start('rebuild-vault', vault, async ({ options }) => {
        const { objects } = await engine.rebuildIndex({ vault: path }, options);
        vaults.changed(vault);
        return { kind: 'rebuild-vault', objects };
      });
    },

    'vaults.check': async ({ vault }) => {
      const path = await vaults.path(vault);
      return start('check-vault', vault, async ({ options }) => {
        const { type: _type, ...report } = await engine.vaultCheck({ vault: path }, options);
        return { kind: 'check-vault', report };
      });
    },

    'vaults.scrub': async ({ vault, everything }) => {
      const path = await vaults.path(vault);
      const { bytesPerSecond } = library.settings();
      return start('scrub', vault, async ({ options }) => {
        const request = { vault: path, everything, maxBytes: null, bytesPerSecond, askPassword: passwords.asker(null) };
        const { type: _type, ...report } = await engine.scrub(request, options);
        const facts = { files: report.readFiles, problems: report.problems.length + report.moreProblems };
        library.note({ what: report.ok ? 'scrubbed' : 'damage-found', udid: null, vault, snapshot: null, facts });
        library.cache(`damage ${vault}`, { problems: report.problems, more: report.moreProblems });
        vaults.changed(vault);
        return { kind: 'scrub', report };
      });
    },

    'vaults.repair': async ({ vault }) => {
      const path = await vaults.path(vault);
      return start('repair', vault, async ({ options }) => {
        const { type: _type, ...report } = await engine.repair(
          { vault: path, askPassword: passwords.asker(null) },
          options,
        );
        const facts = { repaired: report.repaired.length, left: report.unrepaired.length };
        library.note({ what: 'repaired', udid: null, vault, snapshot: null, facts });
        library.cache(`damage ${vault}`, { problems: report.unrepaired, more: 0 });
        vaults.changed(vault);
        return { kind: 'repair', report };
      });
    },

    'vaults.damage': async ({ vault }) => {
      const known = library.cached(`damage ${vault}`);
      return damageShape.safeParse(known).data ?? { problems: [], more: 0 };
    },
  };
}

/** Nothing in it but what systems put everywhere, or a vault already. */
async function isFree(folder: string): Promise<boolean> {
  if ((await vaultIdAt(folder)) !== null) return true;
  const names = await readdir(folder).catch(() => ['unreadable']);
  return names.every((name) =>
    /^(\.|lost\+found$|System Volume Information$|\$RECYCLE\.BIN$|desktop\.ini$)/i.test(name),
  );
}
