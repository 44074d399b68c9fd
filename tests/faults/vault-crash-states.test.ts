import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Snapshot, Vault } from '../../src/main/engine/vault/index.ts';
import { MemoryDisk, type Survival } from '../support/vault/memory-disk.ts';
import { Random } from '../support/vault/random.ts';
import { type Content, commitVersion, differenceFrom, UDID } from '../support/vault/versions.ts';
import { WatchedIo } from '../support/vault/watched-io.ts';

/**
 * A power cut at every single operation of three backups. For each, several disks that may be found afterwards are
 * made; on every one the acknowledged versions must be there byte for byte, nothing half may be listed, and the next
 * backup must succeed. BACKSTOP_SOAK=1 tries many more disks for each cut.
 */

const SOAK = process.env['BACKSTOP_SOAK'] === '1';
const RANDOM_STATES = SOAK ? Number(process.env['BACKSTOP_SOAK_STATES'] ?? 40) : 1;
const RANDOM_EVERY = SOAK ? 1 : 3;
/** In a short run, every operation is cut with the plain survivals, and the next backup is tried at each sixth. */
const NEXT_BACKUP_EVERY = SOAK ? 1 : 6;

const scratch = mkdtempSync(join(tmpdir(), 'backstop-crash-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let caches = 0;
function options(io: MemoryDisk | WatchedIo): Parameters<typeof Vault.open>[1] {
  caches += 1;
  return {
    // The same computer, started anew.
    host: { installation: '11111111-2222-4333-8444-555555555555', name: 'desk', boot: `boot ${caches}` },
    cacheDir: join(scratch, `cache-${caches}`),
    io,
    policy: { singleFromBytes: 64 * 1024, packTargetBytes: 256 * 1024 },
    fanOut: 'flat',
  };
}

function contentOf(version: number): Content {
  const random = new Random(version + 1);
  const files = new Map<string, Buffer>();
  for (let at = 0; at < 12; at += 1) {
    const generation = at % 4 === 0 ? version : 0;
    files.set(`file ${at}`, new Random(at * 7 + generation * 1000 + 3).bytes(100 + at * 500));
  }
  files.set('large', new Random(99 + version).bytes(150_000));
  files.set('large and constant', new Random(98).bytes(100_000));
  files.set('empty', Buffer.alloc(0));
  if (version === 1) files.delete('file 3');
  files.set('Manifest.db', random.bytes(3000));
  files.set('Status.plist', random.bytes(100));
  return files;
}

interface Acknowledged {
  readonly snapshot: Snapshot;
  readonly content: Content;
}

/** Three backups on one disk; `at` is called before each operation, with what is acknowledged by then. */
async function threeBackups(disk: MemoryDisk, at: (acknowledged: readonly Acknowledged[]) => void): Promise<void> {
  const acknowledged: Acknowledged[] = [];
  const io = new WatchedIo(disk, { before: () => at([...acknowledged]) });
  const vault = await Vault.open('/vault', options(io));
  for (let version = 0; version < 3; version += 1) {
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    const content = contentOf(version);
    const before = acknowledged.at(-1) ?? null;
    const snapshot = await commitVersion(session, before, content, `2026-01-0${version + 1}T00:00:00Z`);
    acknowledged.push({ snapshot, content });
  }
  await vault.close();
}

test('after a power cut at any operation, acknowledged versions are whole and the next backup succeeds', {
  timeout: SOAK ? 7_200_000 : 120_000,
}, async () => {
  const disk = new MemoryDisk();
  await (await Vault.create('/vault', options(disk))).close();
  disk.settle();
  const states: Array<{
    readonly disk: MemoryDisk;
    readonly acknowledged: readonly Acknowledged[];
    readonly name: string;
  }> = [];
  let cuts = 0;
  await threeBackups(disk, (acknowledged) => {
    const plain: Survival[] = ['nothing-unsynced', 'everything', 'names-lost', 'data-lost'];
    const chosen = SOAK ? plain : [plain[cuts % 4] as Survival];
    const survivals = [
      ...chosen,
      ...Array.from({ length: cuts % RANDOM_EVERY === 0 ? RANDOM_STATES : 0 }, () => 'random' as const),
    ];
    for (const [number, survival] of survivals.entries()) {
      const random = new Random(cuts * 1000 + number + 1);
      states.push({
        disk: disk.crash(survival, random),
        acknowledged,
        name: `operation ${cuts}, ${survival} ${number}`,
      });
    }
    cuts += 1;
  });
  expect(cuts).toBeGreaterThan(80);
  for (const [number, state] of states.entries()) {
    const problem = await inspect(state.disk, state.acknowledged, number % NEXT_BACKUP_EVERY === 0);
    expect(problem, state.name).toBeNull();
  }
  console.log(`${cuts} cuts, ${states.length} disks`);
});

/** What is wrong with a disk after a crash, or null. */
async function inspect(
  disk: MemoryDisk,
  acknowledged: readonly Acknowledged[],
  tryNext: boolean,
): Promise<string | null> {
  const vaultOptions = options(disk);
  const vault = await Vault.open('/vault', vaultOptions);
  try {
    const { snapshots, unreadable } = await vault.snapshots();
    for (const { snapshot, content } of acknowledged) {
      const found = snapshots.find(({ id }) => id === snapshot.id);
      if (found === undefined) return `version ${snapshot.record.seq} is gone (${unreadable[0]?.reason ?? 'no trace'})`;
      const difference = await differenceFrom(vault, found, content);
      if (difference !== null) return `version ${snapshot.record.seq}: ${difference}`;
    }
    for (const snapshot of snapshots) {
      const report = await vault.checkStructure(snapshot);
      if (!report.ok) return `version ${snapshot.record.seq} is listed and not whole: ${report.problems[0]?.detail}`;
      await using view = await vault.view(snapshot);
      const bytes = await vault.rehash([...view.entries(), ...view.tops()]);
      if (!bytes.ok) return `version ${snapshot.record.seq} is listed and damaged: ${bytes.damaged[0]?.reason}`;
    }
    if (!tryNext) return null;
    const content = contentOf(7);
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    const parent = session.parent.parent;
    const known = acknowledged.find(({ snapshot }) => snapshot.id === parent?.id) ?? null;
    const next = await commitVersion(session, known, content, '2026-02-01T00:00:00Z');
    return await differenceFrom(vault, next, content);
  } finally {
    await vault.close();
    rmSync(vaultOptions.cacheDir, { recursive: true, force: true });
  }
}

test('the model of a disk can see a missing sync', { timeout: 60_000 }, async () => {
  // The same scenario on a disk that forgets to sync folders: a version must be lost somewhere, or the model is blind.
  const disk = new MemoryDisk();
  await (await Vault.create('/vault', options(disk))).close();
  disk.settle();
  disk.syncFolder = async () => undefined;
  let last: { readonly disk: MemoryDisk; readonly acknowledged: readonly Acknowledged[] } | null = null;
  await threeBackups(disk, (acknowledged) => {
    last = { disk: disk.crash('nothing-unsynced', new Random(1)), acknowledged };
  });
  const { disk: after, acknowledged } = last as unknown as { disk: MemoryDisk; acknowledged: readonly Acknowledged[] };
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(await inspect(after, acknowledged, false)).toMatch(/is gone/);
});
