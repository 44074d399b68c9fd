import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Snapshot, Vault, type VaultOptions } from '../../../src/main/engine/vault/index.ts';
import type { VaultIo } from '../../../src/main/engine/vault/io/index.ts';
import type { MemoryDisk } from './memory-disk.ts';
import { Random } from './random.ts';
import { type Content, commitVersion, differenceOf, UDID } from './versions.ts';

/** A vault on any disk, versions whose truth is known, and one question: is everything there that has to be? */

export interface Version {
  readonly snapshot: Snapshot;
  readonly content: Content;
}

const MINUTE_MS = 60_000;
let caches = 0;

/** Options of one computer that was just started; with a cache of its own, so that nothing is remembered. */
export function freshComputer(scratch: string, io: VaultIo, options: Partial<VaultOptions> = {}): VaultOptions {
  caches += 1;
  return {
    host: { installation: '11111111-2222-4333-8444-555555555555', name: 'desk', boot: `boot ${caches}` },
    cacheDir: join(scratch, `cache-${caches}`),
    io,
    policy: { singleFromBytes: 64 * 1024, packTargetBytes: 128 * 1024 },
    fanOut: 'flat',
    placement: async () => 'internal',
    ...options,
  };
}

/** Some files that stay, some that each version has anew, single objects, an empty file, tops. */
export function keeperContent(version: number, files = 14): Content {
  const made = new Map<string, Buffer>();
  for (let at = 0; at < files; at += 1) made.set(`stays ${at}`, new Random(at + 1).bytes(300 + at * 40));
  for (let at = 0; at < 2; at += 1)
    made.set(`new ${at}`, new Random(version * 1000 + at + 100).bytes(20_000 + at * 900));
  made.set('large', new Random(version + 5000).bytes(70_000));
  made.set('large and constant', new Random(6000).bytes(66_000));
  made.set('empty', Buffer.alloc(0));
  made.set('Manifest.db', new Random(version + 7000).bytes(3000));
  made.set('Status.plist', new Random(version + 8000).bytes(100));
  return made;
}

export function dayOf(version: number): string {
  return new Date(Date.UTC(2026, 0, 1 + version)).toISOString();
}

export async function backUp(vault: Vault, version: number, parents: readonly Version[]): Promise<Version> {
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  const parent = session.parent.parent;
  const before = parents.find(({ snapshot }) => snapshot.id === parent?.id) ?? null;
  const content = keeperContent(version);
  return { snapshot: await commitVersion(session, before, content, dayOf(version)), content };
}

/** Every byte of a version, and its structure; null when all is well. */
export async function problemOf(vault: Vault, { snapshot, content }: Version): Promise<string | null> {
  const name = `version ${snapshot.record.seq}`;
  const structure = await vault.checkStructure(snapshot);
  if (!structure.ok) return `${name}: ${structure.problems[0]?.detail}`;
  await using view = await vault.view(snapshot);
  const difference = await differenceOf(view, content);
  if (difference !== null) return `${name}: ${difference}`;
  const bytes = await vault.rehash([...view.entries(), ...view.tops()]);
  return bytes.ok ? null : `${name}: ${bytes.damaged[0]?.reason}`;
}

/**
 * Opens what a disaster left as a computer that knows nothing. `known`: every version whose content is known. `must`:
 * those that have to be on the list. `thorough`: with
 * the next collection too. Whatever is listed, or can still be brought back, has to be whole; the next backup
 * and the next collection have to succeed and leave everything whole.
 */
export async function inspectVault(
  disk: MemoryDisk,
  options: VaultOptions,
  known: readonly Version[],
  must: readonly Version[],
  thorough = true,
): Promise<string | null> {
  let sinceBootMs = 0;
  const vault = await Vault.open('/vault', { ...options, sinceBootMs: () => sinceBootMs });
  try {
    // This computer lost its own notes too: what a dead session left as its lease is given up after half an hour.
    await vault.cleanUp();
    sinceBootMs += 31 * MINUTE_MS;
    disk.nowMs += 31 * MINUTE_MS;
    const before = await listed(vault, known, must);
    if (typeof before === 'string') return before;
    const next = await backUp(vault, 90, known);
    const problem = await problemOf(vault, next);
    if (problem !== null) return `the next backup: ${problem}`;
    if (!thorough) return null;
    await vault.collect();
    const after = await listed(vault, [...known, next], [...must, next]);
    return typeof after === 'string' ? `after the next collection: ${after}` : null;
  } finally {
    await vault.close();
    rmSync(options.cacheDir, { recursive: true, force: true });
  }
}

async function listed(vault: Vault, known: readonly Version[], must: readonly Version[]): Promise<string | null> {
  const { snapshots, forgotten, unreadable } = await vault.snapshots();
  if (unreadable.length > 0) return `unreadable: ${unreadable[0]?.file} ${unreadable[0]?.reason}`;
  for (const { snapshot } of must) {
    if (!snapshots.some(({ id }) => id === snapshot.id)) return `version ${snapshot.record.seq} is gone`;
  }
  for (const one of [...snapshots, ...forgotten.filter((each) => !each.forgotten.isExpired)]) {
    const truth = known.find(({ snapshot }) => snapshot.id === one.id);
    // A version that was committed and not acknowledged any more: its structure and hashes tell.
    const version = truth ?? { snapshot: one, content: keeperContent(one.record.seq - 1) };
    const problem = await problemOf(vault, version);
    if (problem !== null) return problem;
  }
  return null;
}
