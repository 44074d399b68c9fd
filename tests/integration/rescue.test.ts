import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RescueResult } from '../../src/shared/contract/index.ts';
import { rescueResultSchema } from '../../src/shared/contract/index.ts';
import { BackstopError } from '../../src/shared/errors/index.ts';
import { filesIn, PhoneWorld } from '../support/phone-world.ts';

/** A copy straight from the phone, held against what the simulated phone really has. */

let world: PhoneWorld;
let number = 0;
let target: string;

beforeAll(async () => {
  world = await PhoneWorld.start({ seed: 81, files: 500, bytes: 24e6 });
});
afterAll(() => world[Symbol.asyncDispose]());
afterEach(() => world.command({ cmd: 'fault', kind: 'clear' }));

function newTarget(): string {
  number += 1;
  target = join(world.dir, `rescue-${number}`);
  return target;
}

function rescue(options: Parameters<PhoneWorld['engine']['rescue']>[1] = {}): Promise<RescueResult> {
  return world.engine.rescue({ udid: null, directory: target, vault: world.vault }, options);
}

async function expectWhole(): Promise<void> {
  const truth = await world.mediaTruth();
  const found = filesIn(target);
  for (const [path, { sha256 }] of truth) expect([path, found.get(path)]).toEqual([path, sha256]);
}

