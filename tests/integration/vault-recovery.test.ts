import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import type { Snapshot, Vault } from '../../src/main/engine/vault/index.ts';
import { vaultFolder } from '../support/vault/folders.ts';
import { Random } from '../support/vault/random.ts';
import { type Content, commitVersion, fileId, UDID } from '../support/vault/versions.ts';

/** Getting everything out without the app: by the one-file programs in each vault, and by hand with stock tools. */

const folder = vaultFolder();

function has(tool: string): boolean {
  return spawnSync(tool, ['--version']).error === undefined;
}
const missing = ['python3', 'sqlite3', 'zstd', 'sha256sum', 'bash'].filter((tool) => !has(tool));
if (missing.length > 0) console.warn(`SKIPPED in this place: the recovery tests that need ${missing.join(', ')}`);

function content(version: number): Content {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < 30; at += 1)
    files.set(`file ${at}`, new Random(at + (at < 3 ? version * 100 : 0) + 1).bytes(at * 200 + 1));
  if (version > 0) files.delete('file 9');
  files.set('large', new Random(500).bytes(80_000));
  files.set('empty', Buffer.alloc(0));
  files.set('Manifest.db', new Random(600 + version).bytes(4000));
  files.set('Snapshot kept/odd.name', new Random(601).bytes(40));
  return files;
}

async function twoVersions(): Promise<{
  vault: Vault;
  versions: ReadonlyArray<{ snapshot: Snapshot; content: Content }>;
}> {
  const vault = await folder.open();
  const versions: Array<{ snapshot: Snapshot; content: Content }> = [];
  for (const version of [0, 1]) {
    await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
    const files = content(version);
    const date = `2026-01-0${version + 1}T00:00:00Z`;
    versions.push({ snapshot: await commitVersion(session, versions.at(-1) ?? null, files, date), content: files });
  }
  expect(versions[1]?.snapshot.record.catalogs).toHaveLength(2);
  return { vault, versions };
}

function tree(root: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const item of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!item.isFile()) continue;
    const path = join(item.parentPath, item.name);
    found.set(relative(root, path), createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return new Map([...found].sort());
}

function expected(files: Content): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, bytes] of files) {
    const id = fileId(name).toString('hex');
    const path = name.includes('.') ? name : `${id.slice(0, 2)}/${id}`;
    found.set(`${UDID}/${path}`, createHash('sha256').update(bytes).digest('hex'));
  }
  return new Map([...found].sort());
}

const programs = [
  ['recover.py', 'python3'],
  ['recover.mjs', process.execPath],
] as const;

for (const [program, runner] of programs) {
  const run = (vault: string, ...words: string[]): { status: number | null; out: string } => {
    const result = spawnSync(runner, [join(vault, program), words[0] as string, vault, ...words.slice(1)], {
      encoding: 'utf8',
    });
    return { status: result.status, out: result.stdout + result.stderr };
  };

  test.skipIf(missing.length > 0)(
    `${program} gives back every version, also without catalogs/ and from a cut pack`,
    { timeout: 60_000 },
    async () => {
      const { vault, versions } = await twoVersions();
      expect(run(vault.dir, 'list').out).toContain(versions[0]?.snapshot.id);
      expect(run(vault.dir, 'check')).toMatchObject({ status: 0 });
      for (const { snapshot, content: files } of versions) {
        const out = folder.path(`out-${snapshot.record.seq}`);
        expect(run(vault.dir, 'extract', snapshot.id.slice(0, 10), out)).toMatchObject({ status: 0 });
        expect(tree(out)).toEqual(expected(files));
      }
      rmSync(join(vault.dir, 'catalogs'), { recursive: true });
      expect(run(vault.dir, 'extract', '--all', folder.path('all'))).toMatchObject({ status: 0 });
      const device = versions[0]?.snapshot.record.device as string;
      const names = readdirSync(join(folder.path('all'), device)).sort();
      expect(names).toHaveLength(2);
      for (const [at, name] of names.entries()) {
        expect(tree(join(folder.path('all'), device, name))).toEqual(expected(versions[at]?.content as Content));
      }
      // The largest pack is cut: what lies before the cut is found by its record headers.
      const packs = readdirSync(join(vault.dir, 'packs'), { recursive: true, withFileTypes: true })
        .filter((item) => item.isFile())
        .map((item) => join(item.parentPath, item.name))
        .sort((a, b) => statSync(b).size - statSync(a).size);
      truncateSync(packs[0] as string, Math.floor(statSync(packs[0] as string).size * 0.6));
      const cut = run(vault.dir, 'extract', versions[0]?.snapshot.id as string, folder.path('cut'));
      expect(cut.status).toBe(1);
      expect(cut.out).toContain('no sound index');
      const whole = expected(versions[0]?.content as Content);
      const got = tree(folder.path('cut'));
      expect(got.size).toBeGreaterThan(10);
      expect(got.size).toBeLessThan(whole.size);
      for (const [path, hash] of got) expect(whole.get(path)).toBe(hash);
    },
  );
}

test('the index of objects can be thrown away at any time', async () => {
  const { vault, versions } = await twoVersions();
  await vault.close();
  renameSync(folder.path('cache'), folder.path('gone'));
  const again = await folder.open();
  await using view = await again.view(versions[0]?.snapshot as Snapshot);
  expect(await again.rehash(view.entries())).toMatchObject({ ok: true, objects: 31 });
});
