import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LooseFile, looseBackup } from '../../../../../../tests/support/browse/loose-backup.ts';
import { mutated, seeded } from '../../../../../../tests/support/browse/seeded.ts';
import { encodePlist } from '../../../formats/plist/index.ts';
import { PhotoLibrary } from './photo-library.ts';

const CAMERA_ROLL = 'CameraRollDomain';
const LIBRARY = 'Media/PhotoData/Photos.sqlite';
const COCOA = 978_307_200;

let folder = '';
let made = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-photos-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function database(...sql: readonly string[]): string {
  made += 1;
  const path = join(folder, `library-${made}.sqlite`);
  const db = new Database(path);
  for (const one of sql) db.exec(one);
  db.close();
  return path;
}

function media(path: string, bytes = 10, more: Partial<LooseFile> = {}): LooseFile {
  made += 1;
  const file = join(folder, `media-${made}`);
  writeFileSync(file, Buffer.alloc(bytes, made));
  return { domain: CAMERA_ROLL, path, file, ...more };
}

function library(path: string): LooseFile {
  return { domain: CAMERA_ROLL, path: LIBRARY, file: path };
}

/** The names of iOS 13: ZGENERICASSET, ZHASADJUSTMENTS, ZMASTERFINGERPRINT, Z_26ASSETS. */
const IOS_13 = [
  `CREATE TABLE ZGENERICASSET (Z_PK INTEGER PRIMARY KEY, ZUUID TEXT, ZDIRECTORY TEXT, ZFILENAME TEXT, ZKIND INTEGER,
    ZKINDSUBTYPE INTEGER, ZDATECREATED REAL, ZWIDTH INTEGER, ZHEIGHT INTEGER, ZFAVORITE INTEGER, ZHIDDEN INTEGER,
    ZTRASHEDSTATE INTEGER, ZTRASHEDDATE REAL, ZVISIBILITYSTATE INTEGER, ZSAVEDASSETTYPE INTEGER, ZHASADJUSTMENTS INTEGER,
    ZADJUSTMENTTIMESTAMP REAL, ZAVALANCHEUUID TEXT, ZAVALANCHEPICKTYPE INTEGER, ZLATITUDE REAL, ZLONGITUDE REAL)`,
  `CREATE TABLE ZADDITIONALASSETATTRIBUTES (Z_PK INTEGER PRIMARY KEY, ZASSET INTEGER, ZORIGINALFILENAME TEXT,
    ZORIGINALFILESIZE INTEGER, ZTIMEZONEOFFSET INTEGER, ZMASTERFINGERPRINT TEXT, ZCREATORBUNDLEID TEXT)`,
  `CREATE TABLE ZINTERNALRESOURCE (Z_PK INTEGER PRIMARY KEY, ZASSET INTEGER, ZRESOURCETYPE INTEGER,
    ZDATASTORESUBTYPE INTEGER, ZDATASTORECLASSID INTEGER, ZLOCALAVAILABILITY INTEGER, ZREMOTEAVAILABILITY INTEGER,
    ZDATALENGTH INTEGER)`,
  'CREATE TABLE ZGENERICALBUM (Z_PK INTEGER PRIMARY KEY, ZUUID TEXT, ZKIND INTEGER, ZTITLE TEXT, ZPARENTFOLDER INTEGER, ZTRASHEDSTATE INTEGER)',
  'CREATE TABLE Z_26ASSETS (Z_26ALBUMS INTEGER, Z_34ASSETS INTEGER, Z_FOK_34ASSETS INTEGER)',
  'CREATE TABLE Z_34SUGGESTIONSBEINGKEYASSETS (Z_34KEYASSETS INTEGER, Z_51X INTEGER)',
];

function asset(pk: number, values: Readonly<Record<string, number | string | null>> = {}): string {
  const row: Record<string, number | string | null> = {
    Z_PK: pk,
    ZUUID: `UUID-${pk}`,
    ZDIRECTORY: 'DCIM/100APPLE',
    ZFILENAME: `IMG_000${pk}.HEIC`,
    ZKIND: 0,
    ZDATECREATED: 600_000_000 + pk,
    ...values,
  };
  const cells = Object.values(row).map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
  return `INSERT INTO ZGENERICASSET (${Object.keys(row).join(', ')}) VALUES (${cells.join(', ')})`;
}

