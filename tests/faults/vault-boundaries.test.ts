import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Vault } from '../../src/main/engine/vault/index.ts';
import type { VaultIo } from '../../src/main/engine/vault/io/index.ts';
import { isBackstopError } from '../../src/shared/errors/index.ts';
import { backUp, freshComputer, inspectVault, type Version } from '../support/vault/keeper.ts';
import { MemoryDisk, type Survival } from '../support/vault/memory-disk.ts';
import { Random } from '../support/vault/random.ts';
import { type DiskOperation, type Fault, WatchedIo } from '../support/vault/watched-io.ts';

/**
 * Every boundary between two operations on the disk, from a backup over its commit, a forgetting, an emptied trash,
 * marking, repacking and sweeping. At each the power goes (with every kind of loss), the operation fails, or a write is
 * torn. Afterwards every version that was kept is there byte for byte, and the next backup and collection succeed.
 * BACKSTOP_SOAK=1 tries every kind at every boundary; a short run lets the kinds take turns.
 */

const SOAK = process.env['BACKSTOP_SOAK'] === '1';
const scratch = mkdtempSync(join(tmpdir(), 'backstop-boundaries-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const BEFORE = 4;
/** A short run tries the next collection on some of the disks only. */
const isThorough = (number: number): boolean => SOAK || number % 4 === 0;

let original: Promise<{ readonly disk: MemoryDisk; readonly versions: readonly Version[] }> | null = null;

/** A vault with four versions, on a disk where all of it is durable; a copy of its own for everyone. */
async function prepared(): Promise<{ readonly disk: MemoryDisk; readonly versions: readonly Version[] }> {
  original ??= prepare();
  const { disk, versions } = await original;
  return { disk: disk.crash('everything', new Random(1)), versions };
}

async function prepare(): Promise<{ readonly disk: MemoryDisk; readonly versions: readonly Version[] }> {
  const disk = new MemoryDisk();
  const vault = await Vault.create('/vault', freshComputer(scratch, disk));
  const versions: Version[] = [];
  for (let version = 0; version < BEFORE; version += 1) versions.push(await backUp(vault, version, versions));
  await vault.close();
  disk.settle();
  return { disk, versions };
}

interface Story {
  readonly known: readonly Version[];
  readonly must: readonly Version[];
  /** The code of the failure that ended it; null when it came to its end. */
  readonly outcome: string | null;
}

/** A backup; two versions forgotten, one of them for good; a collection. `now` is told what has to survive by then. */
async function story(
  io: VaultIo,
  versions: readonly Version[],
  now: (state: Omit<Story, 'outcome'>) => void,
): Promise<Story> {
  let known = [...versions];
  let must = [...versions];
  now({ known, must });
  const vault = await Vault.open('/vault', freshComputer(scratch, io));
  let outcome: string | null = null;
  try {
    const added = await backUp(vault, BEFORE, versions);
    known = [...known, added];
    must = [...must, added];
    now({ known, must });
    const [first, second] = versions as [Version, Version];
    must = must.filter((one) => one !== first && one !== second);
    now({ known, must });
    await vault.forget([first.snapshot, second.snapshot], 'owner');
    await vault.expire(first.snapshot);
    await vault.collect();
  } catch (error) {
    outcome = isBackstopError(error) ? error.code : `unnamed: ${String(error)}`;
  }
  await vault.close();
  return { known, must, outcome };
}

/** What the story does to the disk when nothing goes wrong. */
async function operations(): Promise<readonly DiskOperation[]> {
  const { disk, versions } = await prepared();
  const io = new WatchedIo(disk);
  const { outcome } = await story(io, versions, () => undefined);
  expect(outcome).toBeNull();
  return io.operations;
}

test('the story goes through all of it', async () => {
  const paths = (await operations()).map(({ kind, path }) => `${kind} ${path}`);
  for (const part of [
    'rename /vault/snapshots/',
    'unlink /vault/snapshots/',
    '.mark.json',
    '.moved.json',
    'unlink /vault/packs/',
    'unlink /vault/objects/',
    'gc-sweep',
  ]) {
    expect(
      paths.some((path) => path.includes(part)),
      part,
    ).toBe(true);
  }
});

test('power cuts at every boundary', { timeout: SOAK ? 7_200_000 : 600_000 }, async () => {
  const survivals: readonly Survival[] = ['nothing-unsynced', 'everything', 'names-lost', 'data-lost', 'random'];
  const { disk, versions } = await prepared();
  let state: Omit<Story, 'outcome'> = { known: versions, must: versions };
  const found: Array<{ disk: MemoryDisk; name: string; state: Omit<Story, 'outcome'> }> = [];
  let boundary = 0;
  const io = new WatchedIo(disk, {
    before: ({ kind, path }) => {
      const chosen = SOAK
        ? ([...survivals, 'random', 'random'] as const)
        : [survivals[boundary % survivals.length] as Survival];
      for (const [number, survival] of chosen.entries()) {
        const left = disk.crash(survival, new Random(boundary * 100 + number + 1));
        found.push({ disk: left, name: `boundary ${boundary} (before ${kind} ${path}), ${survival}`, state });
      }
      boundary += 1;
    },
  });
  await story(io, versions, (next) => {
    state = next;
  });
  for (const [number, one] of found.entries()) {
    const problem = await inspectVault(
      one.disk,
      freshComputer(scratch, one.disk),
      one.state.known,
      one.state.must,
      isThorough(number),
    );
    expect(problem, one.name).toBeNull();
  }
  console.log(`${boundary} boundaries, ${found.length} disks after a power cut`);
});

test('an error at every boundary', { timeout: SOAK ? 7_200_000 : 600_000 }, async () => {
  const faults: readonly Fault[] = [{ errno: 'EIO' }, { errno: 'ENOSPC' }, { errno: 'EBUSY' }, { shortWrite: 100 }];
  const count = (await operations()).length;
  const outcomes = new Map<string, number>();
  let tried = 0;
  for (let at = 0; at < count; at += 1) {
    for (const fault of SOAK ? faults : [faults[at % faults.length] as Fault]) {
      const { disk, versions } = await prepared();
      let state: Omit<Story, 'outcome'> = { known: versions, must: versions };
      let hit = '';
      const io = new WatchedIo(disk, {
        fault: (operation) => {
          if (operation.index !== at) return null;
          hit = `${operation.kind} ${operation.path}`;
          return fault;
        },
      });
      const { outcome } = await story(io, versions, (next) => {
        state = next;
      });
      const name = `operation ${at} (${hit}): ${JSON.stringify(fault)}`;
      expect(outcome ?? '', name).not.toMatch(/^unnamed/);
      expect(
        await inspectVault(disk, freshComputer(scratch, disk), state.known, state.must, isThorough(at)),
        name,
      ).toBeNull();
      outcomes.set(outcome ?? 'done', (outcomes.get(outcome ?? 'done') ?? 0) + 1);
      tried += 1;
    }
  }
  console.log(`${count} boundaries, ${tried} errors:`, Object.fromEntries(outcomes));
});
