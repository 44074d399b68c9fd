import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Snapshot, Vault, VaultOptions } from '../../src/main/engine/vault/index.ts';
import { vaultFolder } from '../support/vault/folders.ts';
import { Random } from '../support/vault/random.ts';
import { expectedTree, exportTo, missingTools, PROGRAMS, recover, tree } from '../support/vault/recovered.ts';
import { type Content, commitVersion, fileId, UDID } from '../support/vault/versions.ts';

/** The one-file programs that lie in every vault: everything comes out without the app, and never a wrong byte. */

const folder = vaultFolder();
const missing = missingTools(['python3', 'zstd']);
if (missing.length > 0) console.warn(`SKIPPED in this place: the tests of recover.py need ${missing.join(', ')}`);
const programs = PROGRAMS.filter(([name]) => name !== 'recover.py' || missing.length === 0);

interface Version {
  readonly snapshot: Snapshot;
  readonly content: Content;
}

function contentOf(version: number): Content {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < 30; at += 1)
    files.set(`file ${at}`, new Random(at + (at < 3 ? version * 100 : 0) + 1).bytes(at * 200 + 1));
  if (version > 0) files.delete('file 9');
  for (let at = 0; at < 6; at += 1) files.set(`new ${at}`, new Random(version * 100 + at + 2000).bytes(25_000));
  files.set('large', new Random(500).bytes(80_000));
  files.set(`large ${version}`, new Random(501 + version).bytes(90_000));
  files.set('empty', Buffer.alloc(0));
  files.set('Manifest.db', new Random(600 + version).bytes(4000));
  files.set('Snapshot kept/odd.name', new Random(601).bytes(40));
  files.set('empty.d/', Buffer.alloc(0));
  return files;
}

async function versions(
  count: number,
  options: Partial<VaultOptions> = {},
): Promise<{ vault: Vault; made: Version[] }> {
  const vault = await folder.open('a vault', options);
  return {
    vault,
    made: await commitAll(
      vault,
      Array.from({ length: count }, (_, version) => contentOf(version)),
    ),
  };
}

async function commitAll(vault: Vault, contents: readonly Content[], udid = UDID): Promise<Version[]> {
  const made: Version[] = [];
  for (const [version, content] of contents.entries()) {
    await using session = await vault.openSession({ udid, label: 'Anna' });
    const date = new Date(Date.UTC(2026, 0, 1 + version)).toISOString();
    made.push({ snapshot: await commitVersion(session, made.at(-1) ?? null, content, date), content });
  }
  return made;
}

function filesOf(vault: string, kind: string): string[] {
  return readdirSync(join(vault, kind), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name))
    .sort();
}

function flip(file: string, at: number, bit = 0): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ (1 << bit);
  rmSync(file);
  writeFileSync(file, bytes);
}

/** A new record instead of the first one, under a right name. */
function forge(vault: Vault, { snapshot }: Version, change: (record: Record<string, unknown>) => unknown): string {
  const file = join(vault.dir, snapshot.file);
  const record = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const bytes = Buffer.from(`${JSON.stringify(change(record))}\n`);
  const id = createHash('sha256').update(bytes).digest('hex');
  rmSync(file);
  writeFileSync(join(file, '..', `${basename(file).slice(0, 9)}${id}.json`), bytes);
  return id;
}

const folderOf = ({ snapshot: { id, record } }: Version): string =>
  join(record.device, `${String(record.seq).padStart(8, '0')}-${id.slice(0, 12)}`);