describe('the library of iOS 13', () => {
  const resource = (pk: number, local: number, remote: number): string =>
    `INSERT INTO ZINTERNALRESOURCE (ZASSET, ZRESOURCETYPE, ZDATASTORESUBTYPE, ZDATASTORECLASSID, ZLOCALAVAILABILITY,
      ZREMOTEAVAILABILITY, ZDATALENGTH) VALUES (${pk}, 0, 1, 0, ${local}, ${remote}, 10)`;

  it('tells what is here, only in iCloud, and unknown', async () => {
    const path = database(
      ...IOS_13,
      ...[1, 2, 3, 4, 5, 6, 7].map((pk) => asset(pk)),
      resource(1, 1, 0), // on the phone, file here
      resource(2, -1, 1), // in iCloud, file absent
      resource(3, -1, 0), // nowhere
      resource(4, -32_768, 0), // linked, file here
      resource(5, 1, 1), // on the phone and in iCloud, file absent
      resource(6, -1, 1), // in iCloud, a smaller file is there
    );
    const at = (pk: number, bytes: number): LooseFile => media(`Media/DCIM/100APPLE/IMG_000${pk}.HEIC`, bytes);
    await using backup = looseBackup([library(path), at(1, 10), at(4, 10), at(6, 3), at(7, 8)]);
    using photos = await PhotoLibrary.open(backup);
    const found = [...photos.all({ order: 'oldest' })].map(({ original, sizeBytes }) => [
      original.state,
      original.phoneSays,
      original.bytes,
      sizeBytes,
    ]);
    expect(found).toEqual([
      ['here', 'phone', 10, 10],
      ['icloud', 'icloud', 10, null],
      ['unknown', 'nowhere', 10, null],
      ['here', 'unclear', 10, 10],
      ['unknown', 'phone-and-icloud', 10, null],
      ['unknown', 'icloud', 10, 3],
      ['here', null, 8, 8],
    ]);
    expect(photos.unreadable).toEqual([]);
  });

  it('reads facts, flags, places, bursts, edits and albums', async () => {
    const path = database(
      ...IOS_13,
      asset(1, {
        ZFAVORITE: 1,
        ZLATITUDE: 51.5,
        ZLONGITUDE: -0.1,
        ZHASADJUSTMENTS: 1,
        ZADJUSTMENTTIMESTAMP: 600_000_100,
        ZKINDSUBTYPE: 2,
        ZWIDTH: 4032,
        ZHEIGHT: 3024,
      }),
      asset(2, { ZTRASHEDSTATE: 1, ZTRASHEDDATE: 600_000_900, ZLATITUDE: -180, ZLONGITUDE: -180 }),
      asset(3, { ZAVALANCHEUUID: 'B', ZAVALANCHEPICKTYPE: 20, ZVISIBILITYSTATE: 0 }),
      asset(4, { ZAVALANCHEUUID: 'B', ZAVALANCHEPICKTYPE: 2, ZVISIBILITYSTATE: 2 }),
      asset(5, { ZSAVEDASSETTYPE: 4, ZKINDSUBTYPE: 10 }),
      asset(6, { ZKIND: 1, ZFILENAME: 'IMG_0006.MOV', ZHIDDEN: 1, ZDATECREATED: null }),
      `INSERT INTO ZADDITIONALASSETATTRIBUTES (ZASSET, ZORIGINALFILENAME, ZORIGINALFILESIZE, ZTIMEZONEOFFSET, ZMASTERFINGERPRINT, ZCREATORBUNDLEID)
        VALUES (1, 'Tower Bridge.heic', 10, 3600, 'AQ==', 'com.apple.camera'), (6, 'O''Hara.mov', 5, NULL, NULL, NULL)`,
      `INSERT INTO ZGENERICALBUM VALUES (1, 'ROOT', 3999, NULL, NULL, 0), (2, 'F', 4000, 'Trips', 1, 0), (3, 'A', 2, 'London', 2, 0),
        (4, 'G', 2, 'Gone', 1, 1), (5, 'S', 1505, 'Us', NULL, 0), (6, 'X', 1600, NULL, 1, 0)`,
      'INSERT INTO Z_26ASSETS VALUES (3, 6, 1), (3, 1, 2), (3, 99, 3), (5, 5, 1)',
    );
    const folderOf = 'Media/PhotoData/Mutations/DCIM/100APPLE/IMG_0001/Adjustments';
    await using backup = looseBackup([
      library(path),
      media('Media/DCIM/100APPLE/IMG_0001.HEIC'),
      media('Media/DCIM/100APPLE/IMG_0001.MOV'),
      media('Media/DCIM/100APPLE/IMG_0001.AAE'),
      media(`${folderOf}/FullSizeRender.heic`),
      media(`${folderOf}/FullSizeRender.mov`),
      media(`${folderOf}/SubstandardFullSizeRender.jpg`),
      media(`${folderOf}/Adjustments.plist`),
    ]);
    using photos = await PhotoLibrary.open(backup);
    const first = photos.asset('UUID-1');
    expect(first).toMatchObject({
      variant: 'live',
      isLive: true,
      originalFileName: 'Tower Bridge.heic',
      timeZoneOffsetSeconds: 3600,
      isFavourite: true,
      isTrashed: null,
      place: { latitude: 51.5, longitude: -0.1 },
      takenMs: (600_000_001 + COCOA) * 1000,
      width: 4032,
      isEdited: true,
      editedMs: (600_000_100 + COCOA) * 1000,
      albumIds: ['A'],
      fingerprint: 'AQ==',
      importedBy: 'com.apple.camera',
    });
    expect(first?.liveVideo?.path).toBe('Media/DCIM/100APPLE/IMG_0001.MOV');
    expect(first?.editedFile?.path).toBe(`${folderOf}/FullSizeRender.heic`);
    expect(first?.editedVideo?.path).toBe(`${folderOf}/FullSizeRender.mov`);
    expect(first?.adjustments?.path).toBe('Media/DCIM/100APPLE/IMG_0001.AAE');
    expect(photos.asset('UUID-2')).toMatchObject({
      isTrashed: true,
      place: null,
      trashedMs: (600_000_900 + COCOA) * 1000,
    });
    expect(photos.asset('UUID-3')?.burst).toEqual({
      id: 'B',
      isPicked: true,
      isChosenByOwner: false,
      isKeyFrame: true,
    });
    expect(photos.asset('UUID-4')).toMatchObject({ isVisible: false, burst: { id: 'B', isPicked: false } });
    expect(photos.asset('UUID-5')).toMatchObject({ library: 'shared-album', isScreenshot: true });
    expect(photos.asset('UUID-6')).toMatchObject({ kind: 'video', isHidden: true, takenMs: null });
    expect(photos.asset('UUID-7')).toBeNull();
    expect(photos.counts()).toEqual({
      all: 6,
      photos: 2,
      videos: 1,
      hidden: 1,
      favourites: 1,
      screenshots: 0,
      live: 1,
      edited: 1,
      trashed: 1,
      shared: 1,
      notShown: 1,
      originalBytes: 15,
      newestMs: (600_000_003 + COCOA) * 1000,
    });
    expect(
      photos.albums().map(({ id, kind, parentId, count, isTrashed }) => [id, kind, parentId, count, isTrashed]),
    ).toEqual([
      ['F', 'folder', null, 0, false],
      ['A', 'album', 'F', 2, false],
      ['G', 'album', null, 0, true],
      ['S', 'shared', null, 1, false],
    ]);
    const ids = (filter: Parameters<PhotoLibrary['length']>[0]): string[] =>
      [...photos.all(filter)].map(({ id }) => id);
    expect(ids({ filter: { albumId: 'A' }, order: 'album' })).toEqual(['UUID-6', 'UUID-1']);
    expect(ids({ filter: { albumId: 'nobody' } })).toEqual([]);
    expect(ids({ filter: { shown: true } })).toEqual(['UUID-3', 'UUID-1', 'UUID-6']);
    expect(ids({ filter: { shown: true }, order: 'oldest' })).toEqual(['UUID-1', 'UUID-3', 'UUID-6']);
    expect(ids({ filter: { text: 'tower' } })).toEqual(['UUID-1']);
    expect(ids({ filter: { text: "o'hara" } })).toEqual(['UUID-6']);
    expect(ids({ filter: { kind: 'video', hidden: true } })).toEqual(['UUID-6']);
    expect(ids({ filter: { withPlace: true, live: true, edited: true, favourite: true } })).toEqual(['UUID-1']);
    expect(ids({ filter: { burst: true, trashed: false, screenshot: false } })).toEqual(['UUID-4', 'UUID-3']);
    const from = (600_000_004 + COCOA) * 1000;
    expect(ids({ filter: { takenFromMs: from, takenToMs: from + 1000 } })).toEqual(['UUID-4']);
    expect(photos.unreadable).toEqual([]);
  });

  it('pages to the end, also where two assets have one id and some have none', async () => {
    const path = database(
      ...IOS_13,
      asset(1),
      asset(2, { ZUUID: 'UUID-1' }),
      asset(3, { ZUUID: null }),
      asset(4, { ZUUID: 'UUID-1' }),
      asset(5),
    );
    await using backup = looseBackup([library(path)]);
    using photos = await PhotoLibrary.open(backup);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = photos.assets({ limit: 2, after });
      seen.push(...page.items.map(({ fileName }) => fileName ?? ''));
      expect(page.total).toBe(5);
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual([5, 4, 3, 2, 1].map((pk) => `IMG_000${pk}.HEIC`));
    expect(photos.asset('row:3')?.fileName).toBe('IMG_0003.HEIC');
    expect(photos.assets({ limit: 2, after: 'UUID-5' }).items).toHaveLength(2);
    expect(photos.assets({ limit: 2, offset: 4 }).items.map(({ id }) => id)).toEqual(['UUID-1']);
    expect(photos.placeOf('row:3')).toBe(2);
  });
});

