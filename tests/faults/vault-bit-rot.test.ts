import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type ScrubReport, Vault } from '../../src/main/engine/vault/index.ts';
import { isBackstopError } from '../../src/shared/errors/index.ts';
import { backUp, freshComputer, keeperContent, problemOf, type Version } from '../support/vault/keeper.ts';
import { MemoryDisk } from '../support/vault/memory-disk.ts';
import { Random } from '../support/vault/random.ts';
import { differenceFrom, UDID } from '../support/vault/versions.ts';

/**
 * Wrong, short and missing bytes in every file of a vault: the scrub finds each and names the versions that suffer, no
 * wrong byte is ever delivered, the repair heals what has another copy and takes nothing away.
 * BACKSTOP_SOAK=1 tries many more places in each file.
 */

const SOAK = process.env['BACKSTOP_SOAK'] === '1';
const PLACES = SOAK ? 200 : 2;
const scratch = mkdtempSync(join(tmpdir(), 'backstop-rot-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let original: Promise<{ readonly disk: MemoryDisk; readonly versions: readonly Version[] }> | null = null;

async function prepare(): Promise<{ readonly disk: MemoryDisk; readonly versions: readonly Version[] }> {
  const disk = new MemoryDisk();
  const vault = await Vault.create('/vault', freshComputer(scratch, disk));
  const versions: Version[] = [];
  for (let version = 0; version < 3; version += 1) versions.push(await backUp(vault, version, versions));
  await vault.writeNote((versions[0] as Version).snapshot, 'a note');
  await vault.close();
  return { disk, versions };
}

async function prepared(): Promise<{ readonly disk: MemoryDisk; readonly versions: readonly Version[] }> {
  original ??= prepare();
  const { disk, versions } = await original;
  return { disk: disk.crash('everything', new Random(1)), versions };
}

type Harm = 'bit' | 'short' | 'zeros' | 'gone' | 'swapped';

function harm(disk: MemoryDisk, path: string, kind: Harm, random: Random): void {
  const bytes = disk.bytesOf(path);
  if (kind === 'bit') {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    disk.plant(path, bytes);
  } else if (kind === 'short') disk.plant(path, bytes.subarray(0, random.below(bytes.length)));
  else if (kind === 'zeros')
    disk.plant(
      path,
      Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.alloc(bytes.length - (bytes.length >> 1))]),
    );
  else if (kind === 'gone') disk.remove(path);
  else {
    const [folder] = /^.*\//.exec(path) ?? [''];
    const others = disk.files().filter((one) => one.startsWith(folder) && one !== path);
    const other = others[random.below(others.length)] as string;
    disk.plant(path, disk.bytesOf(other));
    disk.plant(other, bytes);
  }
}

async function readsRight(vault: Vault, version: Version): Promise<'right' | 'named'> {
  try {
    const difference = await differenceFrom(vault, version.snapshot, version.content);
    expect(difference).toBeNull();
    return 'right';
  } catch (error) {
    if (!isBackstopError(error)) throw error;
    return 'named';
  }
}

/** Structure and every object re-read: what a full check of the bytes says. */
async function isWhole(vault: Vault, versions: readonly Version[], id: string): Promise<boolean> {
  const version = versions.find(({ snapshot }) => snapshot.id === id) as Version;
  try {
    return (await problemOf(vault, version)) === null;
  } catch (error) {
    if (!isBackstopError(error)) throw error;
    return false;
  }
}

function isListDamaged(report: ScrubReport, id: string): boolean {
  return report.problems.some(
    (one) => one.snapshot === id && one.kind === 'catalog' && /catalogs/.test(one.file ?? ''),
  );
}

