import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Snapshot, Vault, VaultOptions } from '../../src/main/engine/vault/index.ts';
import { vaultFolder } from '../support/vault/folders.ts';
import { Random } from '../support/vault/random.ts';
import { expectedTree, exportTo, missingByHand, recoverByHand, tree } from '../support/vault/recovered.ts';
import { type Content, commitVersion, UDID } from '../support/vault/versions.ts';

/** Does RECOVER.txt, followed to the letter with stock tools, give back what the app's own export gives? */

const folder = vaultFolder();
if (missingByHand.length > 0) console.warn(`SKIPPED in this place: recovery by hand needs ${missingByHand.join(', ')}`);
const byHand = test.skipIf(missingByHand.length > 0);

interface Version {
  readonly snapshot: Snapshot;
  readonly content: Content;
}

/** Small and large files that stay, that change, that come and go; empty ones; top files with spaces in their names. */
function contentOf(version: number): Content {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < 150; at += 1) files.set(`stays ${at}`, new Random(at + 1).bytes(at * 3 + 1));
  for (let at = 0; at < 4; at += 1) files.set(`new ${at}`, new Random(version * 100 + at + 1000).bytes(30_000 + at));
  files.set(`only in ${version}`, new Random(version + 900).bytes(700));
  files.set('large', new Random(version + 500).bytes(70_000));
  files.set('large and constant', new Random(400).bytes(80_000));
  files.set('empty', Buffer.alloc(0));
  if (version === 1) files.set('empty for a while', Buffer.alloc(0));
  files.set('Manifest.db', new Random(600 + version).bytes(4000));
  files.set('A folder/with spaces.plist', new Random(601).bytes(40));
  files.set('Larger than others.bin', new Random(602).bytes(66_000));
  files.set('empty.plist', Buffer.alloc(0));
  files.set('an empty folder.d/', Buffer.alloc(0));
  return files;
}

async function versions(
  count: number,
  options: Partial<VaultOptions> = {},
): Promise<{ vault: Vault; made: Version[] }> {
  const vault = await folder.open('a vault with spaces', options);
  const made: Version[] = [];
  for (let version = 0; version < count; version += 1) {
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    const content = contentOf(version);
    const date = new Date(Date.UTC(2026, 0, 1 + version)).toISOString();
    made.push({ snapshot: await commitVersion(session, made.at(-1) ?? null, content, date), content });
  }
  expect(made.at(-1)?.snapshot.record.catalogs.length).toBeGreaterThan(1);
  return { vault, made };
}

/** By hand, and compared with what was put in and with the export. */
async function expectByHand(vault: Vault, { snapshot, content }: Version): Promise<void> {
  const home = folder.path('a home with spaces');
  const { output } = recoverByHand(vault.dir, home, `record=${basename(snapshot.file)}`);
  expect(output).not.toContain('FAILED');
  const recovered = join(home, 'recovered');
  expect(tree(join(recovered, UDID))).toEqual(
    new Map([...expectedTree(content)].map(([path, hash]) => [path.slice(UDID.length + 1), hash])),
  );
  const exported = folder.path('exported');
  rmSync(exported, { recursive: true, force: true });
  await exportTo(vault, snapshot, exported);
  expect(tree(join(recovered, UDID))).toEqual(tree(join(exported, UDID)));
}

function filesOf(vault: Vault, kind: string): string[] {
  return readdirSync(join(vault.dir, kind), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name));
}

byHand('by hand: the newest version, and every older one, from a full list and several changes', async () => {
  const { vault, made } = await versions(3);
  const newest = made.at(-1) as Version;
  const home = folder.path('home');
  expect(recoverByHand(vault.dir, home).output).not.toMatch(/FAILED|rror/);
  expect(tree(join(home, 'recovered', UDID)).size).toBe(newest.content.size);
  for (const version of made) await expectByHand(vault, version);
});

byHand('by hand: a vault without folders of two letters', async () => {
  const { vault, made } = await versions(2, { fanOut: 'flat' });
  for (const version of made) await expectByHand(vault, version);
});