describe('odd libraries', () => {
  const many = (count: number): string[] => [
    'BEGIN',
    ...Array.from({ length: count }, (_, at) => asset(at + 1, { ZFILENAME: `IMG_${at + 1}.HEIC` })),
    'COMMIT',
  ];

  it('reads a table with hardly a column, and says what is missing', async () => {
    const path = database(
      'CREATE TABLE ZASSET (Z_PK INTEGER PRIMARY KEY, ZUUID TEXT, ZFILENAME TEXT, ZDIRECTORY TEXT)',
      `INSERT INTO ZASSET VALUES (1, 'A', 'IMG_0001.MOV', 'DCIM/100APPLE'), (2, NULL, NULL, NULL), (3, x'00ff', 7, 1.5)`,
    );
    await using backup = looseBackup([library(path), media('Media/DCIM/100APPLE/IMG_0001.MOV', 12)]);
    using photos = await PhotoLibrary.open(backup);
    expect(photos.source).toBe('database');
    expect(photos.asset('A')).toMatchObject({
      kind: 'video',
      original: { state: 'here', phoneSays: null, bytes: 12 },
      isFavourite: null,
      isScreenshot: null,
      takenMs: null,
      isEdited: null,
    });
    expect([...photos.all()].map(({ id }) => id)).toEqual(['row:3', 'row:2', 'A']);
    expect(photos.counts()).toMatchObject({ all: 3, photos: 0, videos: 0, originalBytes: null, newestMs: null });
    expect(photos.albums()).toEqual([]);
    expect(photos.unreadable.map(({ what }) => what)).toEqual([
      'Photos.sqlite, original names and sizes',
      'Photos.sqlite, whether originals are in iCloud',
      'Photos.sqlite, albums',
    ]);
  });

  it.each([
    ['iOS 11', 'ZGENERICASSET', 'Z_20ASSETS', 'Z_20ALBUMS', 'Z_27ASSETS', 'ZMASTERFINGERPRINT', 'ZHASADJUSTMENTS'],
    ['iOS 12', 'ZGENERICASSET', 'Z_23ASSETS', 'Z_23ALBUMS', 'Z_30ASSETS', 'ZMASTERFINGERPRINT', 'ZHASADJUSTMENTS'],
    ['iOS 14', 'ZASSET', 'Z_26ASSETS', 'Z_26ALBUMS', 'Z_3ASSETS', 'ZMASTERFINGERPRINT', 'ZHASADJUSTMENTS'],
    ['iOS 15', 'ZASSET', 'Z_27ASSETS', 'Z_27ALBUMS', 'Z_3ASSETS', 'ZMASTERFINGERPRINT', 'ZHASADJUSTMENTS'],
    ['iOS 17', 'ZASSET', 'Z_28ASSETS', 'Z_28ALBUMS', 'Z_3ASSETS', 'ZMASTERFINGERPRINT', 'ZHASADJUSTMENTS'],
    ['iOS 17.6', 'ZASSET', 'Z_29ASSETS', 'Z_29ALBUMS', 'Z_3ASSETS', 'ZMASTERFINGERPRINT', 'ZHASADJUSTMENTS'],
    ['iOS 18', 'ZASSET', 'Z_30ASSETS', 'Z_30ALBUMS', 'Z_3ASSETS', 'ZORIGINALSTABLEHASH', 'ZADJUSTMENTSSTATE'],
    ['iOS 26', 'ZASSET', 'Z_33ASSETS', 'Z_33ALBUMS', 'Z_3ASSETS', 'ZORIGINALSTABLEHASH', 'ZADJUSTMENTSSTATE'],
  ])('finds the names of %s', async (_ios, assets, join, albumColumn, assetColumn, hash, adjusted) => {
    const path = database(
      `CREATE TABLE ${assets} (Z_PK INTEGER PRIMARY KEY, ZUUID TEXT, ZDIRECTORY TEXT, ZFILENAME TEXT, ZKIND INTEGER, ${adjusted} INTEGER)`,
      `CREATE TABLE ZADDITIONALASSETATTRIBUTES (Z_PK INTEGER PRIMARY KEY, ZASSET INTEGER, ${hash} TEXT)`,
      'CREATE TABLE ZINTERNALRESOURCE (Z_PK INTEGER PRIMARY KEY, ZASSET INTEGER, ZLOCALAVAILABILITY INTEGER)',
      'CREATE TABLE ZGENERICALBUM (Z_PK INTEGER PRIMARY KEY, ZUUID TEXT, ZKIND INTEGER, ZTITLE TEXT)',
      // Others that look like it.
      'CREATE TABLE Z_99ASSETS (Z_98ALBUMS INTEGER, Z_3ASSETS INTEGER)',
      'CREATE TABLE Z_3ASSETSBEINGKEY (Z_3ALBUMS INTEGER, Z_3ASSETS INTEGER)',
      `CREATE TABLE ${join} (${albumColumn} INTEGER, ${assetColumn} INTEGER, Z_FOK_${assetColumn.slice(2)} INTEGER)`,
      `INSERT INTO ${assets} VALUES (7, 'A', 'DCIM/100APPLE', 'IMG_0001.HEIC', 0, 2), (8, 'B', 'DCIM/100APPLE', 'IMG_0002.HEIC', 0, 0)`,
      `INSERT INTO ZADDITIONALASSETATTRIBUTES VALUES (1, 7, 'HASH')`,
      `INSERT INTO ZGENERICALBUM VALUES (3, 'L', 2, 'London')`,
      `INSERT INTO ${join} VALUES (3, 7, 2), (3, 8, 1)`,
    );
    await using backup = looseBackup([library(path)]);
    using photos = await PhotoLibrary.open(backup);
    expect(photos.asset('A')).toMatchObject({ fingerprint: 'HASH', isEdited: true, albumIds: ['L'] });
    expect(photos.asset('B')).toMatchObject({ fingerprint: null, isEdited: false });
    expect([...photos.all({ filter: { albumId: 'L' }, order: 'album' })].map(({ id }) => id)).toEqual(['B', 'A']);
    expect(photos.counts()).toMatchObject({ photos: 2, edited: 1 });
    expect(photos.albums()).toMatchObject([{ title: 'London', count: 2 }]);
    expect(photos.unreadable).toEqual([]);
  });

  it('does not run what stands in the place of a table', async () => {
    const forever = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT';
    const path = database(
      `CREATE VIEW ZASSET AS ${forever} x AS Z_PK, 'A' AS ZUUID, 'B' AS ZFILENAME FROM n`,
      `CREATE VIEW ZGENERICALBUM AS ${forever} x AS Z_PK, 2 AS ZKIND FROM n`,
      ...IOS_13.slice(0, 3),
      asset(1),
    );
    await using backup = looseBackup([library(path)]);
    using photos = await PhotoLibrary.open(backup);
    expect([...photos.all()].map(({ id }) => id)).toEqual(['UUID-1']);
    expect(photos.albums()).toEqual([]);
  });

  it('ends with a result whatever bytes are flipped', async () => {
    const whole = readFileSync(
      database(
        ...IOS_13,
        ...many(120),
        `INSERT INTO ZGENERICALBUM VALUES (3, 'A', 2, 'London', NULL, 0)`,
        'INSERT INTO Z_26ASSETS VALUES (3, 1, 1)',
      ),
    );
    const next = seeded(26);
    const path = join(folder, 'flipped.sqlite');
    for (let round = 0; round < 60; round += 1) {
      writeFileSync(path, mutated(whole, next));
      await using backup = looseBackup([library(path)]);
      using photos = await PhotoLibrary.open(backup);
      const found = [...photos.all({ filter: { shown: true } })];
      for (const { id } of photos.albums()) photos.length({ filter: { albumId: id } });
      expect(photos.counts().all).toBeGreaterThanOrEqual(0);
      if (photos.source !== 'database') expect(found.length + photos.unreadable.length).toBeGreaterThan(0);
    }
  });

  it('has albums without members where nothing joins them', async () => {
    const path = database(
      ...IOS_13.filter((sql) => !sql.includes('Z_26ASSETS')),
      asset(1),
      `INSERT INTO ZGENERICALBUM VALUES (3, 'A', 2, 'London', 1, NULL)`,
    );
    await using backup = looseBackup([library(path)]);
    using photos = await PhotoLibrary.open(backup);
    expect(photos.albums()).toMatchObject([{ id: 'A', count: null, isTrashed: null }]);
    expect(photos.length({ filter: { albumId: 'A' } })).toBe(0);
    expect(photos.unreadable.map(({ what }) => what)).toEqual(['Photos.sqlite, members of albums']);
  });

  it('is not there when nothing is', async () => {
    await using backup = looseBackup([]);
    using photos = await PhotoLibrary.open(backup);
    expect(photos.isPresent).toBe(false);
    expect(photos.assets({ limit: 10 })).toEqual({ items: [], next: null, total: 0 });
    expect(photos.unreadable).toEqual([]);
  });

  it.each([
    ['no database', Buffer.from('this is no database, and it is long enough to be looked at. '.repeat(4))],
    ['an empty file', Buffer.alloc(0)],
  ])('falls back to the files where Photos.sqlite is %s', async (_name, bytes) => {
    made += 1;
    const path = join(folder, `broken-${made}`);
    writeFileSync(path, bytes);
    await using backup = looseBackup([library(path), media('Media/DCIM/100APPLE/IMG_0001.HEIC')]);
    using photos = await PhotoLibrary.open(backup);
    expect(photos.source).toBe('files');
    expect([...photos.all()].map(({ id }) => id)).toEqual(['file:Media/DCIM/100APPLE/IMG_0001.HEIC']);
    expect(photos.unreadable).toHaveLength(1);
  });

  it('falls back to the files where the end of Photos.sqlite is cut off', async () => {
    const whole = database(...IOS_13, ...many(900));
    truncateSync(whole, Math.floor(statSync(whole).size / 8192) * 4096);
    const files = [media('Media/DCIM/100APPLE/IMG_2.HEIC'), media('Media/DCIM/100APPLE/IMG_899.HEIC')];
    await using backup = looseBackup([library(whole), ...files]);
    using photos = await PhotoLibrary.open(backup);
    expect(photos.source).toBe('files');
    expect([...photos.all()]).toHaveLength(2);
    expect(photos.unreadable).toHaveLength(1);
    expect(photos.unreadable[0]?.reason).toMatch(/malformed/);
  });

  it('goes over damaged pages, and names what is missing', async () => {
    const path = database(...IOS_13, ...many(900));
    const bytes = readFileSync(path);
    const damaged = ['IMG_300.HEIC', 'IMG_700.HEIC'].map((name) => Math.floor(bytes.indexOf(name) / 4096));
    for (const page of damaged) bytes.fill(0xff, page * 4096, (page + 1) * 4096);
    writeFileSync(path, bytes);
    const files = ['IMG_1', 'IMG_300', 'IMG_900'].map((name) => media(`Media/DCIM/100APPLE/${name}.HEIC`));
    await using backup = looseBackup([library(path), ...files]);
    using photos = await PhotoLibrary.open(backup);
    expect(photos.source).toBe('database');
    const found = [...photos.all()].map(({ fileName }) => fileName);
    expect(found.length).toBeGreaterThan(700);
    expect(found.length).toBeLessThan(900);
    for (const name of ['IMG_1.HEIC', 'IMG_500.HEIC', 'IMG_900.HEIC']) expect(found).toContain(name);
    expect(found).not.toContain('IMG_300.HEIC');
    expect(found[0]).toBe('IMG_900.HEIC');
    expect(photos.asset('UUID-900')?.fileName).toBe('IMG_900.HEIC');
    expect(photos.counts()).toMatchObject({ all: found.length, photos: found.length });
    expect(photos.unreadable.map(({ what }) => what)).toContain('Photos.sqlite, some photos');
    // Files of lost photos are still there, and others are not taken for such.
    expect([...photos.unclaimed()].map((file) => file.path)).toEqual(['Media/DCIM/100APPLE/IMG_300.HEIC']);
  });
});

