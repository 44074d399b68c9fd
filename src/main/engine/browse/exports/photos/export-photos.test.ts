import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LooseFile, looseBackup } from '../../../../../../tests/support/browse/loose-backup.ts';
import { BackstopError } from '../../../../../shared/errors/index.ts';
import { PhotoLibrary } from '../../readers/photos/index.ts';
import type { Backup, BackupFile } from '../../source/types.ts';
import { exportPhotos, type PhotoExport, type PhotoExportRequest } from './index.ts';

const COCOA = 978_307_200;
/** 2024-05-31, 23:30 UTC: June in Berlin. */
const END_OF_MAY = Date.UTC(2024, 4, 31, 23, 30) / 1000;

let folder = '';
let target = '';
let made = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-export-photos-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  made += 1;
  target = join(folder, `target-${made}`);
});

function media(path: string, text = path): LooseFile {
  made += 1;
  const file = join(folder, `media-${made}`);
  writeFileSync(file, text);
  return { domain: 'CameraRollDomain', path, file };
}

interface Asset {
  readonly id: string;
  readonly name: string;
  readonly original?: string;
  readonly taken?: number | null;
  readonly offset?: number;
  readonly video?: boolean;
  readonly live?: boolean;
  readonly edited?: boolean;
  readonly hidden?: boolean;
  readonly trashed?: boolean;
  readonly directory?: string;
  readonly shared?: boolean;
}

function libraryFile(assets: readonly Asset[], more: readonly string[] = []): LooseFile {
  made += 1;
  const path = join(folder, `library-${made}`);
  const db = new Database(path);
  db.exec(`CREATE TABLE ZASSET (Z_PK INTEGER PRIMARY KEY, ZUUID TEXT, ZDIRECTORY TEXT, ZFILENAME TEXT, ZKIND INTEGER,
    ZKINDSUBTYPE INTEGER, ZDATECREATED REAL, ZHIDDEN INTEGER, ZTRASHEDSTATE INTEGER, ZADJUSTMENTSSTATE INTEGER, ZADJUSTMENTTIMESTAMP REAL, ZSAVEDASSETTYPE INTEGER);
    CREATE TABLE ZADDITIONALASSETATTRIBUTES (Z_PK INTEGER PRIMARY KEY, ZASSET INTEGER, ZORIGINALFILENAME TEXT, ZTIMEZONEOFFSET INTEGER);
    CREATE TABLE ZINTERNALRESOURCE (ZASSET INTEGER, ZRESOURCETYPE INTEGER, ZDATASTORESUBTYPE INTEGER, ZLOCALAVAILABILITY INTEGER, ZREMOTEAVAILABILITY INTEGER, ZDATALENGTH INTEGER);
    CREATE TABLE ZGENERICALBUM (Z_PK INTEGER PRIMARY KEY, ZUUID TEXT, ZKIND INTEGER, ZTITLE TEXT, ZPARENTFOLDER INTEGER, ZTRASHEDSTATE INTEGER);
    CREATE TABLE Z_30ASSETS (Z_30ALBUMS INTEGER, Z_3ASSETS INTEGER, Z_FOK_3ASSETS INTEGER)`);
  for (const [at, one] of assets.entries()) {
    const taken = one.taken === null ? null : (one.taken ?? END_OF_MAY) - COCOA;
    const row = [
      at + 1,
      one.id,
      one.directory ?? 'DCIM/100APPLE',
      one.name,
      one.video ? 1 : 0,
      one.live ? 2 : 0,
      taken,
    ];
    const state = [
      one.hidden ? 1 : 0,
      one.trashed ? 1 : 0,
      one.edited ? 2 : 0,
      one.edited ? (taken ?? 0) + 60 : null,
      one.shared ? 4 : 3,
    ];
    db.prepare('INSERT INTO ZASSET VALUES (?,?,?,?,?,?,?,?,?,?,?,?)').run(...row, ...state);
    db.prepare('INSERT INTO ZADDITIONALASSETATTRIBUTES VALUES (?,?,?,?)').run(
      at + 1,
      at + 1,
      one.original ?? null,
      one.offset ?? 0,
    );
  }
  for (const sql of more) db.exec(sql);
  db.close();
  return { domain: 'CameraRollDomain', path: 'Media/PhotoData/Photos.sqlite', file: path };
}