test('whatever is wrong in whichever file, it is found and named, and no wrong byte is delivered', {
  timeout: SOAK ? 7_200_000 : 300_000,
}, async () => {
  const { disk: whole } = await prepared();
  const files = whole.files().filter((path) => !path.endsWith('ballast.bin'));
  const kinds: readonly Harm[] = ['short', 'zeros', 'gone', 'swapped'];
  const random = new Random(99);
  let tried = 0;
  let healed = 0;
  for (const [number, path] of files.entries()) {
    const chosen = SOAK ? kinds : [kinds[number % kinds.length] as Harm];
    for (const kind of ['bit' as const, ...chosen]) {
      for (let place = 0; place < (kind === 'bit' ? PLACES : 1); place += 1) {
        const { disk, versions } = await prepared();
        if (kind === 'swapped' && !/\/(packs|objects|catalogs|snapshots)\//.test(path)) continue;
        if (
          kind === 'zeros' &&
          disk
            .bytesOf(path)
            .subarray(disk.bytesOf(path).length >> 1)
            .every((byte) => byte === 0)
        )
          continue;
        harm(disk, path, kind, random);
        const name = `${kind} in ${path}`;
        // Nobody can miss a note, or the newest version, that nothing refers to.
        const newest = (versions.at(-1) as Version).snapshot.id;
        const isSilent = kind === 'gone' && (path.includes('/events/') || path.includes(newest));
        const vault = await Vault.open('/vault', freshComputer(scratch, disk));
        const report = await vault.scrub({ everything: true });
        tried += 1;
        if (!isSilent) {
          expect(report.ok, name).toBe(false);
          const file = path.slice('/vault/'.length);
          const errors = report.problems.filter((problem) => problem.severity === 'error');
          const isNamed = errors.some((problem) => problem.file === file || problem.object === hashIn(path));
          expect(isNamed, `${name}: ${JSON.stringify(errors.slice(0, 3))}`).toBe(true);
          if (/\/(packs|objects|catalogs|snapshots)\//.test(path)) {
            expect(
              errors.some((problem) => problem.snapshot !== null),
              name,
            ).toBe(true);
          }
        }
        const before = disk.files();
        const states = new Map<string, string>();
        for (const version of versions) states.set(version.snapshot.id, await readsRight(vault, version));
        // No damaged version is called verified: every version that cannot be read is among the named ones.
        const named = new Set(report.problems.map((problem) => problem.snapshot));
        for (const [id, state] of states) if (state === 'named') expect(named.has(id), name).toBe(true);
        const { snapshots: listed, events } = await vault.snapshots();
        for (const { id } of listed) {
          const isLost = report.problems.some((one) => one.snapshot === id && one.kind === 'lost-object');
          // A pack that lost its index, its records whole: read from there or not, the version is named as damaged.
          const isRescued = report.problems.some((one) => one.snapshot === id && one.kind === 'pack');
          const isRight = !isLost && !isListDamaged(report, id);
          if (!isRescued || !isRight) expect(await isWhole(vault, versions, id), `${name}: ${id}`).toBe(isRight);
          if (named.has(id)) {
            expect(
              events.some((event) => event.kind === 'damaged' && event.record === id),
              name,
            ).toBe(true);
          }
        }
        const repair = await vault.repair();
        const after = new Set(disk.files());
        const isKept = (one: string): boolean =>
          after.has(one) || [...after].some((other) => other.startsWith(`${one}.damaged`));
        for (const one of before.filter((each) => !/\/(leases|tmp)\//.test(each)))
          expect(isKept(one), `${name}: ${one}`).toBe(true);
        for (const version of versions) {
          const state = await readsRight(vault, version);
          if (states.get(version.snapshot.id) === 'right') expect(state, name).toBe('right');
        }
        if (repair.unrepaired.length === 0 && !path.includes('/snapshots/') && !path.includes('/events/')) {
          const again = await vault.scrub({ everything: true });
          expect(
            again.problems.filter((problem) => problem.severity === 'error'),
            name,
          ).toEqual([]);
          for (const { snapshot } of versions) expect(await isWhole(vault, versions, snapshot.id), name).toBe(true);
          const { parent, damaged } = await vault.chooseParent(UDID);
          expect([parent, damaged?.reason.includes('a check') ?? true], name).toEqual([parent, true]);
          healed += 1;
        }
        await vault.close();
      }
    }
  }
  console.log(`${files.length} files, ${tried} times harmed, ${healed} times healed without the phone`);
});

function hashIn(path: string): string | null {
  return /([0-9a-f]{64})/.exec(path)?.[1] ?? null;
}

test('a record whose wrong bit was found and put right is damaged no more: the next backup builds on its version', async () => {
  const { disk, versions } = await prepared();
  const newest = versions.at(-1) as Version;
  harm(disk, join('/vault', newest.snapshot.file), 'bit', new Random(7));
  const vault = await Vault.open('/vault', freshComputer(scratch, disk));
  expect((await vault.scrub({ everything: true })).problems).toMatchObject([
    { kind: 'record', severity: 'error', snapshot: newest.snapshot.id },
  ]);
  const repair = await vault.repair();
  expect(repair.unrepaired).toEqual([]);
  expect(repair.touched.map(({ id }) => id)).toContain(newest.snapshot.id);
  expect(await isWhole(vault, versions, newest.snapshot.id)).toBe(true);
  const { id: record, record: facts } = newest.snapshot;
  const verdict = { level: 'full', ok: true, opened: false, checked: facts.files, problems: 0 } as const;
  await vault.recordEvent({ kind: 'verified', record, device: facts.device, seq: facts.seq, ...verdict });
  const { parent, damaged } = await vault.chooseParent(UDID);
  expect([parent?.id, damaged]).toEqual([newest.snapshot.id, null]);
  await vault.close();
});

test('re-upload of a bit-rotten object (must heal)', async () => {
  const { disk, versions } = await prepared();
  const vault = await Vault.open('/vault', freshComputer(scratch, disk));
  const large = disk.files().filter((path) => path.startsWith('/vault/objects/'));
  const constant =
    large.find((path) => disk.bytesOf(path).equals(keeperContent(0).get('large and constant') as Buffer)) ?? '';
  harm(disk, constant, 'bit', new Random(5));
  const pack = disk.files().find((path) => path.endsWith('.pack') && disk.bytesOf(path).length > 20_000) ?? '';
  harm(disk, pack, 'zeros', new Random(6));
  const report = await vault.scrub({ everything: true });
  expect(new Set(report.problems.filter((one) => one.kind === 'lost-object').map((one) => one.snapshot)).size).toBe(3);
  const repair = await vault.repair();
  expect(repair.unrepaired.length).toBeGreaterThan(0);
  expect(repair.needsPhone.length).toBe(1);
  // The phone sends everything again: what is the same as before becomes whole in the old versions too.
  const next = await backUp(vault, 2, versions);
  expect(next.snapshot.record.full).toBe(true);
  expect(await readsRight(vault, { snapshot: next.snapshot, content: keeperContent(2) })).toBe('right');
  expect(await readsRight(vault, versions[2] as Version)).toBe('right');
  const second = await vault.repair();
  expect(second.unrepaired.every((one) => one.snapshot !== (versions[2] as Version).snapshot.id)).toBe(true);
  await vault.close();
});

test('a rolling scrub reads everything in 30 days, goes on where it stopped, and begins anew from the vault’s own notes', async () => {
  const { disk } = await prepared();
  let nowMs = disk.nowMs + 24 * 3_600_000;
  const clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs };
  const options = freshComputer(scratch, disk, { clock });
  const vault = await Vault.open('/vault', options);
  disk.nowMs = nowMs;
  expect((await vault.scrubCoverage()).share).toBe(0);
  const total = (await vault.scrubCoverage()).totalBytes;
  let runs = 0;
  for (let share = 0; share < 1; runs += 1) {
    const report = await vault.scrub({ everything: false, maxBytes: total / 5 });
    expect(report.ok).toBe(true);
    expect(report.coverage.share).toBeGreaterThan(share);
    share = report.coverage.share;
    nowMs += 3_600_000;
    disk.nowMs = nowMs;
    expect(runs).toBeLessThan(20);
  }
  expect(runs).toBeGreaterThan(2);
  expect(await vault.scrub({ everything: false })).toMatchObject({ readFiles: 0, isComplete: true });
  await vault.close();
  const other = await Vault.open('/vault', freshComputer(scratch, disk, { clock }));
  expect((await other.scrubCoverage()).share).toBe(1);
  nowMs += 31 * 24 * 3_600_000;
  disk.nowMs = nowMs;
  expect((await other.scrubCoverage()).share).toBe(0);
  expect((await other.scrub({ everything: false })).coverage.share).toBe(1);
  await other.close();
});
