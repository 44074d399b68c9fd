import { z } from 'zod';
import type { SystemReader } from './types.ts';

/**
 * Folders that cloud services themselves say they keep in step, wherever the owner has put them: Dropbox's info.json
 * (its help page "Find the Dropbox folder path programmatically") and the variables that OneDrive sets on Windows.
 */
export async function cloudFolders(
  system: SystemReader,
): Promise<ReadonlyArray<{ readonly path: string; readonly service: string }>> {
  const found: { path: string; service: string }[] = [];
  for (const name of ['OneDrive', 'OneDriveConsumer', 'OneDriveCommercial']) {
    const path = system.env[name];
    if (path !== undefined && path !== '') found.push({ path, service: 'OneDrive' });
  }
  const places =
    system.platform === 'win32'
      ? [system.env['APPDATA'], system.env['LOCALAPPDATA']].map((folder) => `${folder}\\Dropbox\\info.json`)
      : [`${system.home}/.dropbox/info.json`];
  for (const place of places) {
    for (const path of dropboxPaths(await system.text(place))) found.push({ path, service: 'Dropbox' });
  }
  return found;
}

const infoSchema = z.record(z.string(), z.object({ path: z.string().min(1) }));

function dropboxPaths(text: string | null): string[] {
  try {
    const info = infoSchema.safeParse(JSON.parse(text ?? 'null'));
    return info.success ? Object.values(info.data).map(({ path }) => path) : [];
  } catch {
    // Dropbox's notes, not ours: what cannot be read names no folder.
    return [];
  }
}

/** The service whose folder `path` is or lies in. */
export async function cloudServiceOfFolder(system: SystemReader, path: string): Promise<string | null> {
  const plain = (text: string): string => {
    const slashes = system.platform === 'win32' ? text.replaceAll('\\', '/').toLowerCase() : text;
    return slashes.replace(/\/+$/, '');
  };
  const wanted = plain(path);
  for (const { path: folder, service } of await cloudFolders(system)) {
    const real = plain((await system.realPath(folder)) ?? folder);
    if (real !== '' && (wanted === real || wanted.startsWith(`${real}/`))) return service;
  }
  return null;
}
