import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { type Snapshot, Vault } from '../../src/main/engine/vault/index.ts';
import { nodeIo, type VaultIo } from '../../src/main/engine/vault/io/index.ts';
import { selfHashedLine } from '../../src/main/engine/vault/layout/canonical.ts';
import { encodeRecord } from '../../src/main/engine/vault/record.ts';
import { vaultFolder } from '../support/vault/folders.ts';
import { Random } from '../support/vault/random.ts';
import {
  type Content,
  commitVersion,
  differenceFrom,
  fileId,
  requestFor,
  store,
  UDID,
} from '../support/vault/versions.ts';

const folder = vaultFolder();

function content(version: number, files = 40): Content {
  const made = new Map<string, Buffer>();
  for (let at = 0; at < files; at += 1) {
    made.set(
      `file ${at}`,
      new Random(at * 31 + (at % 10 === version % 10 ? version * 7919 : 0) + 1).bytes(50 + at * 113),
    );
  }
  made.set('large', new Random(5).bytes(200_000));
  made.set(`large of ${version}`, new Random(version + 1000).bytes(70_000));
  made.set('empty', Buffer.alloc(0));
  made.set('Manifest.db', new Random(version + 2000).bytes(5000));
  made.set('Status.plist', new Random(version + 3000).bytes(200));
  return made;
}

const day = (number: number): string => new Date(Date.UTC(2026, 0, 1 + number)).toISOString();

async function commit(
  vault: Vault,
  version: number,
  before: { snapshot: Snapshot; content: Content } | null,
): Promise<{ snapshot: Snapshot; content: Content }> {
  await using session = await vault.openSession({ udid: UDID, label: 'Anna’s iPhone' });
  const files = content(version);
  return { snapshot: await commitVersion(session, before, files, day(version)), content: files };
}

function packs(root: string): string[] {
  const found: string[] = [];
  for (const fan of readdirSync(join(root, 'packs'))) {
    for (const name of readdirSync(join(root, 'packs', fan))) found.push(join(root, 'packs', fan, name));
  }
  return found;
}

function flip(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] as number) ^ 0x10;
  writeFileSync(path, bytes);
}

test('twenty versions, full and delta, read back byte for byte, also by a computer that knows nothing', {
  timeout: 60_000,
}, async () => {
  const vault = await folder.open();
  const made: Array<{ snapshot: Snapshot; content: Content }> = [];
  for (let version = 0; version < 20; version += 1) made.push(await commit(vault, version, made.at(-1) ?? null));
  const kinds = made.map(({ snapshot }) => snapshot.record.catalogs.length);
  expect(Math.max(...kinds)).toBeGreaterThan(1);
  expect(kinds.filter((length) => length === 1).length).toBeGreaterThan(1);
  expect(made.map(({ snapshot }) => snapshot.record.seq)).toEqual(made.map((_, at) => at + 1));
  rmSync(folder.path('cache'), { recursive: true });
  const other = await folder.open('vault', { cacheDir: folder.path('other cache') });
  expect((await other.snapshots()).snapshots.map(({ id }) => id)).toEqual(made.map(({ snapshot }) => snapshot.id));
  for (const { snapshot, content: files } of [made[0], made[7], made[19]].flatMap((one) => one ?? [])) {
    expect(await differenceFrom(other, snapshot, files)).toBeNull();
    expect(await other.checkStructure(snapshot)).toMatchObject({ ok: true, present: snapshot.record.files });
    await using view = await other.view(snapshot);
    expect(await other.rehash(view.entries())).toMatchObject({ ok: true });
  }
  const next = await commit(other, 20, made.at(-1) ?? null);
  expect(await differenceFrom(other, next.snapshot, next.content)).toBeNull();
});

test('an unchanged backup adds next to nothing', async () => {
  const vault = await folder.open();
  const first = await commit(vault, 0, null);
  await using session = await vault.openSession({ udid: UDID, label: 'x' });
  const second = await commitVersion(session, first, first.content, day(1));
  expect(second.record.newBytes).toBe(0);
  expect(second.record.root).toBe(first.snapshot.record.root);
  expect(second.record.catalogs.at(-1)?.size).toBeLessThan(60_000);
});

