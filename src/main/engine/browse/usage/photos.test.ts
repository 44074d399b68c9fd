import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LooseFile, looseBackup } from '../../../../../tests/support/browse/loose-backup.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import { confirmDuplicates } from './photo-duplicates.ts';
import { photoStorage } from './photos.ts';

let folder = '';
let made = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-photo-usage-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BIG = 70_000;

interface Asset {
  readonly id: string;
  /** Null: not in the backup. */
  readonly content: Buffer | null;
  readonly at: number;
  readonly kind?: number;
  readonly subtype?: number;
  readonly hash?: string;
  readonly burst?: readonly [id: string, pick: number];
  readonly width?: number;
  readonly trashed?: boolean;
  readonly saved?: number;
  readonly group?: number;
  readonly cloud?: number;
}

function phone(assets: readonly Asset[], more: readonly LooseFile[] = []): LooseFile[] {
  made += 1;
  const path = join(folder, `library-${made}`);
  const db = new Database(path);
  db.exec(`CREATE TABLE ZASSET (Z_PK INTEGER PRIMARY KEY, ZUUID, ZDIRECTORY, ZFILENAME, ZKIND, ZKINDSUBTYPE, ZDATECREATED, ZWIDTH,
      ZHEIGHT, ZTRASHEDSTATE, ZSAVEDASSETTYPE, ZAVALANCHEUUID, ZAVALANCHEPICKTYPE, ZDUPLICATEPERCEPTUALMATCHINGALBUM, ZADJUSTMENTSSTATE);
    CREATE TABLE ZADDITIONALASSETATTRIBUTES (ZASSET INTEGER, ZORIGINALSTABLEHASH, ZORIGINALFILESIZE);
    CREATE TABLE ZINTERNALRESOURCE (ZASSET INTEGER, ZRESOURCETYPE, ZDATASTORESUBTYPE, ZLOCALAVAILABILITY, ZREMOTEAVAILABILITY, ZDATALENGTH)`);
  const files: LooseFile[] = [
    { domain: 'CameraRollDomain', path: 'Media/PhotoData/Photos.sqlite', file: path },
    ...more,
  ];
  db.exec('BEGIN');
  for (const [at, one] of assets.entries()) {
    const name = `${one.id}.${one.kind === 1 ? 'MOV' : 'HEIC'}`;
    db.prepare('INSERT INTO ZASSET VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,0)').run(
      at + 1,
      one.id,
      'DCIM/100APPLE',
      name,
      one.kind ?? 0,
      one.subtype ?? 0,
      one.at,
      one.width ?? 4032,
      3024,
      one.trashed ? 1 : 0,
      one.saved ?? 3,
      one.burst?.[0] ?? null,
      one.burst?.[1] ?? null,
      one.group ?? null,
    );
    db.prepare('INSERT INTO ZADDITIONALASSETATTRIBUTES VALUES (?,?,?)').run(at + 1, one.hash ?? null, null);
    if (one.cloud !== undefined)
      db.prepare('INSERT INTO ZINTERNALRESOURCE VALUES (?,0,1,-1,1,?)').run(at + 1, one.cloud);
    if (one.content === null) continue;
    made += 1;
    const file = join(folder, `media-${made}`);
    writeFileSync(file, one.content);
    files.push({ domain: 'CameraRollDomain', path: `Media/DCIM/100APPLE/${name}`, file });
  }
  db.exec('COMMIT');
  db.close();
  return files;
}

