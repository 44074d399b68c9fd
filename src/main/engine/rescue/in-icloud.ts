import type Database from 'better-sqlite3';
import type { OnlyInICloud } from '../../../shared/contract/index.ts';
import { isBackstopError } from '../../../shared/errors/index.ts';
import type { AfcReader } from '../device/index.ts';

/** Opens the phone's database of photos from its bytes; nothing of it rests on the disk in the clear. */
export type OpenLibrary = (parts: {
  readonly name: string;
  readonly main: AsyncIterable<Uint8Array>;
  readonly wal: AsyncIterable<Uint8Array> | null;
  readonly journal: null;
}) => Promise<Disposable & { readonly db: Database.Database }>;

const DATABASE = '/PhotoData/Photos.sqlite';
const MAX_BYTES = 8 * 1024 ** 3;
const SHOWN = 100;
const MAX_TEXT = 500;
/** ZSAVEDASSETTYPE: what others shared is not the owner's to lose. */
const SHARED = new Set([4, 12]);
const FILM = 1;

/** An asset that the library knows and the phone has no file of. */
export interface MissingAsset {
  readonly name: string;
  readonly place: string;
  readonly isVideo: boolean;
}

/** Every one of them, or why that is not known. Never throws for the phone's sake. */
export async function findOnlyInICloud(
  phone: AfcReader,
  openLibrary: OpenLibrary,
  onPhone: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<{ readonly missing: readonly MissingAsset[]; readonly reason: string | null }> {
  try {
    const [main, wal] = await Promise.all([
      phone.stat(DATABASE, { signal }),
      phone.stat(`${DATABASE}-wal`, { signal }),
    ]);
    if (main === null) return { missing: [], reason: 'rescue/no-library' };
    const read = (path: string) => phone.read(path, { signal, maxBytes: MAX_BYTES });
    using library = await openLibrary({
      name: 'Photos.sqlite',
      main: read(DATABASE),
      wal: wal === null ? null : read(`${DATABASE}-wal`),
      journal: null,
    });
    return { missing: missingAssets(library.db, onPhone), reason: null };
  } catch (error) {
    signal?.throwIfAborted();
    // SQLite's own errors are no BackstopErrors: a library that was written to meanwhile may not hang together.
    return { missing: [], reason: isBackstopError(error) ? error.code : 'rescue/no-library' };
  }
}

export function summariseMissing(
  { missing, reason }: { readonly missing: readonly MissingAsset[]; readonly reason: string | null },
  list: string | null,
): OnlyInICloud {
  if (reason !== null) return { how: 'unknown', reason, photos: null, videos: null, names: [], list: null };
  const videos = missing.filter((one) => one.isVideo).length;
  return {
    how: 'measured',
    reason: null,
    photos: missing.length - videos,
    videos,
    names: missing.slice(0, SHOWN).map((one) => one.name),
    list,
  };
}

function missingAssets(db: Database.Database, onPhone: ReadonlySet<string>): readonly MissingAsset[] {
  const table = ['ZASSET', 'ZGENERICASSET'].find((name) => columnsOf(db, name).size > 0);
  if (table === undefined) throw new Error('a library without assets');
  const columns = columnsOf(db, table);
  const attributes = columnsOf(db, 'ZADDITIONALASSETATTRIBUTES');
  const column = (name: string): string => (columns.has(name) ? `a.${name}` : 'NULL');
  const hasNames = attributes.has('ZASSET') && attributes.has('ZORIGINALFILENAME');
  const sql = `SELECT substr(${column('ZDIRECTORY')}, 1, ${MAX_TEXT}) AS directory,
      substr(${column('ZFILENAME')}, 1, ${MAX_TEXT}) AS filename, ${column('ZKIND')} AS kind,
      ${column('ZTRASHEDSTATE')} AS trashed, ${column('ZSAVEDASSETTYPE')} AS type,
      ${hasNames ? `substr(b.ZORIGINALFILENAME, 1, ${MAX_TEXT})` : 'NULL'} AS original
    FROM ${table} a ${hasNames ? 'LEFT JOIN ZADDITIONALASSETATTRIBUTES b ON b.ZASSET = a.Z_PK' : ''}`;
  const missing: MissingAsset[] = [];
  for (const row of db.prepare(sql).iterate() as Iterable<Record<string, unknown>>) {
    const { directory, filename, kind, trashed, type, original } = row;
    if (typeof directory !== 'string' || typeof filename !== 'string') continue;
    if (trashed === 1 || SHARED.has(Number(type)) || directory.startsWith('PhotoData/PhotoCloudSharingData')) continue;
    const place = `${directory}/${filename}`;
    if (onPhone.has(place)) continue;
    const name = typeof original === 'string' && original !== '' ? original : filename;
    missing.push({ name: plain(name), place: plain(place), isVideo: kind === FILM });
  }
  return missing;
}

function columnsOf(db: Database.Database, table: string): ReadonlySet<string> {
  const rows = db.pragma(`table_info(${table})`) as readonly { readonly name: string }[];
  return new Set(rows.map((row) => row.name));
}

/** A text of the phone on one line of ours. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '_');
}
