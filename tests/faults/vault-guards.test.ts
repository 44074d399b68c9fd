import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Snapshot, Vault, type VaultOptions } from '../../src/main/engine/vault/index.ts';
import type { FileFacts, FolderItem, VaultFile, VaultIo, VolumeFacts } from '../../src/main/engine/vault/io/index.ts';
import { isBackstopError } from '../../src/shared/errors/index.ts';
import { dayOf, freshComputer, keeperContent, problemOf, type Version } from '../support/vault/keeper.ts';
import { MemoryDisk } from '../support/vault/memory-disk.ts';
import { Random } from '../support/vault/random.ts';
import { type Content, commitVersion, UDID } from '../support/vault/versions.ts';

/**
 * A collection on one computer while another one stores a version that needs what is about to be deleted. Four guards
 * stand between that and a loss: leases, the day of grace, the writer's own check, and the sweeper's new account. Each
 * is switched off by showing a computer an older or emptier disk than there is. With any one of them off, nothing may
 * be lost; with all of them off something must be, or these tests could not see it.
 */

const scratch = mkdtempSync(join(tmpdir(), 'backstop-guards-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const HOUR_MS = 3_600_000;
const GUARDS = ['leases', 'grace', 'writer', 'account'] as const;
type Guard = (typeof GUARDS)[number];

/** When the other computer commits, seen from the collecting one. */
const MOMENTS = [
  'before it begins',
  'before its mark',
  'between mark and sweep',
  'before the first deletion',
  'at the end',
] as const;
type Moment = (typeof MOMENTS)[number];

/** One computer's sight of the disk. */
class Sight implements VaultIo {
  readonly #disk: MemoryDisk;
  before: (kind: string, path: string) => Promise<void> = async () => undefined;
  isHidden: (path: string) => boolean = () => false;
  ageMs: (path: string) => number = () => 0;

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
  }

  async open(path: string, mode: 'read' | 'create' | 'update'): Promise<VaultFile> {
    if (mode === 'create') await this.before('create', path);
    return this.#disk.open(path, mode);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(from, to);
  }

  async unlink(path: string): Promise<void> {
    await this.before('unlink', path);
    return this.#disk.unlink(path);
  }

  mkdir(path: string): Promise<void> {
    return this.#disk.mkdir(path);
  }

  rmdir(path: string): Promise<void> {
    return this.#disk.rmdir(path);
  }

  async readdir(path: string): Promise<readonly FolderItem[]> {
    return (await this.#disk.readdir(path)).filter((item) => !this.isHidden(`${path}/${item.name}`));
  }

  async stat(path: string): Promise<FileFacts | null> {
    const facts = await this.#disk.stat(path);
    return facts === null ? null : { ...facts, modifiedMs: facts.modifiedMs - this.ageMs(path) };
  }

  syncFolder(path: string): Promise<void> {
    return this.#disk.syncFolder(path);
  }

  statfs(): Promise<VolumeFacts> {
    return this.#disk.statfs();
  }
}

function computer(name: 'desk' | 'lap', io: VaultIo): VaultOptions {
  const digit = name === 'desk' ? '1' : '2';
  const installation = `${digit.repeat(8)}-2222-4333-8444-555555555555`;
  return freshComputer(scratch, io, {
    host: { installation, name, boot: 'boot' },
    placement: async () => 'network',
  });
}

/** Like a usual version, and with what only the forgotten version held. */
function contentWithOld(): Content {
  const old = keeperContent(0);
  const content = new Map(keeperContent(7));
  for (const name of ['new 0', 'new 1', 'large']) content.set(`old ${name}`, old.get(name) ?? Buffer.alloc(0));
  return content;
}

let original: Promise<{ readonly disk: MemoryDisk; readonly versions: readonly Version[] }> | null = null;

/** Version 0 is forgotten for good; versions 1 and 2 stay. All of it is days old. */
async function prepare(): Promise<{ readonly disk: MemoryDisk; readonly versions: readonly Version[] }> {
  const disk = new MemoryDisk();
  await using vault = await Vault.create('/vault', computer('lap', disk));
  const versions: Version[] = [];
  for (let version = 0; version < 3; version += 1) {
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    const content = keeperContent(version);
    versions.push({
      snapshot: await commitVersion(session, versions.at(-1) ?? null, content, dayOf(version)),
      content,
    });
  }
  disk.nowMs += 72 * HOUR_MS;
  const [first] = versions as [Version];
  await vault.forget([first.snapshot], 'owner');
  await vault.expire(first.snapshot);
  return { disk, versions: versions.slice(1) };
}

interface Outcome {
  readonly committed: boolean;
  readonly problem: string | null;
  readonly ends: string;
}

async function race(off: ReadonlySet<Guard>, moment: Moment): Promise<Outcome> {
  original ??= prepare();
  const prepared = await original;
  const disk = prepared.disk.crash('everything', new Random(1));
  const writer = new Sight(disk);
  const sweeper = new Sight(disk);
  const lap = await Vault.open('/vault', computer('lap', writer));
  const session = await lap.openSession({ udid: UDID, label: 'Anna' });
  const content = contentWithOld();
  const seen = new Set(disk.files());
  if (off.has('writer')) writer.isHidden = (path) => path.includes('/gc/');
  if (off.has('leases')) sweeper.isHidden = (path) => path.includes('/leases/session-');
  if (off.has('grace')) sweeper.ageMs = (path) => (/\/(packs|objects|catalogs|gc)\//.test(path) ? 72 * HOUR_MS : 0);
  let snapshot: Snapshot | null = null;
  const ends: string[] = [];
  const commit = async (): Promise<void> => {
    try {
      snapshot = await commitVersion(session, prepared.versions.at(-1) ?? null, content, dayOf(7));
    } catch (error) {
      ends.push(isBackstopError(error) ? error.code : String(error));
    }
  };
  // Everything is uploaded; only the commit is still to come.
  const stored = await storeAll(session, content);
  expect(stored).toBeGreaterThan(0);
  const reached = new Set<Moment>();
  const at = async (now: Moment): Promise<void> => {
    if (reached.has(now)) return;
    reached.add(now);
    if (now === moment) await commit();
  };
  sweeper.before = async (kind, path) => {
    if (kind === 'create' && /\/tmp\/gc-/.test(path)) await at('before its mark');
    if (kind === 'unlink' && /\/(packs|objects|catalogs)\//.test(path)) await at('before the first deletion');
  };
  const desk = await Vault.open('/vault', computer('desk', sweeper));
  const collect = async (): Promise<void> => {
    try {
      await desk.collect();
    } catch (error) {
      ends.push(isBackstopError(error) ? error.code : String(error));
    }
  };
  await at('before it begins');
  await collect();
  await at('between mark and sweep');
  if (off.has('account')) {
    const hidden = sweeper.isHidden;
    sweeper.isHidden = (path) =>
      hidden(path) || (path.includes('/snapshots/') && path.endsWith('.json') && !seen.has(path));
  }
  if (!off.has('grace')) disk.nowMs += 25 * HOUR_MS;
  await collect();
  await at('at the end');
  await session.abort();
  await lap.close();
  await desk.close();

  await using vault = await Vault.open('/vault', computer('lap', disk));
  let problem: string | null = null;
  for (const version of prepared.versions) problem ??= await problemOf(vault, version);
  const made = snapshot as Snapshot | null;
  if (made !== null) problem ??= await problemOf(vault, { snapshot: made, content });
  return { committed: made !== null, problem, ends: ends.join(', ') };
}

async function storeAll(session: Awaited<ReturnType<Vault['openSession']>>, content: Content): Promise<number> {
  for (const bytes of content.values()) {
    const writer = session.createObject(bytes.length);
    await writer.write(bytes);
    await writer.finish();
  }
  await session.seal();
  return content.size;
}

test('with any one guard off nothing is lost, whenever the other computer commits', { timeout: 300_000 }, async () => {
  for (const off of [null, ...GUARDS]) {
    for (const moment of MOMENTS) {
      const outcome = await race(new Set(off === null ? [] : [off]), moment);
      expect(outcome.problem, `${off ?? 'no guard'} off, commit ${moment}`).toBeNull();
    }
  }
});

test('with all guards off a loss is seen', { timeout: 300_000 }, async () => {
  const losses: string[] = [];
  for (const moment of MOMENTS) {
    const { problem } = await race(new Set(GUARDS), moment);
    if (problem !== null) losses.push(`${moment}: ${problem}`);
  }
  console.log('With every guard off:', losses);
  expect(losses.length).toBeGreaterThan(0);
});

test('which sets of guards are enough', { timeout: 600_000 }, async () => {
  const lost: string[] = [];
  for (let bits = 1; bits < 1 << GUARDS.length; bits += 1) {
    const off = GUARDS.filter((_, at) => (bits & (1 << at)) !== 0);
    for (const moment of MOMENTS) {
      const { problem } = await race(new Set(off), moment);
      if (problem === null) continue;
      lost.push(off.join(' + '));
      break;
    }
  }
  console.log('Lost with these off:', lost);
  expect(lost.filter((set) => !set.includes('+'))).toEqual([]);
});