describe.each(programs.map((program) => [program[0], program] as const))('%s', (_, program) => {
  const run = (vault: string, ...words: string[]) => recover(program, vault, words);

  test('gives back what the export gives, also without catalogs/', { timeout: 60_000 }, async () => {
    const { vault, made } = await versions(3);
    expect(made[2]?.snapshot.record.catalogs.length).toBeGreaterThan(0);
    expect(run(vault.dir, 'check')).toMatchObject({ status: 0, stderr: '' });
    expect(run(vault.dir, 'list').stdout.match(/^[0-9a-f]{64}/gm)).toEqual(made.map(({ snapshot }) => snapshot.id));
    for (const [at, { snapshot, content }] of made.entries()) {
      const out = folder.path(`out-${at}`);
      const wanted = at === 2 ? 'latest' : snapshot.id.slice(0, 10);
      expect(run(vault.dir, 'extract', wanted, out)).toMatchObject({ status: 0, stderr: '' });
      expect(tree(out)).toEqual(expectedTree(content));
      await exportTo(vault, snapshot, folder.path(`export-${at}`));
      expect(tree(out, true)).toEqual(tree(folder.path(`export-${at}`), true));
      expect(statSync(join(out, UDID, 'Manifest.db')).mode & 0o777).toBe(0o600);
    }
    rmSync(join(vault.dir, 'catalogs'), { recursive: true });
    expect(run(vault.dir, 'extract', '--all', folder.path('all'))).toMatchObject({ status: 0 });
    for (const version of made) {
      expect(tree(join(folder.path('all'), folderOf(version)))).toEqual(expectedTree(version.content));
    }
  });

  test('reads an old version after its packs were written anew', { timeout: 60_000 }, async () => {
    const { vault, made } = await versions(3, {
      placement: async () => 'internal',
      policy: { singleFromBytes: 64 * 1024, packTargetBytes: 1024 * 1024 },
    });
    const [first, ...kept] = made as [Version, ...Version[]];
    await vault.forget([first.snapshot], 'owner');
    expect(run(vault.dir, 'list').stdout).toMatch(new RegExp(`^${first.snapshot.id}.*  forgotten$`, 'm'));
    await vault.expire(first.snapshot);
    await vault.collect();
    expect(filesOf(vault.dir, 'gc').some((file) => file.endsWith('.moved.json'))).toBe(true);
    expect(run(vault.dir, 'check')).toMatchObject({ status: 0, stderr: '' });
    expect(run(vault.dir, 'extract', '--all', folder.path('all'))).toMatchObject({ status: 0 });
    for (const version of kept) {
      expect(tree(join(folder.path('all'), folderOf(version)))).toEqual(expectedTree(version.content));
    }
  });

  test('takes from a cut pack what is whole in it, and names the rest', { timeout: 60_000 }, async () => {
    const { vault, made } = await versions(1);
    const [{ snapshot, content }] = made as [Version];
    const [pack = ''] = filesOf(vault.dir, 'packs').sort((a, b) => statSync(b).size - statSync(a).size);
    truncateSync(pack, Math.floor(statSync(pack).size * 0.6));
    const result = run(vault.dir, 'extract', snapshot.id, folder.path('cut'));
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('no sound index');
    const whole = expectedTree(content);
    const got = tree(folder.path('cut'));
    for (const path of got.keys()) if (/\/[0-9a-f]{2}\/$/.test(path)) got.delete(path);
    for (const [path, hash] of got) expect(whole.get(path)).toBe(hash);
    const lost = [...whole.keys()].filter((path) => !got.has(path));
    expect(lost.length).toBeGreaterThan(2);
    expect(got.size).toBeGreaterThan(10);
    const named = [...result.stderr.matchAll(/^PROBLEM: (.*) is left out: /gm)].map(([, name]) => `${UDID}/${name}`);
    expect(named.toSorted()).toEqual(lost.toSorted());
    expect(result.stderr).toContain(`${lost.length} files are not in it`);
    // What remains of it can be had without any list.
    run(vault.dir, 'dump', folder.path('dump'));
    for (const name of readdirSync(folder.path('dump'))) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(folder.path('dump'), name)))
          .digest('hex'),
      ).toBe(name);
    }
    expect(readdirSync(folder.path('dump')).length).toBeGreaterThan(got.size - 3);
  });

  test('finds one flipped bit anywhere, and delivers no wrong byte', { timeout: 120_000 }, async () => {
    const { vault, made } = await versions(2);
    await vault.pin((made[0] as Version).snapshot);
    await vault.close();
    const random = new Random(77);
    const kinds = ['packs', 'objects', 'catalogs', 'snapshots', 'events'];
    const targets = kinds.flatMap((kind) => filesOf(vault.dir, kind).slice(0, 2));
    for (const file of [...targets, join(vault.dir, 'vault.json'), join(vault.dir, 'vault.copy.json')]) {
      const copy = folder.path('copy');
      rmSync(copy, { recursive: true, force: true });
      cpSync(vault.dir, copy, { recursive: true });
      const target = join(copy, relative(vault.dir, file));
      const at = random.bytes(4).readUInt32LE() % statSync(target).size;
      flip(target, at, at % 8);
      const check = run(copy, 'check');
      expect(check.status, file).toBe(1);
      expect(check.stderr, file).toContain(`PROBLEM: ${target}: `);
      const out = folder.path('out');
      rmSync(out, { recursive: true, force: true });
      run(copy, 'extract', '--all', out);
      for (const version of made) {
        const wanted = expectedTree(version.content);
        const at = join(out, folderOf(version));
        if (!existsSync(at)) continue;
        for (const [path, hash] of tree(at)) if (!/\/[0-9a-f]{2}\/$/.test(path)) expect(wanted.get(path)).toBe(hash);
      }
    }
  });

  test('says of a damaged object in which versions and files it stood', { timeout: 60_000 }, async () => {
    const { vault, made } = await versions(2);
    const [first, second] = made as [Version, Version];
    const shared = createHash('sha256')
      .update(first.content.get('large') as Buffer)
      .digest('hex');
    flip(filesOf(vault.dir, 'objects').find((file) => file.endsWith(shared)) as string, 40_000);
    const id = fileId('large').toString('hex');
    const { status, stderr, stdout } = run(vault.dir, 'check');
    expect(status).toBe(1);
    for (const { snapshot } of [first, second]) {
      expect(stderr).toMatch(
        new RegExp(`^PROBLEM: version ${snapshot.id.slice(0, 12)} .*${id.slice(0, 2)}/${id}: `, 'm'),
      );
    }
    expect(stdout.match(/1 of \d+ files are damaged or missing/g)).toHaveLength(2);
    const result = run(vault.dir, 'extract', 'latest', folder.path('out'));
    expect(result.status).toBe(1);
    const wanted = expectedTree(second.content);
    wanted.delete(`${UDID}/${id.slice(0, 2)}/${id}`);
    const got = tree(folder.path('out'));
    got.delete(`${UDID}/${id.slice(0, 2)}/`);
    expect(got).toEqual(wanted);
  });

  test('another copy of a damaged object is taken', { timeout: 60_000 }, async () => {
    const { vault, made } = await versions(1);
    const [{ snapshot, content }] = made as [Version];
    // The bytes of a file that lies in a pack come again as an object of their own, and the pack is damaged.
    const bytes = content.get('new 3') as Buffer;
    const hash = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(vault.dir, 'objects', hash.slice(0, 2), hash), bytes);
    const pack = filesOf(vault.dir, 'packs').find((file) => readFileSync(file).includes(bytes)) as string;
    flip(pack, readFileSync(pack).indexOf(bytes) + 100);
    expect(run(vault.dir, 'extract', snapshot.id, folder.path('out'))).toMatchObject({ status: 0, stderr: '' });
    expect(tree(folder.path('out'))).toEqual(expectedTree(content));
    expect(run(vault.dir, 'check').stdout).toContain('all whole');
  });

  test('large objects are streamed, and a damaged one leaves nothing behind', { timeout: 60_000 }, async () => {
    const vault = await folder.open('a vault', { policy: { singleFromBytes: 16 << 20, packTargetBytes: 1 << 20 } });
    const files = new Map([
      ['single', new Random(1).bytes(18 << 20)],
      ['in a pack', new Random(2).bytes(9 << 20)],
      ['Manifest.db', new Random(3).bytes(100)],
    ]);
    const [version] = (await commitAll(vault, [files])) as [Version];
    const out = folder.path('out');
    expect(run(vault.dir, 'extract', 'latest', out)).toMatchObject({ status: 0, stderr: '' });
    expect(tree(out)).toEqual(expectedTree(files));
    flip(filesOf(vault.dir, 'objects')[0] as string, 17 << 20);
    const large = filesOf(vault.dir, 'packs').find((file) => statSync(file).size > 9 << 20) as string;
    flip(large, 5 << 20);
    rmSync(out, { recursive: true });
    expect(run(vault.dir, 'extract', version.snapshot.id, out).status).toBe(1);
    expect([...tree(out).keys()].filter((path) => !path.endsWith('/'))).toEqual([`${UDID}/Manifest.db`]);
  });

  test('names that could do harm are left out, and nothing is written elsewhere', { timeout: 60_000 }, async () => {
    const vault = await folder.open('a vault');
    const id = fileId('file').toString('hex');
    const bad = [
      '../evil.txt',
      'a/../../evil.txt',
      '/evil.txt',
      'C:\\evil.txt',
      'C:evil.txt',
      'a\\b.txt',
      './x.txt',
      'a//b.txt',
      'nul.txt',
      'a/COM1.log',
      'dot.',
      'space.x ',
      'a\u0000b.txt',
      'a\u001b[31m.txt',
      'INFO.plist',
      'Info.plist/child.txt',
      `${id.slice(0, 2)}/${id}/under.txt`,
      `${'x'.repeat(300)}.txt`,
    ];
    const good = new Map([
      ['file', Buffer.from('file')],
      ['Info.plist', Buffer.from('info')],
      ['Anna’s notes (1).txt', Buffer.from('notes')],
      ['lib/con-tents.txt', Buffer.from('fine')],
    ]);
    const hostile = new Map([...good, ...bad.map((name) => [name, Buffer.from(name)] as const)]);
    await commitAll(vault, [hostile]);
    const out = folder.path('deep/er/out');
    const before = tree(folder.path('.'));
    const { status, stderr } = run(vault.dir, 'extract', 'latest', out);
    expect(status).toBe(1);
    expect(stderr).not.toContain('Traceback');
    expect(stderr).not.toContain('\u001b');
    const got = tree(out);
    for (const [path, hash] of expectedTree(good)) {
      // The file whose place a top name wanted to take by a folder may be the one that is left out.
      if (!path.endsWith(id) && !path.endsWith('/Info.plist')) expect(got.get(path), path).toBe(hash);
    }
    for (const path of got.keys()) {
      expect(expectedTree(hostile).has(path) && !path.includes('evil'), path).toBe(true);
    }
    const after = new Map([...tree(folder.path('.'))].filter(([path]) => !path.startsWith('deep/')));
    expect(after).toEqual(before);
  });

  test.each(['../evil', '/tmp/evil', 'a/b', '..', 'nul', 'C:x', ''])(
    'a hostile device id: %j',
    { timeout: 60_000 },
    async (udid) => {
      const { vault, made } = await versions(1);
      const id = forge(vault, made[0] as Version, (record) => ({ ...record, udid }));
      const out = folder.path('deep/out');
      const before = tree(folder.path('.'));
      const result = run(vault.dir, 'extract', id, out);
      expect(result.status).toBe(2);
      expect(result.stderr).toContain('device id');
      expect(run(vault.dir, 'extract', '--all', out).status).toBe(1);
      expect(new Map([...tree(folder.path('.'))].filter(([path]) => !path.startsWith('deep/')))).toEqual(before);
      expect([...tree(out).keys()].filter((path) => !path.endsWith('/'))).toEqual([]);
    },
  );

  test('a record that is not understood is named, whatever is wrong with it', { timeout: 60_000 }, async () => {
    const { vault, made } = await versions(2);
    const [first, second] = made as [Version, Version];
    const changes: Array<(record: Record<string, unknown>) => unknown> = [
      () => [],
      () => null,
      (record) => ({ ...record, version: 2 }),
      (record) => ({ ...record, catalogs: [{ hash: '../../etc/passwd' }] }),
      (record) => ({ ...record, catalogs: [] }),
      (record) => ({ ...record, device: '..' }),
      (record) => ({ ...record, seq: '1' }),
      (record) => ({ ...record, vault: 'another' }),
      (record) => ({ ...record, root: 7 }),
      ({ udid: _, ...record }) => record,
    ];
    for (const change of changes) {
      const id = forge(vault, first, change);
      const file = filesOf(vault.dir, 'snapshots').find((one) => one.includes(id)) as string;
      const list = run(vault.dir, 'list');
      expect(list.status).toBe(1);
      expect(list.stderr).toContain(`PROBLEM: ${file}: `);
      expect(list.stdout).toContain(second.snapshot.id);
      expect(list.stderr).not.toMatch(/Traceback|TypeError/);
      renameSync(file, join(vault.dir, first.snapshot.file));
      writeFileSync(join(vault.dir, first.snapshot.file), `${JSON.stringify(first.snapshot.record)}\n`);
    }
    expect(run(vault.dir, 'list')).toMatchObject({ status: 0, stderr: '' });
    // One version that cannot be read is in nobody's way.
    forge(vault, first, () => ({}));
    expect(run(vault.dir, 'extract', second.snapshot.id, folder.path('out')).status).toBe(0);
    expect(tree(folder.path('out'))).toEqual(expectedTree(second.content));
  });

  test('what lies in the place of the output is never touched', { timeout: 60_000 }, async () => {
    const { vault, made } = await versions(1);
    const out = folder.path('out');
    mkdirSync(join(out, UDID), { recursive: true });
    writeFileSync(join(out, UDID, 'mine.txt'), 'mine');
    const refused = run(vault.dir, 'extract', 'latest', out);
    expect(refused).toMatchObject({ status: 2 });
    expect(refused.stderr).toContain('is there already');
    expect([...tree(out).keys()]).toEqual([`${UDID}/mine.txt`]);
    rmSync(join(out, UDID, 'mine.txt'));
    mkdirSync(join(out, `${UDID}.backstop-unfinished/left over`), { recursive: true });
    expect(run(vault.dir, 'extract', 'latest', out).status).toBe(0);
    expect(tree(out)).toEqual(expectedTree((made[0] as Version).content));
    const outside = folder.path('outside');
    mkdirSync(outside);
    symlinkSync(outside, join(folder.path('linked')));
    mkdirSync(folder.path('third'));
    symlinkSync(outside, join(folder.path('third'), UDID));
    expect(run(vault.dir, 'extract', 'latest', folder.path('third')).status).toBe(2);
    expect(readdirSync(outside)).toEqual([]);
    const before = tree(vault.dir);
    for (const inside of ['out', '.', 'packs/new/folder']) {
      const result = run(vault.dir, 'extract', 'latest', join(vault.dir, inside));
      expect(result.status).toBe(2);
      expect(result.stderr).toContain('lies in the vault');
    }
    expect(run(vault.dir, 'dump', join(vault.dir, 'out')).status).toBe(2);
    expect(tree(vault.dir)).toEqual(before);
  });

  test('says what it cannot do', async () => {
    const { vault } = await versions(1);
    expect(run(vault.dir, 'extract', 'ffff', folder.path('out'))).toMatchObject({ status: 2 });
    expect(run(folder.path('nothing'), 'list').stderr).toContain('is not a vault');
    expect(run(vault.dir, 'restore').status).toBe(2);
    const text = readFileSync(join(vault.dir, 'vault.json'), 'utf8').replace(/,"sha256":"[0-9a-f]{64}"/, '');
    const newer = text.replace('"required":[]', '"required":["keyed-ids"]');
    const sha256 = createHash('sha256').update(newer).digest('hex');
    rmSync(join(vault.dir, 'vault.json'));
    writeFileSync(join(vault.dir, 'vault.json'), newer.replace(/\}\n$/, `,"sha256":"${sha256}"}\n`));
    expect(run(vault.dir, 'list')).toMatchObject({ status: 2 });
    expect(run(vault.dir, 'list').stderr).toContain('newer format');
    rmSync(join(vault.dir, 'vault.json'));
    expect(run(vault.dir, 'list')).toMatchObject({ status: 0 });
  });
});

