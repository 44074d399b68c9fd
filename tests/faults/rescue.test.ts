import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { makeDiskImage } from '../support/disk-images.ts';
import { filesIn, PhoneWorld } from '../support/phone-world.ts';

/** A rescue that is killed, cut off in a large file, or runs out of room: nothing is lost, and the next run goes on. */

const CLI = join(import.meta.dirname, '../../src/main/cli/index.ts');
const MEGABYTE = 1_000_000;

async function expectWhole(world: PhoneWorld, target: string): Promise<void> {
  const found = filesIn(target);
  const truth = await world.mediaTruth();
  expect(new Map([...truth].map(([path]) => [path, found.get(path)]))).toEqual(
    new Map([...truth].map(([path, { sha256 }]) => [path, sha256])),
  );
}

describe('a rescue that is killed', () => {
  it.each([1, 20, 60])('after about %i files goes on with the next run', async (files) => {
    await using world = await PhoneWorld.start({ seed: 91, files: 400, bytes: 20 * MEGABYTE });
    const target = join(world.dir, 'rescue');
    const env = {
      ...process.env,
      BACKSTOP_HOME: join(world.dir, 'home'),
      USBMUXD_SOCKET_ADDRESS: world.simulator.address,
    };
    const child = spawn(process.execPath, [CLI, 'rescue', target], { env, stdio: 'ignore' });
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once('exit', (_code, signal) => resolve(signal)),
    );
    while (child.exitCode === null && (!existsSync(target) || filesIn(target).size < files)) await sleep(5);
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');

    const truth = await world.mediaTruth();
    const left = filesIn(target);
    expect(left.size).toBeLessThan(truth.size);
    // What has a name is whole.
    for (const [path, sum] of left) expect([path, sum]).toEqual([path, truth.get(path)?.sha256]);
    const result = await world.engine.rescue({ udid: null, directory: target, vault: world.vault });
    expect(result).toMatchObject({ outcome: 'complete', files: truth.size, kept: 0 });
    // The last one may have got its name and not its line.
    expect(result.copied.files).toBeLessThanOrEqual(truth.size - left.size + 1);
    await expectWhole(world, target);
    expect(readdirSync(join(target, '.backstop-rescue'))).toEqual(['journal.jsonl']);
  });

  it('while its journal was being written forgets no more than the torn line', async () => {
    await using world = await PhoneWorld.start({ seed: 92, files: 120, bytes: 3 * MEGABYTE });
    const target = join(world.dir, 'rescue');
    const request = { udid: null, directory: target, vault: world.vault };
    mkdirSync(join(target, '.backstop-rescue'), { recursive: true });
    const journal = join(target, '.backstop-rescue', 'journal.jsonl');
    writeFileSync(journal, '{"rescue":1,"ud');
    expect((await world.engine.rescue(request)).outcome).toBe('complete');
    const text = readFileSync(journal, 'utf8');
    writeFileSync(journal, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 30));
    const again = await world.engine.rescue(request);
    expect(again).toMatchObject({ outcome: 'complete', copied: { files: 1 } });
    await expectWhole(world, target);
  });
});

describe('a large video', () => {
  /** What a connection of the first test lets through. */
  const CONNECTION_BYTES = 36 * MEGABYTE;

  it('is brought over a connection that never lasts long enough', async () => {
    await using world = await PhoneWorld.start({ seed: 93, files: 40, bytes: 300 * MEGABYTE });
    const sizes = [...(await world.mediaTruth()).values()].map(({ size }) => size);
    expect(Math.max(...sizes)).toBeGreaterThan(CONNECTION_BYTES);
    const at = { service: 'com.apple.afc', bytes: CONNECTION_BYTES };
    await world.command({ cmd: 'fault', kind: 'drop', at, times: 1000 });
    const target = join(world.dir, 'rescue');
    const result = await world.engine.rescue({ udid: null, directory: target, vault: world.vault });
    expect(result.outcome).toBe('complete');
    await expectWhole(world, target);
  });

  it('that was cut off goes on from where it was safe on the disk, and no further', async () => {
    await using world = await PhoneWorld.start({ seed: 93, files: 40, bytes: 300 * MEGABYTE });
    const target = join(world.dir, 'rescue');
    const request = { udid: null, directory: target, vault: world.vault };
    const state = join(target, '.backstop-rescue');
    const largePart = (): string | undefined =>
      (existsSync(state) ? readdirSync(state) : []).find(
        // It may have got its own name meanwhile.
        (name) =>
          name.startsWith('part-') &&
          (statSync(join(state, name), { throwIfNoEntry: false })?.size ?? 0) > 20 * MEGABYTE,
      );
    const stop = new AbortController();
    const watch = setInterval(() => {
      if (largePart() !== undefined) stop.abort(new Error('cut'));
    }, 1);
    await expect(world.engine.rescue(request, { signal: stop.signal })).rejects.toThrow('cut');
    clearInterval(watch);
    // After a power cut the rest may be anything.
    const part = join(state, largePart() ?? '');
    const bytes = readFileSync(part);
    bytes.fill(0, 16 * 1024 * 1024);
    writeFileSync(part, bytes);
    const result = await world.engine.rescue(request);
    expect(result.outcome).toBe('complete');
    await expectWhole(world, target);
  });
});

describe('a disk that is full', () => {
  const disk = makeDiskImage('ext4');
  if ('reason' in disk) console.warn(`SKIPPED: a full disk, because ${disk.reason}`);
  afterEach(() => {
    if (!('reason' in disk)) disk.remove();
  });

  it.skipIf('reason' in disk)('is told before, and on the way', async () => {
    if ('reason' in disk) return;
    await using world = await PhoneWorld.start({ seed: 94, files: 300, bytes: 30 * MEGABYTE });
    const target = join(disk.mountPoint, 'rescue');
    const request = { udid: null, directory: target, vault: world.vault };
    const filler = join(disk.mountPoint, 'filler');
    const fillTo = (free: number): void => {
      // What is kept back for root is free to these tests.
      const { bfree, bsize } = statfsSync(disk.mountPoint);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bfree * bsize - free)));
    };
    fillTo(10 * MEGABYTE);
    await expect(world.engine.rescue(request)).rejects.toMatchObject({
      code: 'rescue/no-space',
      data: { needed: expect.any(String), free: expect.any(String) },
    });
    expect(filesIn(target).size).toBe(0);

    // Somebody else takes the room while it goes on.
    rmSync(filler);
    let isFull = false;
    const running = world.engine.rescue(request, {
      onProgress: ({ phase, doneFiles }) => {
        if (isFull || phase !== 'rescuing' || doneFiles < 5) return;
        isFull = true;
        fillTo(4 * MEGABYTE);
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'rescue/no-space' });
    const truth = await world.mediaTruth();
    for (const [path, sum] of filesIn(target)) expect([path, sum]).toEqual([path, truth.get(path)?.sha256]);

    rmSync(filler);
    expect((await world.engine.rescue(request)).outcome).toBe('complete');
    await expectWhole(world, target);
  });
});

it('names a folder that it may not write', async () => {
  await using world = await PhoneWorld.start({ seed: 95, files: 60, bytes: MEGABYTE });
  const file = join(world.dir, 'file');
  writeFileSync(file, 'a file');
  const request = { udid: null, directory: join(file, 'inside'), vault: world.vault };
  await expect(world.engine.rescue(request)).rejects.toMatchObject({ code: 'rescue/unwritable' });
});
