import type { BrowseFilter, FileEntry } from '../../../../shared/contract/procedures/index.ts';
import type { BackupFile } from '../../browse/index.ts';
import { goneOf } from './browse-gone.ts';
import { type BrowseContext, type BrowseList, countOf, folded, hasText, isoOf, isWithin } from './browse-list.ts';
import { mediaOf, nameOfPath, typeByName } from './browse-media.ts';
import type { OpenVersion } from './browse-version.ts';

/** All files as they lie on the phone: domains, what lies in a folder, or what a search finds. */

/** A list of more nobody goes through; a search can be narrower. */
const MOST_FOUND = 20_000;
const PAUSE_AFTER = 5000;

type Row = Pick<FileEntry, 'domain' | 'path' | 'kind'> & {
  readonly file: BackupFile | null;
  readonly bytes: number | null;
  readonly files: number | null;
};

export async function fileList(
  context: BrowseContext,
  version: OpenVersion,
  filter: BrowseFilter,
  isGone: boolean,
): Promise<BrowseList<FileEntry>> {
  const gone = isGone ? await goneOf(context, version, ['files']) : null;
  const rows = await version.list(JSON.stringify(['files', filter, gone?.newest]), async () =>
    sorted(await rowsOf(version, filter, gone?.ids ?? null), filter.sort),
  );
  return {
    total: rows.length,
    isPresent: true,
    unreadable: gone?.unreadable ?? [],
    page: async (offset, limit) => rows.slice(offset, offset + limit).map((row) => entryOf(context, version, row)),
    ids: async () => rows.map(({ domain, path }) => `${domain}/${path}`),
    placeOf: async (id) => {
      const place = rows.findIndex(({ domain, path }) => `${domain}/${path}` === id);
      return place < 0 ? null : place;
    },
  };
}

async function rowsOf(version: OpenVersion, filter: BrowseFilter, gone: ReadonlySet<string> | null): Promise<Row[]> {
  const { group, folder, only } = filter;
  if (only !== undefined) return [];
  if (hasText(filter) || gone !== null) return found(version, filter, gone);
  const { backup } = version;
  if (group === undefined) {
    return backup.domains().map(({ domain, files, bytes }) => ({
      domain,
      path: '',
      kind: 'domain',
      file: null,
      bytes,
      files,
    }));
  }
  return backup
    .list(group, folder ?? '')
    .filter((file) => isWithin(timeOf(file), filter))
    .map(rowOf);
}

async function found(version: OpenVersion, filter: BrowseFilter, gone: ReadonlySet<string> | null): Promise<Row[]> {
  const rows: Row[] = [];
  const words = folded(filter.text ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');
  const domain = filter.group;
  let seen = 0;
  for (const file of version.backup.files(
    domain === undefined ? {} : { domain, under: filter.folder === '' ? undefined : filter.folder },
  )) {
    seen += 1;
    if (seen % PAUSE_AFTER === 0) await version.pause();
    if (gone !== null && !gone.has(`${file.domain}/${file.path}`)) continue;
    if (file.path === '' || !isWithin(timeOf(file), filter)) continue;
    if (words.length > 0) {
      const path = folded(`${file.domain}/${file.path}`);
      if (!words.every((word) => path.includes(word))) continue;
    }
    rows.push(rowOf(file));
    if (rows.length >= MOST_FOUND) break;
  }
  return rows;
}

function rowOf(file: BackupFile): Row {
  const { domain, path, kind, sizeBytes } = file;
  return { domain, path, kind, file, bytes: kind === 'file' ? sizeBytes : null, files: null };
}

function timeOf({ modified }: BackupFile): number | null {
  return modified === null ? null : modified * 1000;
}

/** Folders first and by name, as they come, unless asked otherwise. */
function sorted(rows: readonly Row[], sort: BrowseFilter['sort']): readonly Row[] {
  const of = [...rows];
  if (sort === 'largest') return of.sort((a, b) => (b.bytes ?? -1) - (a.bytes ?? -1));
  if (sort === 'newest') return of.sort((a, b) => (b.file?.modified ?? 0) - (a.file?.modified ?? 0));
  if (sort === 'oldest') return of.sort((a, b) => (a.file?.modified ?? 0) - (b.file?.modified ?? 0));
  return of;
}

function entryOf(context: BrowseContext, version: OpenVersion, row: Row): FileEntry {
  const { domain, path, kind, file, bytes, files } = row;
  const type = kind === 'file' ? typeByName(path) : null;
  return {
    domain,
    path,
    name: path === '' ? domain : nameOfPath(path),
    kind,
    bytes: countOf(bytes),
    files,
    modifiedAt: file === null ? null : isoOf(timeOf(file)),
    protectionClass: file?.protectionClass ?? null,
    target: file?.target ?? null,
    media: type === null ? null : mediaOf(context, version, file, type),
  };
}
