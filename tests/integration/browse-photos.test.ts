import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportPhotos } from '../../src/main/engine/browse/exports/photos/index.ts';
import { PhotoLibrary } from '../../src/main/engine/browse/readers/photos/index.ts';
import type { Backup } from '../../src/main/engine/browse/source/types.ts';
import { confirmDuplicates } from '../../src/main/engine/browse/usage/photo-duplicates.ts';
import { photoStorage } from '../../src/main/engine/browse/usage/photos.ts';
import { createPhoneContent } from '../../src/main/simulator/content/index.ts';
import { fixture, hasFixture } from '../support/browse/fixtures.ts';
import { type LooseFile, looseBackup } from '../support/browse/loose-backup.ts';

const LIBRARY = 'Media/PhotoData/Photos.sqlite';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-browse-photos-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasFixture('osxphotos'))(
  'real libraries of Apple Photos (osxphotos; runs where BACKSTOP_FIXTURES points to it)',
  () => {
    /** On a Mac ZDIRECTORY is one hex digit, and the media are not in the fixture. */
    const open = async (name: string): Promise<[PhotoLibrary, Backup]> => {
      const copy = join(folder, `${name}.sqlite`);
      copyFileSync(fixture(`osxphotos/${name}/Photos.sqlite`), copy);
      const backup = looseBackup([{ domain: 'CameraRollDomain', path: LIBRARY, file: copy }]);
      return [await PhotoLibrary.open(backup), backup];
    };

    it('reads the model of iOS 13', async () => {
      const [photos, backup] = await open('Test-10.15.1');
      await using _ = backup;
      using _photos = photos;
      expect(photos.source).toBe('database');
      expect(photos.counts()).toMatchObject({
        all: 7,
        photos: 7,
        videos: 0,
        favourites: 1,
        hidden: 1,
        trashed: 0,
        edited: 2,
        originalBytes: 4_619_686,
      });
      const all = [...photos.all({ order: 'oldest' })];
      expect(all[0]).toMatchObject({
        originalFileName: 'Pumkins1.jpg',
        width: 2048,
        height: 1365,
        takenMs: Math.round((559_856_149.063 + 978_307_200) * 1000),
        timeZoneOffsetSeconds: -14_400,
        place: null,
      });
      const notLocal = all.filter(({ original }) => original.phoneSays !== 'phone');
      expect(notLocal.map(({ original }) => original)).toEqual([
        { state: 'unknown', phoneSays: 'nowhere', bytes: 700_340 },
      ]);
      expect(all.every(({ fingerprint }) => fingerprint?.length === 28)).toBe(true);
      const albums = photos.albums().filter(({ kind }) => kind === 'album');
      expect(albums.map(({ title, count }) => [title, count])).toEqual([
        ['Pumpkin Farm', 3],
        ['Test Album', 1],
        ['Test Album', 1],
        ['Multi Keyword', 2],
      ]);
      const farm = albums[0]?.id;
      expect([...photos.all({ filter: { albumId: farm }, order: 'album' })].map((one) => one.originalFileName)).toEqual(
        ['Pumkins1.jpg', 'Pumkins2.jpg', 'Pumpkins3.jpg'],
      );
      expect(photos.asset('DC99FBDD-7A52-4100-A5BB-344131646C30')?.place).toEqual({
        latitude: 51.50357167,
        longitude: -0.1318055,
      });
      expect(photos.unreadable).toEqual([]);
    });

    it('reads the model of iOS 16', async () => {
      const [photos, backup] = await open('Test-Ventura-dev_preview-13.0');
      await using _ = backup;
      using _photos = photos;
      expect(photos.counts()).toMatchObject({
        all: 16,
        photos: 14,
        videos: 0,
        favourites: 1,
        hidden: 1,
        trashed: 2,
        originalBytes: 87_985_069,
      });
      const notLocal = [...photos.all()].filter(({ original }) => original.phoneSays !== 'phone');
      expect(notLocal.map(({ original }) => original.phoneSays)).toEqual(['nowhere', 'nowhere']);
      expect(notLocal.reduce((sum, { original }) => sum + (original.bytes ?? 0), 0)).toBe(4_569_531);
      const albums = photos.albums();
      const userAlbums = albums.filter(({ kind }) => kind === 'album');
      expect(userAlbums).toHaveLength(10);
      expect(userAlbums.filter(({ isTrashed }) => isTrashed === true)).toHaveLength(1);
      const folders = new Map(albums.filter(({ kind }) => kind === 'folder').map((one) => [one.id, one]));
      expect(folders.size).toBe(5);
      const inside = userAlbums.find(({ title }) => title === 'AlbumInFolder');
      const parent = folders.get(inside?.parentId ?? '');
      expect([parent?.title, folders.get(parent?.parentId ?? '')?.title, inside?.count]).toEqual([
        'SubFolder2',
        'Folder1',
        2,
      ]);
      expect(photos.unreadable).toEqual([]);
    });
  },
);