test('two versions with equal content have equal roots, whatever the way to them', async () => {
  const vault = await folder.open();
  const first = await commit(vault, 0, null);
  const second = await commit(vault, 1, first);
  await using session = await vault.openSession({ udid: UDID, label: 'x' });
  const full = await commitVersion(session, null, content(1), day(2));
  expect(full.record.root).toBe(second.snapshot.record.root);
  expect(full.record.newBytes).toBe(0);
});

test('a version is found by its id, a beginning of it, or latest', async () => {
  const vault = await folder.open();
  await expect(vault.resolve('latest')).rejects.toMatchObject({ code: 'vault/no-snapshots' });
  const first = await commit(vault, 0, null);
  const second = await commit(vault, 1, first);
  expect((await vault.resolve('latest')).id).toBe(second.snapshot.id);
  expect((await vault.resolve(first.snapshot.id.slice(0, 12).toUpperCase())).id).toBe(first.snapshot.id);
  await expect(vault.resolve('zzz')).rejects.toMatchObject({ code: 'vault/unknown-snapshot' });
  await expect(vault.resolve('')).rejects.toMatchObject({ code: 'vault/unknown-snapshot' });
});

test('what a session stores can be read at once, from memory, open packs and large files', async () => {
  const vault = await folder.open();
  await using session = await vault.openSession({ udid: UDID, label: 'x' });
  for (const bytes of [3, 4000, 63_000, 64_000, 66_000, 3_000_000, 0].map((length) =>
    new Random(length + 1).bytes(length),
  )) {
    const object = await store(session, bytes);
    const chunks: Uint8Array[] = [];
    for await (const chunk of session.read(object)) chunks.push(Buffer.from(chunk));
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    expect(await store(session, bytes, 777)).toEqual(object);
  }
});

test('a long file is read back while the disk is still asked to keep it', async () => {
  const disk = Promise.withResolvers<void>();
  const io: VaultIo = {
    ...nodeIo,
    open: async (path, mode) => {
      const file = await nodeIo.open(path, mode);
      const sync = async (): Promise<void> => {
        await disk.promise;
        await file.sync();
      };
      return path.endsWith('.part')
        ? {
            write: (bytes, at) => file.write(bytes, at),
            read: (into, at) => file.read(into, at),
            sizeBytes: () => file.sizeBytes(),
            close: () => file.close(),
            sync,
          }
        : file;
    },
  };
  const vault = await folder.open('vault', { io });
  await using session = await vault.openSession({ udid: UDID, label: 'x' });
  const bytes = new Random(9).bytes(9_000_000);
  const object = await store(session, bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of session.read(object)) chunks.push(Buffer.from(chunk));
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  disk.resolve();
  await session.seal();
});

test('one flipped bit in a pack is found, named, never delivered, and healed by the next backup', {
  timeout: 30_000,
}, async () => {
  const vault = await folder.open();
  const first = await commit(vault, 0, null);
  let hit: string | null = null;
  {
    await using view = await vault.view(first.snapshot);
    const entry = view.get(fileId('file 30'));
    hit = entry?.hash?.toString('hex') ?? null;
    const wanted = first.content.get('file 30') as Buffer;
    const pack = packs(vault.dir).find((path) => readFileSync(path).includes(wanted));
    flip(pack as string, readFileSync(pack as string).indexOf(wanted) + 17);
    await expect(view.readWhole(entry as never, 1 << 20)).rejects.toMatchObject({ code: 'vault/damaged-object' });
    const report = await vault.rehash([...view.entries(), ...view.tops()]);
    expect(report.damaged.map(({ object }) => object)).toEqual([hit]);
  }
  await vault.recordEvent({
    kind: 'damaged',
    record: first.snapshot.id,
    device: first.snapshot.record.device,
    seq: 1,
    reason: 'a test',
    files: [],
    objects: [hit as string],
  });
  const choice = await vault.chooseParent(UDID);
  expect(choice).toMatchObject({ parent: null, damaged: { reason: 'a test' } });
  const second = await commit(vault, 0, null);
  expect(await differenceFrom(vault, second.snapshot, second.content)).toBeNull();
  expect((await vault.chooseParent(UDID)).parent?.id).toBe(second.snapshot.id);
});