describe('the files alone', () => {
  const flag = (value: number): Buffer => Buffer.from([value, 0]);
  const uuid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const ID = '00112233-4455-6677-8899-AABBCCDDEEFF';

  it('speak through their attributes', async () => {
    const attributes = {
      'com.apple.assetsd.UUID': uuid,
      'com.apple.assetsd.originalFilename': Buffer.from('Hügel.heic'),
      'com.apple.assetsd.favorite': flag(1),
      'com.apple.assetsd.hidden': flag(0),
      'com.apple.assetsd.trashed': flag(1),
      'com.apple.assetsd.timeZoneName': Buffer.from('Europe/Berlin'),
      'com.apple.assetsd.timeZoneOffset': Buffer.from('7200'),
      'com.apple.assetsd.customCreationDate': encodePlist(new Date(1_600_000_000_000), 'binary'),
      'com.apple.assetsd.addedDate': Buffer.from('no plist'),
    };
    await using backup = looseBackup([
      media('Media/DCIM/100APPLE/IMG_0001.HEIC', 10, { attributes }),
      media('Media/DCIM/100APPLE/IMG_0001.mov', 20, { attributes: { 'com.apple.assetsd.UUID': uuid } }),
      media('Media/DCIM/100APPLE/IMG_0002.JPG'),
      media('Media/DCIM/100APPLE/IMG_0002.DNG'),
      media('Media/DCIM/100APPLE/IMG_0002.AAE'),
      media('Media/PhotoData/CPLAssets/group1/X.MP4', 10, { modified: 1_000_000_000 }),
      media('Media/PhotoData/Thumbnails/V2/DCIM/100APPLE/IMG_0001.JPG/5003.JPG'),
      media('Media/PhotoData/Mutations/DCIM/100APPLE/IMG_0002/Adjustments/FullSizeRender.jpg'),
    ]);
    using photos = await PhotoLibrary.open(backup);
    expect(photos.source).toBe('files');
    expect(photos.isPresent).toBe(true);
    const [second, first, film] = photos.assets({ limit: 10 }).items;
    expect(first).toMatchObject({
      id: ID,
      kind: 'photo',
      originalFileName: 'Hügel.heic',
      takenMs: 1_600_000_000_000,
      addedMs: null,
      isFavourite: true,
      isHidden: false,
      isTrashed: true,
      timeZoneOffsetSeconds: 7200,
      timeZoneName: 'Europe/Berlin',
      isLive: true,
      isScreenshot: null,
      original: { state: 'here', phoneSays: null, bytes: 10 },
    });
    expect(first?.liveVideo?.path).toBe('Media/DCIM/100APPLE/IMG_0001.mov');
    expect(second).toMatchObject({ fileName: 'IMG_0002.JPG', isEdited: true });
    expect(second?.rawFile?.path).toBe('Media/DCIM/100APPLE/IMG_0002.DNG');
    expect(second?.adjustments?.path).toBe('Media/DCIM/100APPLE/IMG_0002.AAE');
    expect(film).toMatchObject({ kind: 'video', takenMs: 1_000_000_000_000 });
    expect(photos.counts()).toMatchObject({
      all: 3,
      photos: 1,
      videos: 1,
      trashed: 1,
      screenshots: null,
      edited: null,
    });
    expect(photos.length({ filter: { text: 'hüg' } })).toBe(1);
    expect(photos.asset(ID)?.id).toBe(ID);
    expect(photos.albums()).toEqual([]);
  });
});