interface FileTruth {
  readonly domain: string;
  readonly relativePath: string;
  readonly sha256: string;
}

interface PhotoTruth {
  readonly uuid: string;
  readonly originalFilename: string;
  readonly relativePath: string;
  readonly kind: 'photo' | 'video';
  readonly flavour: string;
  readonly created: number;
  readonly width: number;
  readonly height: number;
  readonly size: number;
  readonly favorite: boolean;
  readonly hidden: boolean;
  readonly trashed: boolean;
  readonly inCloudOnly: boolean;
  readonly shared: boolean;
  readonly edited: boolean;
  readonly render: string | null;
  readonly live: boolean;
  readonly liveMovie: string | null;
  readonly burst: string | null;
  readonly burstPicked: boolean;
  readonly duplicateOf: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly albums: readonly string[];
}

/** A phone of the simulator, its camera roll as loose files, and what is true about it. */
async function simulatedCameraRoll(
  withLibrary: boolean,
): Promise<{ backup: Backup; truth: readonly PhotoTruth[]; sums: ReadonlyMap<string, string> }> {
  const own = mkdtempSync(join(folder, 'phone-'));
  const scratchDir = join(own, 'scratch');
  await using phone = createPhoneContent({ seed: 11, files: 600, bytes: 30_000_000 }, { scratchDir });
  const files: LooseFile[] = [];
  for (const row of phone.files()) {
    if (row.kind !== 'file' || row.domain !== 'CameraRollDomain') continue;
    if (!withLibrary && row.relativePath.startsWith(LIBRARY)) continue;
    const file = join(own, `file-${files.length}`);
    writeFileSync(file, Buffer.concat([...row.read()]));
    files.push({
      domain: row.domain,
      path: row.relativePath,
      file,
      modified: row.modified,
      attributes: Object.fromEntries(row.extendedAttributes),
    });
  }
  await phone.writeTruth(join(own, 'truth.json'));
  const truth = JSON.parse(readFileSync(join(own, 'truth.json'), 'utf8')) as {
    items: { photos: PhotoTruth[] };
    files: FileTruth[];
  };
  const cameraRoll = truth.files.filter(({ domain }) => domain === 'CameraRollDomain');
  const sums = new Map(cameraRoll.map(({ relativePath, sha256 }) => [relativePath, sha256]));
  return { backup: looseBackup(files), truth: truth.items.photos, sums };
}