test('a lost pack is missed by name of every file in it, and a pack cut short is named', {
  timeout: 30_000,
}, async () => {
  const vault = await folder.open();
  const first = await commit(vault, 0, null);
  const victim = packs(vault.dir).sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
  renameSync(victim, `${folder.path('pack')}`);
  const report = await vault.checkStructure(first.snapshot);
  expect(report.ok).toBe(false);
  const inIt = [...first.content].filter(
    ([, bytes]) => bytes.length > 0 && bytes.length < 60_000 && readFileSync(folder.path('pack')).includes(bytes),
  );
  expect(report.problems.filter(({ kind }) => kind === 'missing-object')).toHaveLength(inIt.length);
  expect(await vault.chooseParent(UDID)).toMatchObject({
    parent: null,
    damaged: { snapshot: { id: first.snapshot.id } },
  });
  renameSync(folder.path('pack'), victim);
  expect((await vault.checkStructure(first.snapshot)).ok).toBe(true);
  truncateSync(victim, statSync(victim).size - 20);
  const cut = await vault.checkStructure(first.snapshot);
  expect(cut.problems.some(({ kind }) => kind === 'pack')).toBe(true);
  // A computer that has never seen the pack whole reads what is whole in it.
  const other = await folder.open('vault', { cacheDir: folder.path('other cache') });
  await using view = await other.view(first.snapshot);
  expect(await other.rehash(view.entries())).toMatchObject({ ok: true });
  expect((await other.checkStructure(first.snapshot)).ok).toBe(false);
  expect(await other.chooseParent(UDID)).toMatchObject({ parent: null });
});

test('a flipped bit in a catalog or a record is found', async () => {
  const vault = await folder.open();
  const first = await commit(vault, 0, null);
  const catalog = join(vault.dir, 'catalogs', `${first.snapshot.record.catalogs[0]?.hash}.db`);
  flip(catalog, 9000);
  const report = await vault.checkStructure(first.snapshot);
  expect(report.problems).toMatchObject([{ kind: 'catalog' }]);
  flip(catalog, 9000);
  expect((await vault.checkStructure(first.snapshot)).ok).toBe(true);
  flip(join(vault.dir, first.snapshot.file), 40);
  const { snapshots, unreadable } = await vault.snapshots();
  expect(snapshots).toHaveLength(0);
  expect(unreadable).toMatchObject([{ file: first.snapshot.file }]);
  const next = await commit(vault, 1, null);
  expect(next.snapshot.record.seq).toBe(2);
});

test('what a dead session left is adopted after a look at every byte, and left aside when it is damaged', {
  timeout: 30_000,
}, async () => {
  const vault = await folder.open();
  const files = content(0, 100);
  const dead = await vault.openSession({ udid: UDID, label: 'x' });
  await requestFor(dead, null, files, day(0));
  const left = packs(vault.dir);
  expect(left.length).toBeGreaterThan(1);
  await dead.abort();
  flip(left[0] as string, 200);
  await using session = await vault.openSession({ udid: UDID, label: 'x' });
  const snapshot = await commitVersion(session, null, files, day(0));
  expect(snapshot.record.newBytes).toBeGreaterThan(0);
  expect(snapshot.record.newBytes).toBeLessThan(snapshot.record.bytes);
  expect(await differenceFrom(vault, snapshot, files)).toBeNull();
  expect(await vault.checkStructure(snapshot)).toMatchObject({ ok: true });
  const { events } = await vault.listEvents();
  expect(events).toMatchObject([{ kind: 'damaged' }]);
  expect((await vault.chooseParent(UDID)).parent?.id).toBe(snapshot.id);
});