test.skipIf(missing.length > 0)('both programs say the same', { timeout: 60_000 }, async () => {
  const { vault, made } = await versions(3);
  await vault.pin((made[0] as Version).snapshot);
  await vault.writeNote((made[1] as Version).snapshot, 'for “keeps”');
  await vault.forget([(made[2] as Version).snapshot], 'retention');
  const [python, node] = PROGRAMS;
  const sorted = (text: string): string[] => text.split('\n').sort();
  for (const damage of ['none', 'some']) {
    if (damage === 'some') {
      const [pack = ''] = filesOf(vault.dir, 'packs').sort((a, b) => statSync(b).size - statSync(a).size);
      truncateSync(pack, statSync(pack).size - 5000);
      flip(filesOf(vault.dir, 'objects')[0] as string, 5);
      flip(filesOf(vault.dir, 'events')[0] as string, 5);
    }
    for (const command of ['list', 'check', 'scan']) {
      const [one, other] = [recover(python, vault.dir, [command]), recover(node, vault.dir, [command])];
      expect(one.status).toBe(other.status);
      expect(one.stdout).toBe(other.stdout);
      expect(sorted(one.stderr)).toEqual(sorted(other.stderr));
    }
  }
});

test.skipIf(missing.length > 0)('recover.py says when it misses the program zstd', { timeout: 60_000 }, async () => {
  const { vault, made } = await versions(2);
  const bin = folder.path('bin');
  mkdirSync(bin);
  const found = (process.env['PATH'] ?? '').split(':').find((one) => existsSync(join(one, 'python3'))) as string;
  const real = recover(['recover.py', 'python3'], vault.dir, ['list'], process.env).status;
  expect(real).toBe(0);
  symlinkSync(join(found, 'python3'), join(bin, 'python3'));
  // Only what a launcher of Python may need besides; no zstd.
  for (const tool of ['bash', 'sh', 'env', 'head', 'cut', 'dirname', 'basename', 'readlink', 'grep', 'sed', 'cat']) {
    const place = (process.env['PATH'] ?? '').split(':').find((one) => existsSync(join(one, tool)));
    if (place !== undefined) symlinkSync(join(place, tool), join(bin, tool));
  }
  const env = { ...process.env, PATH: bin };
  const python = PROGRAMS[0];
  expect(recover(python, vault.dir, ['extract', 'latest', folder.path('out')], env)).toMatchObject({ status: 0 });
  const check = recover(python, vault.dir, ['check'], env);
  expect(check).toMatchObject({ status: 0 });
  expect(check.stderr).toContain(
    '2 records were not unpacked: it is compressed, and reading it needs the program "zstd"',
  );
  rmSync(join(vault.dir, 'catalogs'), { recursive: true });
  const without = recover(python, vault.dir, ['extract', 'latest', folder.path('out-2')], env);
  expect(without.status).toBe(1);
  expect(without.stderr).toContain('needs the program "zstd", which is not installed here');
  expect(recover(python, vault.dir, ['check'], env).status).toBe(1);
  const whole = recover(python, vault.dir, ['extract', 'latest', folder.path('out-3')]);
  expect(whole.status).toBe(0);
  expect(tree(folder.path('out-3'))).toEqual(expectedTree((made[1] as Version).content));
});