byHand('by hand: with catalogs/ deleted', async () => {
  const { vault, made } = await versions(3);
  // The export of the app reads them, so it comes first.
  const exported = folder.path('exported');
  await exportTo(vault, (made[2] as Version).snapshot, exported);
  rmSync(join(vault.dir, 'catalogs'), { recursive: true });
  const home = folder.path('home');
  const { output } = recoverByHand(vault.dir, home);
  expect(output).not.toContain('FAILED');
  expect(tree(join(home, 'recovered', UDID))).toEqual(tree(join(exported, UDID)));
});

byHand('by hand: an old version after its packs were written anew', async () => {
  const { vault, made } = await versions(4, {
    placement: async () => 'internal',
    policy: { singleFromBytes: 64 * 1024, packTargetBytes: 1024 * 1024 },
  });
  const before = filesOf(vault, 'packs');
  const going = made.slice(0, 2);
  await vault.forget(
    going.map(({ snapshot }) => snapshot),
    'owner',
  );
  for (const { snapshot } of going) await vault.expire(snapshot);
  await vault.collect();
  const moved = filesOf(vault, 'gc').filter((file) => file.endsWith('.moved.json'));
  expect(moved.length).toBeGreaterThan(0);
  const from = moved.map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { from: string }).from);
  const now = filesOf(vault, 'packs');
  const gone = before.filter((file) => !now.includes(file)).map((file) => basename(file, '.pack'));
  expect(gone.some((pack) => from.includes(pack))).toBe(true);
  for (const version of made.slice(2)) await expectByHand(vault, version);
});

byHand('by hand: what systems and sync programs leave lying about is in nobody’s way', async () => {
  const { vault, made } = await versions(2);
  for (const kind of ['packs', 'objects', 'catalogs', 'snapshots', 'gc']) {
    writeFileSync(join(vault.dir, kind, '.DS_Store'), 'x');
    writeFileSync(join(vault.dir, kind, 'desktop.ini'), 'x');
    for (const file of filesOf(vault, kind)) {
      writeFileSync(join(dirname(file), `._${basename(file)}`), 'an AppleDouble file');
      const [stem, ...rest] = basename(file).split('.');
      writeFileSync(join(dirname(file), `${stem} (1).${rest.join('.')}`), 'a conflict copy');
      copyFileSync(file, join(dirname(file), `${stem} (Anna's conflicted copy).${rest.join('.')}`));
    }
  }
  const device = (made[0] as Version).snapshot.record.device;
  mkdirSync(join(vault.dir, 'snapshots', `${device} (1)`));
  const newest = made.at(-1) as Version;
  const home = folder.path('home');
  expect(recoverByHand(vault.dir, home).output).not.toContain('FAILED');
  expect(tree(join(home, 'recovered', UDID)).size).toBe(newest.content.size);
  for (const version of made) await expectByHand(vault, version);
});

byHand('by hand: a flipped bit is named, and its file is marked as damaged', async () => {
  const { vault, made } = await versions(2);
  const { packsAdded } = (made[0] as Version).snapshot.record;
  const [pack = ''] = filesOf(vault, 'packs')
    .filter((file) => packsAdded.includes(basename(file, '.pack')))
    .sort((a, b) => statSync(b).size - statSync(a).size);
  const bytes = readFileSync(pack);
  bytes[96 + 64] = (bytes[96 + 64] as number) ^ 0x10; // The first byte of the first object.
  writeFileSync(`${pack}.new`, bytes);
  renameSync(`${pack}.new`, pack);
  const home = folder.path('home');
  const { output } = recoverByHand(vault.dir, home, `record=${basename((made[0] as Version).snapshot.file)}`);
  expect(output).toContain(`${basename(pack)}: FAILED`);
  const wanted = expectedTree((made[0] as Version).content);
  const got = tree(join(home, 'recovered'));
  const files = [...got].filter(([path]) => path.startsWith(UDID));
  expect(files.filter(([path]) => path.endsWith('.damaged'))).toHaveLength(1);
  for (const [path, hash] of files) if (!path.endsWith('.damaged')) expect(wanted.get(path)).toBe(hash);
  expect(files).toHaveLength(wanted.size);
});