async function take(files: readonly LooseFile[], request: Partial<PhotoExportRequest> = {}): Promise<PhotoExport> {
  await using backup = looseBackup(files);
  using photos = await PhotoLibrary.open(backup);
  return await exportPhotos(photos, backup, { directory: target, ...request });
}

function written(): string[] {
  const names = readdirSync(target, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return names.map((one) => join(one.parentPath, one.name).slice(target.length + 1)).sort();
}

describe('taking photos out', () => {
  it('gives names, dates, months of the place, films beside and edited versions', async () => {
    const adjustments = 'Media/PhotoData/Mutations/DCIM/100APPLE/IMG_0001/Adjustments';
    const result = await take(
      [
        libraryFile([
          { id: 'A', name: 'IMG_0001.HEIC', original: 'Party.HEIC', offset: 7200, live: true, edited: true },
          { id: 'B', name: 'IMG_0002.MOV', video: true, taken: null },
        ]),
        media('Media/DCIM/100APPLE/IMG_0001.HEIC'),
        media('Media/DCIM/100APPLE/IMG_0001.MOV'),
        media('Media/DCIM/100APPLE/IMG_0001.AAE'),
        media(`${adjustments}/FullSizeRender.jpg`),
        media(`${adjustments}/FullSizeRender.mov`),
        media('Media/DCIM/100APPLE/IMG_0002.MOV'),
      ],
      { adjustments: true },
    );
    expect(written()).toEqual([
      '2024/06/Party (edited).jpg',
      '2024/06/Party (edited).mov',
      '2024/06/Party.AAE',
      '2024/06/Party.HEIC',
      '2024/06/Party.MOV',
      'No date/IMG_0002.MOV',
      'SHA256SUMS',
    ]);
    expect(result).toMatchObject({ assets: 2, files: 6, sums: 'SHA256SUMS', originalsNotHere: [], failed: [] });
    const mtime = (name: string): number => statSync(join(target, name)).mtimeMs / 1000;
    expect(mtime('2024/06/Party.HEIC')).toBe(END_OF_MAY);
    expect(mtime('2024/06/Party.MOV')).toBe(END_OF_MAY);
    expect(mtime('2024/06/Party (edited).jpg')).toBe(END_OF_MAY + 60);
    expect(mtime('No date/IMG_0002.MOV')).toBe(1_700_000_000);
    for (const line of readFileSync(join(target, 'SHA256SUMS'), 'utf8').trim().split('\n')) {
      const [sum, name] = line.split('  ');
      expect(
        createHash('sha256')
          .update(readFileSync(join(target, name!)))
          .digest('hex'),
      ).toBe(sum);
    }
  });

  it('tells two of one name apart by their ids, films and all, and the same the next time', async () => {
    const twins = ['DCIM/100APPLE', 'DCIM/101APPLE', 'DCIM/102APPLE'];
    const files = [
      libraryFile([
        { id: 'AAAAAA11-1', name: 'IMG_0001.HEIC', directory: twins[0]!, taken: END_OF_MAY + 2 },
        { id: 'BBBBBB22-2', name: 'IMG_0001.HEIC', directory: twins[1]!, taken: END_OF_MAY, live: true },
        { id: 'CCCCCC33-3', name: 'img_0001.MOV', directory: twins[2]!, taken: END_OF_MAY + 1, video: true },
      ]),
      media('Media/DCIM/100APPLE/IMG_0001.HEIC'),
      media('Media/DCIM/101APPLE/IMG_0001.HEIC'),
      media('Media/DCIM/101APPLE/IMG_0001.MOV'),
      media('Media/DCIM/102APPLE/img_0001.MOV'),
    ];
    const names = ['IMG_0001 (AAAAAA).HEIC', 'IMG_0001.HEIC', 'IMG_0001.MOV', 'SHA256SUMS', 'img_0001 (CCCCCC).MOV'];
    await take(files, { layout: 'flat' });
    expect(written()).toEqual(names);
    expect(readFileSync(join(target, 'IMG_0001.MOV'), 'utf8')).toBe('Media/DCIM/101APPLE/IMG_0001.MOV');
    // Again into the same folder: nothing is written over, and pairs stay pairs.
    await take(files.slice(0, 4), { layout: 'flat', ids: ['BBBBBB22-2'] });
    expect(written()).toEqual([
      'IMG_0001 (AAAAAA).HEIC',
      'IMG_0001 (BBBBBB).HEIC',
      'IMG_0001 (BBBBBB).MOV',
      'IMG_0001.HEIC',
      'IMG_0001.MOV',
      'SHA256SUMS',
      'SHA256SUMS (2)',
      'img_0001 (CCCCCC).MOV',
    ]);
  });

  it('goes by albums in their folders, and keeps deleted and hidden ones apart', async () => {
    await take(
      [
        libraryFile(
          [
            { id: 'A', name: 'A.HEIC' },
            { id: 'B', name: 'B.HEIC' },
            { id: 'C', name: 'C.HEIC', trashed: true },
            { id: 'D', name: 'D.HEIC', hidden: true },
          ],
          [
            `INSERT INTO ZGENERICALBUM VALUES (1,'F',4000,'Trips',NULL,0), (2,'G',2,'../Rome: "1"',1,0), (3,'HHHHHHH',2,'Best',NULL,0),
              (4,'IIIIIII',2,'best',NULL,0), (5,'J',2,'Gone',NULL,1)`,
            'INSERT INTO Z_30ASSETS VALUES (2,1,1), (3,1,1), (4,1,1), (5,2,1), (2,4,1)',
          ],
        ),
        ...['A', 'B', 'C', 'D'].map((name) => media(`Media/DCIM/100APPLE/${name}.HEIC`)),
      ],
      { layout: 'album' },
    );
    expect(written()).toEqual([
      'Best/A.HEIC',
      'Hidden/2024/05/D.HEIC',
      'No album/2024/05/B.HEIC',
      'Recently Deleted/2024/05/C.HEIC',
      'SHA256SUMS',
      'Trips/.._Rome_ _1_/A.HEIC',
      'best (IIIIII)/A.HEIC',
    ]);
  });

  it('says which originals are not in the backup, and takes what no photo names', async () => {
    const result = await take([
      libraryFile(
        [
          { id: 'A', name: 'A.HEIC', original: 'Sea.HEIC' },
          { id: 'B', name: 'B.HEIC' },
        ],
        ['INSERT INTO ZINTERNALRESOURCE VALUES (1, 0, 1, -1, 1, 77)'],
      ),
      { domain: 'CameraRollDomain', path: 'Media/DCIM/100APPLE/B.HEIC', file: null, sizeBytes: 5 },
      media('Media/DCIM/100APPLE/STRAY.JPG'),
    ]);
    expect(result.originalsNotHere).toEqual([
      { id: 'A', name: 'Sea.HEIC', state: 'icloud', phoneSays: 'icloud', bytes: 77 },
      { id: 'B', name: 'B.HEIC', state: 'unknown', phoneSays: null, bytes: null },
    ]);
    expect(result).toMatchObject({ assets: 0, files: 1, failed: [] });
    expect(written()).toEqual(['Not in the library/DCIM/100APPLE/STRAY.JPG', 'SHA256SUMS']);
  });

  it('writes nowhere else, whatever names the phone has', async () => {
    mkdirSync(target);
    const names = ['../../evil.HEIC', 'CON.HEIC', `${'ü'.repeat(300)}.HEIC`, 'a\u0000b/c.HEIC', '. .HEIC'];
    const result = await take(
      [
        libraryFile(names.map((original, at) => ({ id: `ID${at}`, name: `IMG_${at}.HEIC`, original, live: true }))),
        ...names.flatMap((_, at) => [
          media(`Media/DCIM/100APPLE/IMG_${at}.HEIC`),
          media(`Media/DCIM/100APPLE/IMG_${at}.MOV`),
        ]),
      ],
      { layout: 'flat' },
    );
    expect(result).toMatchObject({ files: 10, failed: [] });
    const stems = new Map<string, number>();
    for (const name of written()) {
      expect(name).not.toContain('/');
      expect(Buffer.byteLength(name)).toBeLessThan(256);
      const stem = name.slice(0, name.lastIndexOf('.'));
      stems.set(stem, (stems.get(stem) ?? 0) + 1);
    }
    stems.delete('SHA256SUM');
    expect([...stems.values()]).toEqual([2, 2, 2, 2, 2]);
    expect(readdirSync(folder)).not.toContain('evil.HEIC');
  });

  it('makes JPEGs beside HEICs on request, and keeps what it cannot make one of', async () => {
    const result = await take(
      [
        libraryFile([
          { id: 'A', name: 'A.HEIC' },
          { id: 'B', name: 'B.HEIC' },
          { id: 'C', name: 'C.PNG' },
        ]),
        ...['A.HEIC', 'B.HEIC', 'C.PNG'].map((name) => media(`Media/DCIM/100APPLE/${name}`)),
      ],
      {
        layout: 'flat',
        jpeg: async (heic) => {
          if (heic.includes('B.HEIC')) throw new Error('odd picture');
          return Buffer.from(`JPEG of ${heic.toString()}`);
        },
      },
    );
    expect(written()).toEqual(['A.HEIC', 'A.jpg', 'B.HEIC', 'C.PNG', 'SHA256SUMS']);
    expect(readFileSync(join(target, 'A.jpg'), 'utf8')).toBe('JPEG of Media/DCIM/100APPLE/A.HEIC');
    expect(result.failed).toEqual([
      { path: 'Media/DCIM/100APPLE/B.HEIC', reason: 'no JPEG could be made of it: odd picture' },
    ]);
  });

  it('goes on where one file cannot be read, and stops where the disk fails', async () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
    await using backup = looseBackup([
      libraryFile(
        names.map((name, at) => ({ id: name, name: `${name}.HEIC`, taken: END_OF_MAY + at, shared: name === 'H' })),
      ),
      ...names.map((name) => media(`Media/DCIM/100APPLE/${name}.HEIC`)),
    ]);
    using photos = await PhotoLibrary.open(backup);
    const failing = (path: string, error: Error): Backup =>
      new Proxy(backup, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key);
          if (typeof value !== 'function') return value;
          if (key !== 'read') return value.bind(target);
          return async function* (file: BackupFile) {
            if (file.path === path) throw error;
            yield* target.read(file);
          };
        },
      });
    const bad = 'Media/DCIM/100APPLE/B.HEIC';
    const unreadable = new BackstopError('browse/unreadable-file', { data: { domain: 'x', path: bad, reason: 'y' } });
    const result = await exportPhotos(photos, failing(bad, unreadable), { directory: target, layout: 'flat' });
    expect(result.failed).toEqual([{ path: bad, reason: unreadable.message }]);
    expect(result.files).toBe(7);
    expect(written()).toEqual([
      ...['A', 'C', 'D', 'E', 'F', 'G'].map((name) => `${name}.HEIC`),
      'SHA256SUMS',
      'Shared by others/H.HEIC',
    ]);
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const directory = `${target}-full`;
    const stopped = exportPhotos(photos, failing(bad, full), { directory, ids: ['A', 'B', 'A'] });
    await expect(stopped).rejects.toMatchObject({ code: 'export/target-unwritable' });
    expect(readdirSync(directory)).not.toContain('SHA256SUMS');
  });

  it('stops when it is told to, and leaves no list that says all is well', async () => {
    const stop = new AbortController();
    const names = Array.from({ length: 40 }, (_, at) => `IMG_${at}.HEIC`);
    await using backup = looseBackup([
      libraryFile(names.map((name, at) => ({ id: `ID${at}`, name }))),
      ...names.map((name) => media(`Media/DCIM/100APPLE/${name}`)),
    ]);
    using photos = await PhotoLibrary.open(backup);
    const reports: number[] = [];
    const work = exportPhotos(
      photos,
      backup,
      { directory: target },
      {
        signal: stop.signal,
        onProgress: ({ doneFiles, totalFiles }) => {
          reports.push(doneFiles);
          expect(totalFiles).toBe(40);
          stop.abort();
        },
      },
    );
    await expect(work).rejects.toThrow(/abort/i);
    expect(reports.length).toBeGreaterThan(0);
    expect(written().filter((name) => !name.endsWith('.HEIC'))).toEqual([]);
  });
});
