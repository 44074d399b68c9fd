import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Vault } from '../../src/main/engine/vault/index.ts';
import { nodeIo } from '../../src/main/engine/vault/io/index.ts';
import { backUp, freshComputer, type Version } from '../support/vault/keeper.ts';

/** What somebody who can write to the disk, a NAS for example, may put into a vault: nothing leads out of it. */

const scratch = mkdtempSync(join(tmpdir(), 'backstop-hostile-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let root = '';
let outside = '';
let version: Version;
let id = '';

beforeEach(async () => {
  root = join(mkdtempSync(join(scratch, 'case-')), 'vault');
  outside = join(root, '..', 'outside');
  mkdirSync(outside);
  const vault = await Vault.create(root, freshComputer(scratch, nodeIo, { fanOut: 'two-hex' }));
  version = await backUp(vault, 0, []);
  id = vault.id;
  await vault.close();
});

const open = (): Promise<Vault> => Vault.open(root, freshComputer(scratch, nodeIo));
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

function plantEvent(facts: object): string {
  const head = { format: 'backstop-event', version: 1, vault: id, writer: 'w', at: '2026-01-01T00:00:00.000Z' };
  const line = `${JSON.stringify({ ...head, record: null, device: null, seq: null, ...facts })}\n`;
  const name = `20260101T000000000Z-11111111-${sha256(line)}.json`;
  writeFileSync(join(root, 'events', name), line);
  return name;
}

function plantGc(kind: 'mark' | 'moved', text: string): string {
  const name = `20260101T000000000Z-${sha256(text)}.${kind}.json`;
  writeFileSync(join(root, 'gc', name), text);
  return name;
}

test('an event cannot lead the repair out of the vault', async () => {
  const right = Buffer.from('secret text of somebody');
  const name = `00000001-${sha256(right)}.json`;
  const flipped = Buffer.from(right);
  flipped[3] = (flipped[3] as number) ^ 1;
  writeFileSync(join(outside, name), flipped);
  plantEvent({ kind: 'pin', record: sha256(right), device: '../../outside', seq: 1 });
  await using vault = await open();
  expect((await vault.scrub({ everything: true })).ok).toBe(false);
  await vault.repair();
  expect(readdirSync(outside)).toEqual([name]);
  expect(readFileSync(join(outside, name)).equals(flipped)).toBe(true);
});

test('events of another vault count for nothing here', async () => {
  const facts = { kind: 'retention', policy: { everyForDays: 1 }, replaces: [] };
  const other = plantEvent({ ...facts, vault: '00000000-0000-4000-8000-000000000000' });
  const { snapshot } = version;
  const { device, seq } = snapshot.record;
  const checked = { kind: 'verified', level: 'full', ok: true, opened: true, checked: 9, problems: 0 };
  plantEvent({ ...checked, vault: '00000000-0000-4000-8000-000000000000', record: snapshot.id, device, seq });
  await using vault = await open();
  const { events, unreadable } = await vault.listEvents();
  expect(events).toEqual([]);
  expect(unreadable.map(({ file }) => file)).toContain(other);
  await expect(vault.collect()).rejects.toMatchObject({ code: 'vault/gc-blocked' });
});

test('an event cannot use up the numbers of versions', async () => {
  plantEvent({ kind: 'from later', device: version.snapshot.record.device, seq: Number.MAX_SAFE_INTEGER });
  await using vault = await open();
  expect((await backUp(vault, 1, [version])).snapshot.record.seq).toBe(2);
});

test('lists of the collection that are no JSON, or too large, block only the collection', async () => {
  plantGc('moved', 'no json');
  const large = join(root, 'gc', `20260101T000000000Z-${'a'.repeat(64)}.moved.json`);
  writeFileSync(large, '');
  truncateSync(large, 65 * 1024 ** 3);
  await using vault = await open();
  const report = await vault.scrub({ everything: true });
  expect(report.problems.filter(({ file }) => file?.startsWith('gc/') === true)).toHaveLength(2);
  expect((await vault.checkStructure(version.snapshot)).ok).toBe(true);
  await vault.repair();
  await expect(vault.collect()).rejects.toMatchObject({ code: 'vault/gc-blocked' });
  expect((await backUp(vault, 1, [version])).snapshot.record.seq).toBe(2);
});

test('a missing pack is not there because a list says that it was moved to itself', async () => {
  const [pack] = version.snapshot.record.packsAdded as [string];
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  const moved = (from: string, to: string[]): string =>
    `${JSON.stringify({ format: 'backstop-moved', version: 1, vault: id, writer: 'w', at: 'x', from, to })}\n`;
  for (const [from, to] of [
    [pack, [a]],
    [a, [b, b]],
    [b, [a]],
  ] as Array<[string, string[]]>)
    plantGc('moved', moved(from, to));
  rmSync(join(root, 'packs', pack.slice(0, 2), `${pack}.pack`));
  await using vault = await open();
  expect((await vault.findMissing()).map(({ snapshot }) => snapshot)).toContain(version.snapshot.id);
  expect((await vault.checkStructure(version.snapshot)).ok).toBe(false);
  expect((await vault.chooseParent(version.snapshot.record.udid)).parent).toBeNull();
});

test.skipIf(process.platform === 'win32').each(['events', 'gc', 'tmp', 'packs', 'objects/ab'])(
  'a link in place of %s is refused',
  async (folder) => {
    renameSync(join(root, folder), join(outside, 'elsewhere'));
    symlinkSync(join(outside, 'elsewhere'), join(root, folder));
    await expect(open()).rejects.toMatchObject({ code: 'vault/linked-folder' });
  },
);

test.skipIf(process.platform === 'win32')('a pipe or a link under the name of a file holds nobody up', async () => {
  const [pack] = version.snapshot.record.packsAdded as [string];
  const path = join(root, 'packs', pack.slice(0, 2), `${pack}.pack`);
  const kept = join(outside, 'kept');
  renameSync(path, kept);
  symlinkSync(kept, path);
  for (const name of ['vault.copy.json', 'README.txt', 'ballast.bin']) {
    rmSync(join(root, name));
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(root, name)]);
  }
  await using vault = await open();
  const report = await vault.scrub({ everything: true });
  const files = report.problems.map(({ file }) => file);
  expect(files).toEqual(expect.arrayContaining(['vault.copy.json', 'README.txt', 'ballast.bin']));
  expect(files.some((file) => file?.includes(pack) === true)).toBe(true);
  const before = readFileSync(kept);
  await vault.repair();
  expect(readFileSync(kept).equals(before)).toBe(true);
});