test('a run whose phone had said done is committed at the next start, once', { timeout: 30_000 }, async () => {
  const vault = await folder.open();
  const files = content(0);
  const dead = await vault.openSession({ udid: UDID, label: 'x' });
  const request = await requestFor(dead, null, files, day(0));
  await vault.close();
  const later = await folder.open();
  const resumed = await later.resumeSession(dead.id, { udid: UDID, label: 'x' });
  if (resumed.kind !== 'session') throw new Error('it was not committed yet');
  const snapshot = await resumed.session.commit(request);
  expect(snapshot.record.session).toBe(dead.id);
  expect(await differenceFrom(later, snapshot, files)).toBeNull();
  const again = await later.resumeSession(dead.id, { udid: UDID, label: 'x' });
  expect(again).toMatchObject({ kind: 'committed', snapshot: { id: snapshot.id } });
});

test('an object that went away meanwhile is no version', async () => {
  const vault = await folder.open();
  await using session = await vault.openSession({ udid: UDID, label: 'x' });
  const request = await requestFor(session, null, content(0), day(0));
  rmSync(packs(vault.dir)[0] as string);
  await expect(session.commit(request)).rejects.toMatchObject({ code: 'vault/object-vanished' });
  expect((await vault.snapshots()).snapshots).toHaveLength(0);
});

test('two phones share a vault and no packs', async () => {
  const vault = await folder.open();
  const first = await commit(vault, 0, null);
  const before = new Set(packs(vault.dir));
  await using session = await vault.openSession({ udid: 'OTHER', label: 'Other' });
  const request = await requestFor(session, null, content(0), day(0));
  const other = await session.commit({ ...request, facts: { ...request.facts, udid: 'OTHER' } });
  expect(packs(vault.dir).length).toBeGreaterThan(before.size + 1);
  expect((await vault.snapshots(UDID)).snapshots.map(({ id }) => id)).toEqual([first.snapshot.id]);
  expect((await vault.snapshots('OTHER')).snapshots.map(({ id }) => id)).toEqual([other.id]);
  expect(other.record.device).toMatch(/^Other-[0-9a-f]{8}$/);
});

test('a second session for one phone is refused with who has it, and goes on after the first', async () => {
  const vault = await folder.open();
  const first = await vault.openSession({ udid: UDID, label: 'x' });
  const second = await folder.open();
  await expect(second.openSession({ udid: UDID, label: 'x' })).rejects.toMatchObject({ code: 'vault/device-busy' });
  await using other = await second.openSession({ udid: 'OTHER', label: 'x' });
  expect(other.signal.aborted).toBe(false);
  await first.abort();
  await using third = await second.openSession({ udid: UDID, label: 'x' });
  expect(third.signal.aborted).toBe(false);
  expect(first.signal.aborted).toBe(true);
});

test('a vault from a newer format is refused, one that may be read is read', async () => {
  const vault = await folder.open();
  const first = await commit(vault, 0, null);
  await vault.close();
  const options = { cacheDir: folder.path('cache') };
  const later = {
    ...vault.description,
    features: { required: ['time-travel'], readonly_compatible: [], optional: [] },
  };
  writeFileSync(join(vault.dir, 'vault.1.json'), selfHashedLine(later));
  await expect(Vault.open(vault.dir, options)).rejects.toMatchObject({
    code: 'vault/newer-format',
    data: { needs: 'time-travel' },
  });
  const readable = {
    ...vault.description,
    features: { required: [], readonly_compatible: ['shadows'], optional: ['x'] },
  };
  writeFileSync(join(vault.dir, 'vault.2.json'), selfHashedLine(readable));
  const reader = await folder.open();
  expect(await differenceFrom(reader, first.snapshot, first.content)).toBeNull();
  await expect(reader.openSession({ udid: UDID, label: 'x' })).rejects.toMatchObject({ code: 'vault/read-only' });
  for (const name of ['vault.json', 'vault.copy.json'])
    writeFileSync(join(vault.dir, name), selfHashedLine({ ...vault.description, version: 2 }));
  await expect(Vault.open(vault.dir, options)).rejects.toMatchObject({ code: 'vault/newer-format' });
});

