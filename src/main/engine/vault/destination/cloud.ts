import { dirname, join, sep } from 'node:path';
import type { VaultIo } from '../io/index.ts';

/** Folders that a cloud service keeps in step: it replaces files by placeholders and makes conflict copies. */
const SERVICES: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  ['iCloud Drive', /\/Library\/Mobile Documents(\/|$)/i],
  ['iCloud Drive', /\/iCloud ?Drive(\/|$)/i],
  ['OneDrive', /\/Library\/CloudStorage\/OneDrive/i],
  ['Dropbox', /\/Library\/CloudStorage\/Dropbox/i],
  ['Google Drive', /\/Library\/CloudStorage\/GoogleDrive/i],
  ['a cloud service', /\/Library\/CloudStorage(\/|$)/i],
  ['OneDrive', /\/OneDrive( - [^/]+)?(\/|$)/i],
  ['Dropbox', /\/Dropbox( \([^/]+\))?(\/|$)/i],
  ['Google Drive', /\/(Google ?Drive|My Drive)(\/|$)/i],
];

/**
 * What services leave at the top of a folder that they keep in step, however the owner has called it. `.dropbox` is a
 * marker as a file only: as a folder it holds Dropbox's own settings, in everybody's home.
 */
const MARKERS: ReadonlyArray<readonly [name: string, kind: 'file' | 'folder', service: string]> = [
  ['.dropbox', 'file', 'Dropbox'],
  ['.dropbox.cache', 'folder', 'Dropbox'],
  ['.849C9593-D756-4E56-8D6E-42412F2A707B', 'file', 'OneDrive'],
  ['.tmp.driveupload', 'folder', 'Google Drive'],
  ['.tmp.drivedownload', 'folder', 'Google Drive'],
  ['.shortcut-targets-by-id', 'folder', 'Google Drive'],
];
const MAX_DEPTH = 64;

/** The service's name, or null when the path looks like an ordinary folder. */
export function cloudServiceOf(path: string): string | null {
  const plain = path.split(sep).join('/');
  return SERVICES.find(([, pattern]) => pattern.test(plain))?.[0] ?? null;
}

/** The service whose marker lies in this folder or in one above it. */
export async function cloudMarkerAbove(io: VaultIo, path: string): Promise<string | null> {
  let folder = path;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    for (const [name, kind, service] of MARKERS) {
      const facts = await io.stat(join(folder, name)).catch(() => null); // A folder that hides its files marks nothing.
      if (facts?.kind === kind) return service;
    }
    if (folder === dirname(folder)) return null;
    folder = dirname(folder);
  }
  return null;
}
