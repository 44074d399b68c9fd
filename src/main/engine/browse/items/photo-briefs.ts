import { setImmediate } from 'node:timers/promises';
import type { PhotoAsset, PhotoLibrary } from '../readers/photos/index.ts';
import { LibraryTables } from '../readers/photos/library-tables.ts';
import { cocoaMs, numberOf, quoted, textOf } from '../readers/tolerant-table.ts';
import type { Backup } from '../source/types.ts';

/**
 * The little of every photo that days, orders and searches need, of all at once: reading them whole would look for the
 * files of each. Where the library's database does not give it, from the photos themselves.
 */
export interface PhotoBrief {
  /** For `PhotoLibrary.read`. */
  readonly key: number;
  readonly id: string;
  readonly takenMs: number | null;
  readonly offsetSeconds: number | null;
  readonly fileName: string | null;
  readonly originalName: string | null;
  /** Of the original, as the library says. */
  readonly bytes: number | null;
}

export interface PhotoBriefs {
  readonly byKey: ReadonlyMap<number, PhotoBrief>;
  readonly byId: ReadonlyMap<string, PhotoBrief>;
}

const BATCH = 200;
const MAX_NAME = 1024;
const MAX_OFFSET_SECONDS = 24 * 3600;

export async function readPhotoBriefs(backup: Backup, library: PhotoLibrary): Promise<PhotoBriefs> {
  const quick = library.source === 'database' ? await quickBriefs(backup) : null;
  const all = quick ?? (await slowBriefs(library));
  return {
    byKey: new Map(all.map((one) => [one.key, one])),
    byId: new Map(all.map((one) => [one.id, one])),
  };
}

/** Null: a damaged page or a missing table stands in the way. */
async function quickBriefs(backup: Backup): Promise<readonly PhotoBrief[] | null> {
  using opened = await backup.openDatabase('CameraRollDomain', 'Media/PhotoData/Photos.sqlite');
  if (opened === null) return null;
  const tables = new LibraryTables(opened.db);
  if (tables.assets === null || !tables.assetColumns.has('ZUUID')) return null;
  const extra = (name: string): string =>
    tables.hasAttributes && tables.attributeColumns.has(name) ? `x.${quoted(name)}` : 'NULL';
  const join = tables.hasAttributes ? 'LEFT JOIN ZADDITIONALASSETATTRIBUTES x ON x.ZASSET = a.Z_PK' : '';
  const sql = `SELECT a.Z_PK, substr(a.ZUUID, 1, 200), ${tables.asset('ZDATECREATED')}, ${extra('ZTIMEZONEOFFSET')},
    substr(${tables.asset('ZFILENAME')}, 1, ${MAX_NAME}), substr(${extra('ZORIGINALFILENAME')}, 1, ${MAX_NAME}),
    ${extra('ZORIGINALFILESIZE')} FROM ${tables.assets} a ${join}`;
  const found = new Map<number, PhotoBrief>();
  try {
    for (const row of opened.db.prepare(sql).raw().iterate() as Iterable<readonly unknown[]>) {
      const key = numberOf(row[0]);
      if (key === null || found.has(key)) continue;
      const bytes = numberOf(row[6]);
      found.set(key, {
        key,
        id: textOf(row[1]) || `row:${key}`,
        takenMs: cocoaMs(row[2]),
        offsetSeconds: offsetOf(row[3]),
        fileName: textOf(row[4]),
        originalName: textOf(row[5]),
        bytes: bytes !== null && bytes > 0 ? bytes : null,
      });
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'SqliteError') return null;
    throw error;
  }
  return [...found.values()];
}

/** Zones are at most fourteen hours away. */
function offsetOf(value: unknown): number | null {
  const seconds = numberOf(value);
  return seconds !== null && Math.abs(seconds) <= MAX_OFFSET_SECONDS ? Math.trunc(seconds) : null;
}

async function slowBriefs(library: PhotoLibrary): Promise<readonly PhotoBrief[]> {
  const found: PhotoBrief[] = [];
  const keys = library.keys();
  for (let start = 0; start < keys.length; start += BATCH) {
    const some = [...keys.subarray(start, start + BATCH)];
    const assets = library.read(some);
    // Rows that cannot be read are left out of the answer, so that places do not tell whose it is.
    if (assets.length === some.length) {
      for (const [at, asset] of assets.entries()) found.push(briefOf(some[at] ?? 0, asset));
    } else {
      for (const key of some) for (const asset of library.read([key])) found.push(briefOf(key, asset));
    }
    await setImmediate();
  }
  return found;
}

function briefOf(key: number, asset: PhotoAsset): PhotoBrief {
  return {
    key,
    id: asset.id,
    takenMs: asset.takenMs,
    offsetSeconds: offsetOf(asset.timeZoneOffsetSeconds),
    fileName: asset.fileName,
    originalName: asset.originalFileName,
    bytes: asset.sizeBytes ?? asset.original.bytes,
  };
}