describe('screenshots that no library tells of', () => {
  const png = (width: number, height: number): Buffer => {
    const head = Buffer.alloc(40);
    head.write('89504e470d0a1a0a0000000d', 'hex');
    head.write('IHDR', 12, 'latin1');
    head.writeUInt32BE(width, 16);
    head.writeUInt32BE(height, 20);
    return head;
  };

  it('are PNGs of the size of a screen', async () => {
    const of = (name: string, bytes: Buffer): LooseFile => {
      const one = media(`Media/DCIM/100APPLE/${name}`);
      writeFileSync(one.file ?? '', bytes);
      return one;
    };
    await using backup = looseBackup([
      of('IMG_1.PNG', png(1179, 2556)),
      of('IMG_2.PNG', png(2556, 1179)),
      of('IMG_3.PNG', png(1000, 1000)),
      of('IMG_4.PNG', Buffer.from('short')),
      of('IMG_5.JPG', png(1179, 2556)),
      { domain: CAMERA_ROLL, path: 'Media/PhotoData/cpl_enabled_marker', file: null },
    ]);
    using photos = await PhotoLibrary.open(backup);
    const found = new Map<string | null, boolean | null>();
    for (const one of photos.all()) found.set(one.fileName, await photos.looksLikeScreenshot(one));
    expect(Object.fromEntries(found)).toEqual({
      'IMG_1.PNG': true,
      'IMG_2.PNG': true,
      'IMG_3.PNG': false,
      'IMG_4.PNG': false,
      'IMG_5.JPG': false,
    });
    expect(photos.iCloudPhotos).toEqual({ isOn: true, isDownloadFinished: null });
  });
});

describe('what no asset names', () => {
  it('is found, and what belongs to assets is not', async () => {
    const path = database(...IOS_13, asset(1));
    await using backup = looseBackup([
      library(path),
      media('Media/DCIM/100APPLE/IMG_0001.HEIC'),
      media('Media/DCIM/100APPLE/IMG_0001.MOV'),
      media('Media/DCIM/100APPLE/IMG_0009.HEIC'),
      media('Media/DCIM/101APPLE/IMG_0001.HEIC'),
      media('Media/DCIM/.MISC/notes.txt'),
    ]);
    using photos = await PhotoLibrary.open(backup);
    expect([...photos.unclaimed()].map((file) => file.path)).toEqual([
      'Media/DCIM/100APPLE/IMG_0009.HEIC',
      'Media/DCIM/101APPLE/IMG_0001.HEIC',
    ]);
  });
});
