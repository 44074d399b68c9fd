import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
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

test.skipIf(missing.length > 0)(
  'by hand, with sha256sum, sqlite3, tail and head only',
  { timeout: 60_000 },
  async () => {
    const { vault, versions } = await twoVersions();
    const out = folder.path('by hand');
    mkdirSync(out);
    const script = `
    set -eu
    find packs objects catalogs snapshots -type f ! -name '._*' |
      sed -E 's#^(.*/)([0-9]{8}-)?([0-9a-f]{64})(\\..*)?$#\\3  \\1\\2\\3\\4#' | sha256sum -c --quiet
    record=$(ls snapshots/*/*.json | tail -1)
    catalogs=$(sed -E 's/.*"catalogs":\\[([^]]*)\\].*/\\1/' "$record" | grep -oE '[0-9a-f]{64}' | tac)
    seen=" "
    for catalog in $catalogs; do
      while IFS='|' read -r id obj size pack off slen flags; do
        case "$seen" in *" $id "*) continue;; esac
        seen="$seen$id "
        [ -n "$obj" ] || continue
        mkdir -p "$OUT/\${id:0:2}"; target="$OUT/\${id:0:2}/$id"
        if [ "$size" = 0 ]; then : > "$target"
        elif [ "$pack" = 0 ]; then cp "objects/\${obj:0:2}/$obj" "$target"
        else tail -c +$((off+1)) "packs/\${pack:0:2}/$pack.pack" | head -c "$slen" > "$target"
          [ "$(sha256sum < "$target" | cut -c1-64)" = "$obj" ]
        fi
      done < <(sqlite3 "file:catalogs/$catalog.db?immutable=1" "select lower(hex(id)), lower(hex(obj)), size,
        case pack when 0 then 0 else (select lower(hex(hash)) from pack where n = entry.pack) end, off, slen, flags from entry")
    done`;
    execFileSync('bash', ['-c', script], {
      cwd: vault.dir,
      env: { ...process.env, OUT: join(out, UDID) },
    });
    const wanted = expected(versions[1]?.content as Content);
    for (const path of [...wanted.keys()]) if (path.includes('.')) wanted.delete(path);
    expect(tree(out)).toEqual(wanted);
  },
);

test.skipIf(missing.length > 0)(
  'a vault that another program wrote from the text of the format is read and built upon',
  { timeout: 60_000 },
  async () => {
    const target = folder.path('golden');
    execFileSync('python3', [join(import.meta.dirname, '../support/vault/golden_vault.py'), target]);
    const truth = JSON.parse(readFileSync(join(target, '..', 'golden.truth.json'), 'utf8')) as ReadonlyArray<{
      readonly id: string;
      readonly files: Readonly<Record<string, string>>;
    }>;
    const vault = await folder.open('golden');
    const { snapshots, unreadable } = await vault.snapshots();
    expect(unreadable).toEqual([]);
    expect(snapshots.map(({ id }) => id)).toEqual(truth.map(({ id }) => id));
    for (const [at, snapshot] of snapshots.entries()) {
      expect(await vault.checkStructure(snapshot)).toMatchObject({ ok: true, problems: [] });
      await using view = await vault.view(snapshot);
      expect(await vault.rehash([...view.entries(), ...view.tops()])).toMatchObject({ ok: true });
      const files = truth[at]?.files ?? {};
      let seen = 0;
      for (const entry of [...view.entries(), ...view.tops()]) {
        const name = 'id' in entry ? entry.id.toString('hex') : entry.name;
        const bytes = await view.readWhole(entry, 1 << 24);
        expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(files[name]);
        seen += 1;
      }
      expect(seen).toBe(Object.keys(files).length);
    }
    const newest = snapshots.at(-1) as Snapshot;
    await using session = await vault.openSession({ udid: newest.record.udid, label: 'ignored' });
    expect(session.parent.parent?.id).toBe(newest.id);
    const next = await session.commit({
      parent: newest,
      full: false,
      changes: [],
      tops: [],
      facts: {
        udid: newest.record.udid,
        name: 'x',
        model: 'x',
        ios: '18',
        encrypted: true,
        statusUuid: 'x',
        statusDate: '2027-01-01T00:00:00Z',
        startedAt: '2027-01-01T00:00:00Z',
      },
    });
    expect(next.record).toMatchObject({
      device: newest.record.device,
      seq: newest.record.seq + 1,
      files: newest.record.files,
    });
  },
);

test('the index of objects can be thrown away at any time', async () => {
  const { vault, versions } = await twoVersions();
  await vault.close();
  renameSync(folder.path('cache'), folder.path('gone'));
  const again = await folder.open();
  await using view = await again.view(versions[0]?.snapshot as Snapshot);
  expect(await again.rehash(view.entries())).toMatchObject({ ok: true, objects: 31 });
});