describe("a simulated phone's photos", () => {
  it('are what they are', async () => {
    const { backup, truth } = await simulatedCameraRoll(true);
    await using _ = backup;
    using photos = await PhotoLibrary.open(backup);
    const albums = new Map(photos.albums().map(({ id, title }) => [id, title]));
    const found = new Map([...photos.all()].map((one) => [one.id, one]));
    expect([...found.keys()].sort()).toEqual(truth.map(({ uuid }) => uuid).sort());
    for (const one of truth) {
      const asset = found.get(one.uuid);
      expect(asset).toMatchObject({
        kind: one.kind,
        originalFileName: one.originalFilename,
        path: one.relativePath,
        width: one.width,
        height: one.height,
        isFavourite: one.favorite,
        isHidden: one.hidden,
        isTrashed: one.trashed,
        isLive: one.live,
        isEdited: one.edited,
        isScreenshot: one.flavour === 'screenshot',
        original: { state: one.inCloudOnly ? 'icloud' : 'here', bytes: one.size },
        sizeBytes: one.inCloudOnly ? null : one.size,
        place: one.latitude === null ? null : { latitude: one.latitude, longitude: one.longitude },
      });
      expect(asset?.takenMs).toBe(Math.round(one.created * 1000));
      expect(asset?.library === 'shared-album').toBe(one.shared);
      expect(asset?.liveVideo?.path ?? null).toBe(one.liveMovie);
      expect(asset?.editedFile?.path ?? null).toBe(one.render);
      expect(asset?.adjustments !== null).toBe(one.edited);
      expect(asset?.burst?.id ?? null).toBe(one.burst);
      if (one.burst !== null) expect(asset?.burst?.isPicked).toBe(one.burstPicked);
      expect(asset?.albumIds.map((id) => albums.get(id) ?? '').sort()).toEqual([...one.albums].sort());
    }
    expect([...photos.unclaimed()]).toEqual([]);
    expect(photos.unreadable).toEqual([]);
  });

  it('are found by their files alone, as far as those say it', async () => {
    const { backup, truth } = await simulatedCameraRoll(false);
    await using _ = backup;
    using photos = await PhotoLibrary.open(backup);
    expect(photos.source).toBe('files');
    const here = truth.filter(({ inCloudOnly }) => !inCloudOnly);
    const found = new Map([...photos.all()].map((one) => [one.id, one]));
    expect([...found.keys()].sort()).toEqual(here.map(({ uuid }) => uuid).sort());
    for (const one of here) {
      const asset = found.get(one.uuid);
      expect(asset).toMatchObject({
        kind: one.kind,
        originalFileName: one.originalFilename,
        takenMs: Math.round(one.created * 1000),
        isFavourite: one.favorite,
        isHidden: one.hidden,
        isTrashed: one.trashed,
        isLive: one.live,
        isEdited: one.edited ? true : null,
        sizeBytes: one.size,
      });
    }
  });

  it('take the room that they take, with their duplicates and bursts', async () => {
    const { backup, truth } = await simulatedCameraRoll(true);
    await using _ = backup;
    using photos = await PhotoLibrary.open(backup);
    const found = await photoStorage(photos);
    const own = truth.filter(({ trashed, shared }) => !trashed && !shared);
    const gap = own.filter(({ inCloudOnly }) => inCloudOnly);
    expect(found.originals.icloud).toEqual({ count: gap.length, bytes: gap.reduce((sum, { size }) => sum + size, 0) });
    expect(found.originals.unknown.count).toBe(0);
    const videos = own.filter(({ kind, inCloudOnly }) => kind === 'video' && !inCloudOnly);
    expect(found.largestVideos.map(({ bytes }) => bytes)).toEqual(
      videos.map(({ size }) => size).sort((one, other) => other - one),
    );
    const shots = own.filter(({ flavour, inCloudOnly }) => flavour === 'screenshot' && !inCloudOnly);
    expect(found.screenshots).toEqual({ count: shots.length, bytes: shots.reduce((sum, { size }) => sum + size, 0) });
    const { groups } = await confirmDuplicates(photos, backup, found.duplicates);
    const pairs = new Map<string, Set<string>>();
    for (const { uuid, duplicateOf, size } of truth) {
      if (duplicateOf === null || size < 64 * 1024) continue;
      pairs.set(duplicateOf, (pairs.get(duplicateOf) ?? new Set([duplicateOf])).add(uuid));
    }
    expect(pairs.size).toBeGreaterThan(0);
    expect(groups.map(({ ids }) => [...ids].sort().join()).sort()).toEqual(
      [...pairs.values()].map((ids) => [...ids].sort().join()).sort(),
    );
    const bursts = new Map<string, string[]>();
    for (const { uuid, burst } of truth) if (burst !== null) bursts.set(burst, [...(bursts.get(burst) ?? []), uuid]);
    const foundBursts = found.nearDuplicates.filter(({ basis }) => basis === 'burst');
    expect(foundBursts.map(({ ids }) => [...ids].sort().join()).sort()).toEqual(
      [...bursts.values()].map((ids) => ids.sort().join()).sort(),
    );
  });

  it('come out byte for byte, with their films and edits', async () => {
    const { backup, truth, sums } = await simulatedCameraRoll(true);
    await using _ = backup;
    using photos = await PhotoLibrary.open(backup);
    const directory = join(folder, 'exported');
    const result = await exportPhotos(photos, backup, { directory, adjustments: true });
    const here = truth.filter(({ inCloudOnly }) => !inCloudOnly);
    expect(result).toMatchObject({ assets: here.length, failed: [], unreadable: [] });
    expect(result.originalsNotHere.map(({ id }) => id).sort()).toEqual(
      truth.flatMap(({ uuid, inCloudOnly }) => (inCloudOnly ? [uuid] : [])).sort(),
    );
    const written = readFileSync(join(directory, 'SHA256SUMS'), 'utf8').trim().split('\n');
    const paths = here.flatMap(({ relativePath, liveMovie, render, edited }) =>
      [relativePath, liveMovie, render, edited ? relativePath.replace(/\.[^.]+$/, '.AAE') : null].filter(
        (one) => one !== null,
      ),
    );
    expect(written.map((line) => line.slice(0, 64)).sort()).toEqual(paths.map((path) => sums.get(path)).sort());
    for (const line of written) {
      const bytes = readFileSync(join(directory, line.slice(66)));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(line.slice(0, 64));
    }
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    expect(files).toHaveLength(paths.length + 1);
  });
});
