import { sep } from 'node:path';

/** Folders that a cloud service keeps in step: it replaces files by placeholders and makes conflict copies. */
const SERVICES: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  ['iCloud Drive', /\/Library\/Mobile Documents(\/|$)/i],
  ['iCloud Drive', /\/iCloud ?Drive(\/|$)/i],
  ['a cloud service', /\/Library\/CloudStorage(\/|$)/i],
  ['OneDrive', /\/OneDrive( - [^/]+)?(\/|$)/i],
  ['Dropbox', /\/Dropbox( \([^/]+\))?(\/|$)/i],
  ['Google Drive', /\/(Google ?Drive|My Drive)(\/|$)/i],
];

/** The service's name, or null when the path looks like an ordinary folder. */
export function cloudServiceOf(path: string): string | null {
  const plain = path.split(sep).join('/');
  return SERVICES.find(([, pattern]) => pattern.test(plain))?.[0] ?? null;
}