test('recover.mjs says when Node is too old', { timeout: 60_000 }, async () => {
  const { vault } = await versions(1);
  const node = PROGRAMS[1];
  const without = (what: string): NodeJS.ProcessEnv => ({
    ...process.env,
    NODE_OPTIONS: `--import "data:text/javascript,import zlib from 'node:zlib'; delete zlib.${what};"`,
  });
  const old = recover(node, vault.dir, ['list'], without('crc32'));
  expect(old).toMatchObject({ status: 2 });
  expect(old.stderr).toContain('this needs Node.js 22.15 or newer; this is ');
  rmSync(join(vault.dir, 'catalogs'), { recursive: true });
  const result = recover(node, vault.dir, ['extract', 'latest', folder.path('out')], without('createZstdDecompress'));
  expect(result.status).toBe(1);
  expect(result.stderr).toContain('it is compressed, and reading it needs Node.js 22.15 or newer');
});

test('the programs in a vault are the ones of the project', async () => {
  const vault = await folder.open();
  for (const [name] of PROGRAMS) {
    const project = readFileSync(join(import.meta.dirname, '../../resources', name));
    expect(readFileSync(join(vault.dir, name)).equals(project)).toBe(true);
  }
  copyFileSync(join(vault.dir, 'RECOVER.txt'), folder.path('copy.txt'));
  for (const word of ['list', 'extract', 'check', 'scan']) {
    expect(readFileSync(folder.path('copy.txt'), 'utf8')).toContain(`python3 recover.py ${word} .`);
  }
});

test('the index of objects can be thrown away at any time', async () => {
  const { vault, made } = await versions(2);
  await vault.close();
  renameSync(folder.path('cache'), folder.path('gone'));
  const again = await folder.open('a vault');
  await using view = await again.view((made[0] as Version).snapshot);
  expect(await again.rehash(view.entries())).toMatchObject({ ok: true, objects: 38 });
});