test('vault.json may be lost, its copy not; without both nothing is begun anew over versions', async () => {
  const vault = await folder.open();
  await commit(vault, 0, null);
  await vault.close();
  const options = { cacheDir: folder.path('cache') };
  writeFileSync(join(vault.dir, 'vault.json'), 'rubbish');
  expect((await folder.open()).id).toBe(vault.id);
  rmSync(join(vault.dir, 'vault.json'));
  rmSync(join(vault.dir, 'vault.copy.json'));
  await expect(Vault.open(vault.dir, options)).rejects.toMatchObject({ code: 'vault/not-found' });
  await expect(Vault.openOrCreate(vault.dir, options)).rejects.toMatchObject({ code: 'vault/damaged-description' });
});

test('a folder with other things is not made a vault; an unfinished creation is finished', async () => {
  const options = { cacheDir: folder.path('cache') };
  mkdirSync(folder.path('photos'));
  writeFileSync(join(folder.path('photos'), 'holiday.jpg'), 'x');
  await expect(Vault.openOrCreate(folder.path('photos'), options)).rejects.toMatchObject({ code: 'vault/not-a-vault' });
  expect(readdirSync(folder.path('photos'))).toEqual(['holiday.jpg']);
  await expect(Vault.open(folder.path('nowhere'), options)).rejects.toMatchObject({ code: 'vault/not-found' });
  expect(existsSync(folder.path('nowhere'))).toBe(false);
  const vault = await folder.open('half');
  await vault.close();
  rmSync(join(vault.dir, 'vault.json'));
  rmSync(join(vault.dir, 'vault.copy.json'));
  writeFileSync(join(vault.dir, '._README.txt'), 'what macOS leaves');
  const again = await folder.open('half');
  expect(again.id).not.toBe(vault.id);
  await commit(again, 0, null);
  mkdirSync(folder.path('Dropbox'));
  await expect(Vault.openOrCreate(join(folder.path('Dropbox'), 'vault'), options)).rejects.toMatchObject({
    code: 'vault/cloud-folder',
  });
});

test('checks are kept as events, in order', async () => {
  const vault = await folder.open();
  const { snapshot } = await commit(vault, 0, null);
  const about = { record: snapshot.id, device: snapshot.record.device, seq: snapshot.record.seq };
  await vault.recordEvent({
    kind: 'verified',
    ...about,
    level: 'quick',
    ok: true,
    opened: false,
    checked: 44,
    problems: 0,
  });
  const { events, unreadable } = await vault.listEvents();
  expect(unreadable).toEqual([]);
  expect(events).toMatchObject([{ kind: 'verified', record: snapshot.id, level: 'quick', ok: true, checked: 44 }]);
});

test('a catalog that would act by itself when it is opened is refused', async () => {
  const vault = await folder.open();
  const first = await commit(vault, 0, null);
  const catalog = first.snapshot.record.catalogs[0];
  const path = join(vault.dir, 'catalogs', `${catalog?.hash}.db`);
  const forged = new Database(path);
  forged.exec('CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM top; END');
  forged.close();
  const bytes = readFileSync(path);
  const hash = createHash('sha256').update(bytes).digest('hex');
  renameSync(path, join(vault.dir, 'catalogs', `${hash}.db`));
  const record = { ...first.snapshot.record, catalogs: [{ hash, size: bytes.length, kind: 'full' as const }] };
  const { bytes: forgedRecord, fileName } = encodeRecord(record);
  writeFileSync(join(vault.dir, 'snapshots', record.device, fileName), forgedRecord);
  rmSync(join(vault.dir, first.snapshot.file));
  const other = await folder.open('vault', { cacheDir: folder.path('other cache') });
  const report = await other.checkStructure(await other.resolve('latest'));
  expect(report.problems).toMatchObject([{ kind: 'catalog', detail: 'it holds more than tables' }]);
});
