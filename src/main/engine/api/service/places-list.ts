import { lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import type { OutputOf, PlaceView } from '../../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { mountPoints } from '../../platform/index.ts';
import { vaultIdAt } from '../../vault/index.ts';
import type { ServiceParts } from './parts.ts';
import { judgePlace } from './places-judge.ts';

/** Disks and folders to choose from. */

const MOST_FOLDERS = 1000;
const SMALLEST_DISK = 1e9;
/** Where systems keep themselves: nobody's place for backups. */
const SYSTEM = /^\/(boot|dev|proc|run|sys|snap|usr|var\/lib|etc|private\/var\/vm|System)(\/|$)/;
const SAFE_NAME = /^[^\p{Cc}\\/:*?"<>|]{1,100}$/u;

/** Disks, and for exports the usual folders of the owner as well. */
export async function listPlaces(
  parts: ServiceParts,
  purpose: 'vault' | 'export',
  neededBytes: number | null,
): Promise<readonly PlaceView[]> {
  const paths = new Set<string>();
  const home = homedir();
  if (purpose === 'export') for (const name of ['Desktop', 'Documents', 'Downloads']) paths.add(join(home, name));
  for (const mountPoint of await mountPoints()) if (!SYSTEM.test(mountPoint)) paths.add(mountPoint);
  paths.delete(sep);
  paths.add(home);
  const seen = new Set<string>();
  const places: PlaceView[] = [];
  for (const path of paths) {
    const there = await stat(path).catch(() => null);
    const real = there?.isDirectory() === true ? await realpath(path).catch(() => null) : null;
    if (real === null || seen.has(real)) continue;
    seen.add(real);
    const judged = await judgePlace(path, { neededBytes, isTested: false });
    // What systems mount for themselves is small, and no disk of anybody's.
    if (path !== home && judged.totalBytes !== null && judged.totalBytes < SMALLEST_DISK) continue;
    places.push({ token: parts.places.offer(path), ...judged });
  }
  const rank = ({ kind, path }: PlaceView): number =>
    kind === 'external' ? 0 : kind === 'network' ? 1 : path === home ? 2 : 3;
  return purpose === 'vault' ? places.sort((a, b) => rank(a) - rank(b)) : places;
}

/** Folders in a folder. Hidden ones and links are left out: a link may lead anywhere. */
export async function listFolders(parts: ServiceParts, token: string): Promise<OutputOf<'places.folders'>> {
  const path = parts.places.path(token);
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new BackstopError('app/folder-unreadable', { data: { path, reason: error.code ?? '' }, cause: error });
  });
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !entry.name.startsWith('$'))
    .map((entry) => entry.name)
    .sort((a, b) => a.localeCompare(b));
  const folders = [];
  for (const name of names.slice(0, MOST_FOLDERS)) {
    const folder = join(path, name);
    folders.push({ token: parts.places.offer(folder), name, isVault: (await vaultIdAt(folder)) !== null });
  }
  const above = dirname(path);
  return {
    here: { token, name: basename(path) || path, path },
    parent: above === path ? null : parts.places.offer(above),
    folders,
    more: Math.max(0, names.length - MOST_FOLDERS),
  };
}

export async function makeFolder(
  parts: ServiceParts,
  token: string,
  name: string,
): Promise<{ token: string; name: string }> {
  const plain = name.trim();
  if (!SAFE_NAME.test(plain) || /^\.|[. ]$/.test(plain)) {
    throw new BackstopError('app/bad-folder-name', { data: { name: plain } });
  }
  const folder = join(parts.places.path(token), plain);
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder that is there already is as good. A link is not: it may lead anywhere.
    const isThere = code === 'EEXIST' && (await lstat(folder).catch(() => null))?.isDirectory() === true;
    if (!isThere) throw new BackstopError('app/folder-unreadable', { data: { path: folder, reason: code ?? '' } });
  }
  return { token: parts.places.offer(folder), name: plain };
}
