import { join } from 'node:path';
import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { exportKind } from '../exports/export-kind.ts';
import { extractFiles } from '../exports/extract.ts';
import type { ItemKind } from '../items/item.ts';
import { readApps } from '../readers/apps/index.ts';
import type { Unreadable } from '../readers/reading.ts';
import type { Backup } from '../source/types.ts';
import type { BackupComparison } from './compare-backups.ts';

export interface GoneExport {
  readonly files: number;
  readonly bytes: number;
  readonly unreadable: readonly Unreadable[];
}

/**
 * Takes out of the older backup what is gone from the newer one: photos, conversations as pages with their files, what
 * apps kept. Each in a folder of its own, with a list of sums.
 */
export async function exportGone(
  older: Backup,
  { kinds }: BackupComparison,
  request: { readonly directory: string; readonly outside: readonly string[] },
  options: WorkOptions = {},
): Promise<GoneExport> {
  const { directory, outside } = request;
  const done = { files: 0, bytes: 0, unreadable: [] as Unreadable[] };
  const take = (one: GoneExport): void => {
    done.files += one.files;
    done.bytes += one.bytes;
    done.unreadable.push(...one.unreadable);
  };
  const gone = (kind: ItemKind): readonly string[] =>
    kinds.find((one) => one.kind === kind)?.gone.map(({ id }) => id) ?? [];
  const photos = gone('photos');
  if (photos.length > 0) {
    take(await exportKind(older, 'photos', { directory: join(directory, 'Photos'), outside, ids: photos }, options));
  }
  for (const [kind, list, folder] of [
    ['conversations', 'messages', 'Messages'],
    ['whatsapp-conversations', 'whatsapp', 'WhatsApp'],
  ] as const) {
    const groups = gone(kind);
    if (groups.length > 0) {
      take(await exportKind(older, list, { directory: join(directory, folder), outside, groups }, options));
    }
  }
  const apps = new Set(gone('apps'));
  if (apps.size > 0) {
    for (const app of (await readApps(older)).items.filter(({ id }) => apps.has(id))) {
      for (const domain of app.domains) {
        const place = { directory: join(directory, 'Apps', app.name ?? app.id), domain, outside };
        const { files, bytes, failed } = await extractFiles(older, place, options);
        take({ files, bytes, unreadable: failed.map(({ path, reason }) => ({ what: `${domain}/${path}`, reason })) });
      }
    }
  }
  return done;
}