describe('where the room goes among photos', () => {
  it('counts parts, screenshots, videos and originals that are not here', async () => {
    const bytes = (count: number): Buffer => Buffer.alloc(count, count);
    const extra = join(folder, 'film');
    writeFileSync(extra, bytes(9));
    await using backup = looseBackup(
      phone(
        [
          { id: 'A', content: bytes(10), at: 1000, subtype: 2 },
          { id: 'B', content: bytes(20), at: 2000, subtype: 10 },
          { id: 'C', content: bytes(50), at: 3000, kind: 1 },
          { id: 'D', content: bytes(70), at: 4000, kind: 1, subtype: 103 },
          { id: 'E', content: null, at: 5000, cloud: 1234 },
          { id: 'F', content: null, at: 6000 },
          { id: 'G', content: bytes(5), at: 7000, trashed: true },
          { id: 'H', content: bytes(6), at: 8000, saved: 4 },
        ],
        [{ domain: 'CameraRollDomain', path: 'Media/DCIM/100APPLE/A.MOV', file: extra }],
      ),
    );
    using photos = await PhotoLibrary.open(backup);
    const found = await photoStorage(photos, { largest: 1 });
    expect(found.parts).toEqual({
      photos: { count: 2, bytes: 30 },
      videos: { count: 2, bytes: 120 },
      'live-videos': { count: 1, bytes: 9 },
      raw: { count: 0, bytes: 0 },
      edits: { count: 0, bytes: 0 },
      adjustments: { count: 0, bytes: 0 },
    });
    expect(found.largestVideos).toMatchObject([{ id: 'D', bytes: 70, variant: 'screen-recording' }]);
    expect(found.screenshots).toEqual({ count: 1, bytes: 20 });
    expect(found.screenRecordings).toEqual({ count: 1, bytes: 70 });
    expect(found.recentlyDeleted).toEqual({ count: 1, bytes: 5 });
    expect(found.shared).toEqual({ count: 1, bytes: 6 });
    expect(found.originals).toEqual({
      here: { count: 4, bytes: 150 },
      icloud: { count: 1, bytes: 1234 },
      unknown: { count: 1, bytes: 0 },
      phoneSays: new Map([
        ['icloud', 1],
        [null, 1],
      ]),
      withoutSize: 1,
    });
    expect(found.duplicates).toEqual([]);
    expect(found.nearDuplicates).toEqual([]);
  });

  it('finds duplicates by fingerprint and size, and believes only equal bytes', async () => {
    const same = Buffer.alloc(BIG, 1);
    const late = Buffer.alloc(BIG + 1, 2);
    const other = Buffer.from(late);
    other[BIG] = 3; // Differs behind the first 64 KB.
    await using backup = looseBackup(
      phone([
        { id: 'A', content: same, at: 1000, hash: 'X' },
        { id: 'B', content: same, at: 90_000, hash: 'X' },
        { id: 'C', content: Buffer.alloc(BIG, 4), at: 180_000, hash: 'Y' },
        { id: 'D', content: late, at: 270_000 },
        { id: 'E', content: other, at: 360_000 },
        { id: 'F', content: late, at: 450_000, hash: 'Z' },
        { id: 'G', content: same, at: 540_000, hash: 'X', trashed: true },
      ]),
    );
    using photos = await PhotoLibrary.open(backup);
    const { duplicates } = await photoStorage(photos);
    expect(duplicates).toEqual([
      { basis: 'size', ids: ['D', 'E', 'F'], bytes: BIG + 1, hasEdits: false },
      { basis: 'fingerprint', ids: ['A', 'B'], bytes: BIG, hasEdits: false },
    ]);
    const { groups, unreadable } = await confirmDuplicates(photos, backup, duplicates);
    expect(groups.map(({ ids, freeableBytes }) => [ids, freeableBytes])).toEqual([
      [['D', 'F'], BIG + 1],
      [['A', 'B'], BIG],
    ]);
    expect(unreadable).toEqual([]);
  });

  it('suggests bursts and pictures of one moment, and does not mix them with duplicates', async () => {
    const of = (count: number): Buffer => Buffer.alloc(count, count % 251);
    await using backup = looseBackup(
      phone([
        { id: 'B1', content: of(100), at: 1000, burst: ['B', 20] },
        { id: 'B2', content: of(30), at: 1000.2, burst: ['B', 2] },
        { id: 'B3', content: of(40), at: 1000.4, burst: ['B', 2] },
        { id: 'M1', content: of(300), at: 5000, hash: 'P' },
        { id: 'M2', content: of(200), at: 5008, hash: 'Q' },
        { id: 'M3', content: of(200), at: 5009, hash: 'Q' },
        { id: 'N1', content: of(500), at: 5010, width: 100 },
        { id: 'N2', content: of(600), at: 5021, width: 100 },
        { id: 'P1', content: of(60), at: 9000, group: 7 },
        { id: 'P2', content: of(61), at: 99_000, group: 7 },
      ]),
    );
    using photos = await PhotoLibrary.open(backup);
    expect((await photoStorage(photos)).nearDuplicates).toEqual([
      { basis: 'same-moment', ids: ['M1', 'M2'], freeableBytes: 200 },
      { basis: 'burst', ids: ['B1', 'B2', 'B3'], freeableBytes: 70 },
      { basis: 'phone', ids: ['P1', 'P2'], freeableBytes: 60 },
    ]);
  });

  it('stops when it is told to', async () => {
    await using backup = looseBackup(
      phone(Array.from({ length: 600 }, (_, at) => ({ id: `A${at}`, content: null, at }))),
    );
    using photos = await PhotoLibrary.open(backup);
    await expect(photoStorage(photos, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