describe('a rescue', () => {
  it('brings every original, Live Photo and edit, with its date and its sum', async () => {
    newTarget();
    const phases = new Set<string>();
    let last = { phase: '', doneBytes: 0 };
    const result = await rescue({
      onProgress: (progress) => {
        phases.add(progress.phase);
        if (progress.phase === last.phase && progress.phase === 'rescuing') {
          expect(progress.doneBytes).toBeGreaterThanOrEqual(last.doneBytes);
          expect(progress.doneBytes).toBeLessThanOrEqual(progress.totalBytes ?? 0);
        }
        last = progress;
      },
    });
    expect(rescueResultSchema.parse(result)).toEqual(result);
    const truth = await world.mediaTruth();
    expect(result).toMatchObject({ outcome: 'complete', files: truth.size, problems: [], problemCount: 0, kept: 0 });
    expect(result.bytes).toBe([...truth.values()].reduce((sum, { size }) => sum + size, 0));
    expect(filesIn(target)).toEqual(new Map([...truth].map(([path, { sha256 }]) => [path, sha256])));
    const { photos } = await world.truth();
    const here = photos.filter((one) => !one.inCloudOnly && !one.shared);
    const count = (fits: (one: (typeof here)[number]) => boolean): number => here.filter(fits).length;
    expect(result.photos).toBe(count((one) => one.kind === 'photo'));
    expect(result.videos).toBe(count((one) => one.kind === 'video'));
    expect(result.live).toBe(count((one) => one.live));
    expect(result.edited).toBe(count((one) => one.edited));
    expect([...phases]).toEqual(
      expect.arrayContaining(['looking-at-phone', 'rescuing', 'checking-rescue', 'looking-in-library']),
    );
    const original = [...truth.keys()].find((path) => path.startsWith('DCIM/')) ?? '';
    const modified = world.phone.content.mediaFile(original)?.modified ?? 0;
    expect(statSync(join(target, original)).mtimeMs).toBe(modified * 1000);
    const sums = readFileSync(join(target, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
    const expected = [...truth].map(([path, { sha256 }]) => `${sha256}  ${path}`);
    expect(sums.toSorted()).toEqual(expected.toSorted());
  });

  it('counts and names what is in iCloud only', async () => {
    newTarget();
    const { onlyInICloud } = await rescue();
    const { photos } = await world.truth();
    const missing = photos.filter((one) => one.inCloudOnly && !one.trashed);
    expect(missing.length).toBeGreaterThan(1);
    expect(onlyInICloud).toMatchObject({
      how: 'measured',
      photos: missing.filter((one) => one.kind === 'photo').length,
      videos: missing.filter((one) => one.kind === 'video').length,
      list: 'Only in iCloud.txt',
    });
    const lines = readFileSync(join(target, 'Only in iCloud.txt'), 'utf8').trimEnd().split('\n');
    const places = lines.map((line) => `Media/${line.split('\t')[1]}`);
    expect(places.sort()).toEqual(missing.map((one) => one.relativePath).sort());

    newTarget();
    await world.command({ cmd: 'fault', kind: 'afc-refuse', at: { path: '/PhotoData/Photos.sqlite' } });
    const blind = await rescue();
    expect(blind.outcome).toBe('complete');
    expect(blind.onlyInICloud).toMatchObject({ how: 'unknown', reason: 'device/file-error', photos: null });
  });

  it('goes on where it was, keeps what the phone deleted, and sets aside what changed', async () => {
    newTarget();
    await rescue();
    const before = filesIn(target);
    const again = await rescue();
    expect(again.copied).toEqual({ files: 0, bytes: 0 });
    await world.command({
      cmd: 'mutate',
      add: { photos: 3, videos: 1 },
      edit: { photos: 4 },
      delete: { photos: 5 },
    });
    const later = await rescue();
    expect(later.outcome).toBe('complete');
    await expectWhole();
    const after = filesIn(target);
    const sums = new Set(after.values());
    // Not a byte of what was there is gone.
    for (const sum of before.values()) expect(sums).toContain(sum);
    expect(later.kept).toBeGreaterThan(4);
    const listed = readFileSync(join(target, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
    expect(new Set(listed.map((line) => line.slice(66)))).toEqual(new Set(after.keys()));
  });

  it('copies again what the disk has damaged or lost', async () => {
    newTarget();
    await rescue();
    const [first = '', second = ''] = [...filesIn(target).keys()].filter((path) => path.startsWith('DCIM/'));
    const bytes = readFileSync(join(target, first));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(join(target, first), bytes);
    await rm(join(target, second));
    const result = await rescue();
    expect(result).toMatchObject({ outcome: 'complete', kept: 0 });
    expect(result.copied.files).toBe(2);
    await expectWhole();
  });

  it('writes nothing on the phone', () => {
    const changed = world.phone.hostWrites.all.filter(({ operation }) => operation !== 'Pair');
    expect(changed).toEqual([]);
  });
});

describe('a rescue that is disturbed', () => {
  it.each([
    ['drop', 3_000_000],
    ['wrong-length', 3_000_000],
    ['garbage', 0],
  ])('by a connection with a %s after %i bytes still ends whole', async (kind, bytes) => {
    newTarget();
    await world.command({ cmd: 'fault', kind, at: { service: 'com.apple.afc', bytes }, times: 2 });
    const result = await rescue();
    expect(result.outcome).toBe('complete');
    await expectWhole();
  });

  it('by a cable that is pulled goes on with the next run', async () => {
    newTarget();
    await world.command({ cmd: 'fault', kind: 'detach', at: { service: 'com.apple.afc', bytes: 8_000_000 } });
    await expect(rescue()).rejects.toMatchObject({ code: expect.stringMatching(/^device\//) });
    await world.command({ cmd: 'attach', via: 'usb' });
    const first = filesIn(target);
    expect(first.size).toBeGreaterThan(3);
    expect(readFileSync(join(target, 'SHA256SUMS'), 'utf8').trimEnd().split('\n')).toHaveLength(first.size);
    const result = await rescue();
    expect(result.outcome).toBe('complete');
    expect(result.copied.files).toBe(result.files - first.size);
    await expectWhole();
  });

  it('by its owner stops, and goes on', async () => {
    newTarget();
    const stop = new AbortController();
    const why = new BackstopError('internal/cancelled');
    const stopped = rescue({
      signal: stop.signal,
      onProgress: ({ phase, doneFiles }) => {
        if (phase === 'rescuing' && doneFiles > 5) stop.abort(why);
      },
    });
    await expect(stopped).rejects.toBe(why);
    const result = await rescue();
    expect(result.outcome).toBe('complete');
    expect(result.copied.files).toBeLessThan(result.files);
    await expectWhole();
  });

  it('by files that the phone does not give is incomplete, and names them', async () => {
    newTarget();
    const [path = ''] = [...(await world.mediaTruth()).keys()].filter((one) => one.endsWith('.JPG'));
    await world.command({ cmd: 'fault', kind: 'afc-wrong-size', at: { path: `/${path}` }, sizeBytes: 5 });
    const names = ['../../escape.jpg', 'a/b.jpg'];
    await world.command({ cmd: 'fault', kind: 'afc-extra-names', at: { path: '/DCIM' }, names });
    const result = await rescue();
    expect(result.outcome).toBe('incomplete');
    expect(result.problems).toEqual(
      expect.arrayContaining([
        { path, code: 'rescue/keeps-changing' },
        { path: 'DCIM/../../escape.jpg', code: 'rescue/unsafe-name' },
        { path: 'DCIM/a/b.jpg', code: 'rescue/unsafe-name' },
      ]),
    );
    expect(result.problemCount).toBe(3);
    await world.command({ cmd: 'fault', kind: 'clear' });
    expect((await rescue()).outcome).toBe('complete');
    await expectWhole();
    expect(readdirSync(world.dir)).not.toContain('escape.jpg');
  });

  it('by a folder without an end stops with an error', async () => {
    newTarget();
    await world.command({ cmd: 'fault', kind: 'afc-endless', at: { path: '/DCIM/100APPLE' } });
    await expect(rescue()).rejects.toMatchObject({ code: 'device/bad-message' });
  });
});

describe('the folder of a rescue', () => {
  it('holds nothing else, and belongs to one phone', async () => {
    newTarget();
    await mkdir(target);
    writeFileSync(join(target, 'mine.txt'), 'mine');
    await expect(rescue()).rejects.toMatchObject({ code: 'rescue/not-empty' });
    expect(readdirSync(target)).toEqual(['mine.txt']);

    newTarget();
    await rescue();
    await using other = await PhoneWorld.start({ seed: 82, files: 60, bytes: 1e6 });
    const strange = other.engine.rescue({ udid: null, directory: target, vault: other.vault });
    await expect(strange).rejects.toMatchObject({ code: 'rescue/other-phone' });
  });

  it('is no part of a vault', async () => {
    await world.backUp(null);
    target = join(world.vault, 'photos');
    await expect(rescue()).rejects.toMatchObject({ code: 'rescue/in-vault' });
  });

  it('is written by one run at a time', async () => {
    newTarget();
    const both = await Promise.allSettled([rescue(), rescue()]);
    const failed = both.filter((one) => one.status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toMatchObject({ code: 'rescue/in-use' });
    await expectWhole();
  });

  it('is not left through a link', async () => {
    newTarget();
    await rescue();
    const outside = join(world.dir, 'outside');
    await mkdir(outside);
    await rm(join(target, 'DCIM'), { recursive: true });
    symlinkSync(outside, join(target, 'DCIM'));
    await expect(rescue()).rejects.toMatchObject({ code: 'rescue/unwritable' });
    expect(readdirSync(outside)).toEqual([]);
  });
});
