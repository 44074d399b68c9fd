import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Snapshot, Vault } from '../../src/main/engine/vault/index.ts';
import type { VaultIo } from '../../src/main/engine/vault/io/index.ts';
import { isBackstopError } from '../../src/shared/errors/index.ts';
import { MemoryDisk } from '../support/vault/memory-disk.ts';
import { Random } from '../support/vault/random.ts';
import { type Content, commitVersion, differenceFrom, UDID } from '../support/vault/versions.ts';
import { type DiskOperation, type Fault, WatchedIo } from '../support/vault/watched-io.ts';

/** One operation of a backup fails, in every way a disk can: the run ends with a name, nothing earlier is harmed. */

const scratch = mkdtempSync(join(tmpdir(), 'backstop-disk-errors-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let runs = 0;
function options(io: VaultIo): Parameters<typeof Vault.open>[1] {
  runs += 1;
  return {
    host: { installation: '11111111-2222-4333-8444-555555555555', name: 'desk', boot: `boot ${runs}` },
    cacheDir: join(scratch, `cache-${runs}`),
    io,
    policy: { singleFromBytes: 64 * 1024, packTargetBytes: 256 * 1024 },
    fanOut: 'flat',
  };
}

function contentOf(version: number): Content {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < 6; at += 1) files.set(`file ${at}`, new Random(at + (at === 2 ? version : 0) + 1).bytes(2000));
  files.set('large', new Random(50 + version).bytes(90_000));
  files.set('Manifest.db', new Random(70 + version).bytes(900));
  return files;
}

async function firstVersion(): Promise<{ disk: MemoryDisk; snapshot: Snapshot }> {
  const disk = new MemoryDisk();
  const vault = await Vault.create('/vault', options(disk));
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  const snapshot = await commitVersion(session, null, contentOf(0), '2026-01-01T00:00:00Z');
  await vault.close();
  disk.settle();
  return { disk, snapshot };
}

/** A second backup over a disk with one fault, then what the disk looks like to somebody who comes after. */
async function secondWithFault(
  fault: (operation: DiskOperation) => Fault | null,
): Promise<{ readonly outcome: string; readonly operations: number; readonly versions: number }> {
  const { disk, snapshot } = await firstVersion();
  const io = new WatchedIo(disk, { fault });
  const before = { snapshot, content: contentOf(0) };
  let outcome = 'committed';
  const vault = await Vault.open('/vault', options(io));
  try {
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    await commitVersion(session, before, contentOf(1), '2026-01-02T00:00:00Z');
  } catch (error) {
    outcome = isBackstopError(error) ? error.code : `unnamed: ${String(error)}`;
  }
  await vault.close();

  const later = await Vault.open('/vault', options(disk));
  const { snapshots } = await later.snapshots();
  expect(await differenceFrom(later, snapshot, contentOf(0))).toBeNull();
  for (const listed of snapshots) {
    const content = contentOf(listed.id === snapshot.id ? 0 : 1);
    expect(await differenceFrom(later, listed, content)).toBeNull();
    expect((await later.checkStructure(listed)).problems).toEqual([]);
  }
  await using session = await later.openSession({ udid: UDID, label: 'Anna' });
  const parent = snapshots.find(({ id }) => id === session.parent.parent?.id) ?? snapshot;
  const known = { snapshot: parent, content: contentOf(parent.id === snapshot.id ? 0 : 1) };
  const next = await commitVersion(session, known, contentOf(5), '2026-01-03T00:00:00Z');
  expect(await differenceFrom(later, next, contentOf(5))).toBeNull();
  await later.close();
  return { outcome, operations: io.operations.length, versions: snapshots.length };
}

const SOAK = process.env['BACKSTOP_SOAK'] === '1';
const faults: readonly Fault[] = [{ errno: 'ENOSPC' }, { errno: 'EIO' }, { errno: 'EPERM' }];

test('an error at any operation of a backup ends with a name and harms nothing earlier', {
  timeout: 600_000,
}, async () => {
  const { operations } = await secondWithFault(() => null);
  expect(operations).toBeGreaterThan(25);
  const outcomes = new Map<string, number>();
  for (let at = 0; at < operations; at += 1) {
    // In a short run the kinds of error take turns.
    for (const fault of SOAK ? faults : [faults[at % faults.length] as Fault]) {
      const { outcome } = await secondWithFault((operation) => (operation.index === at ? fault : null));
      expect(outcome, `operation ${at}`).not.toMatch(/^unnamed/);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  console.log(`${operations} operations:`, Object.fromEntries(outcomes));
});

test('short writes are written on until everything is there', async () => {
  const { outcome } = await secondWithFault((operation) => (operation.kind === 'write' ? { shortWrite: 700 } : null));
  expect(outcome).toBe('committed');
});

test('a disk that stays full ends the run with vault/disk-full and the next one, with room, succeeds', async () => {
  const { outcome, versions } = await secondWithFault((operation) =>
    operation.index > 8 && (operation.kind === 'write' || operation.kind === 'create') ? { errno: 'ENOSPC' } : null,
  );
  expect(outcome).toBe('vault/disk-full');
  expect(versions).toBe(1);
});

test('a rename that happened although it was answered with an error is found by looking', async () => {
  const { disk } = await firstVersion();
  const io = new WatchedIo(disk);
  const rename = io.rename.bind(io);
  let isLied = false;
  io.rename = async (from, to) => {
    await rename(from, to);
    if (to.endsWith('.pack') && !isLied) {
      isLied = true;
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    }
  };
  const vault = await Vault.open('/vault', options(io));
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  const snapshot = await commitVersion(session, null, contentOf(3), '2026-01-02T00:00:00Z');
  expect(isLied).toBe(true);
  expect(await differenceFrom(vault, snapshot, contentOf(3))).toBeNull();
  await vault.close();
});

test('a record whose folder could not be synced is a commit that only the next start can judge', async () => {
  const { outcome, versions } = await secondWithFault((operation) =>
    operation.kind === 'syncFolder' && operation.path.includes('/snapshots/') ? { errno: 'EIO' } : null,
  );
  expect(outcome).toBe('vault/commit-unknown');
  expect(versions).toBe(2);
});
