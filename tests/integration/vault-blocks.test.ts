import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { exportSnapshot } from '../../src/main/engine/export/index.ts';
import type { Snapshot, Vault } from '../../src/main/engine/vault/index.ts';
import { vaultFolder } from '../support/vault/folders.ts';
import { Random } from '../support/vault/random.ts';
import { type Content, commitVersion, fileId, UDID } from '../support/vault/versions.ts';

/** Checking and exporting read packs in blocks and hand them to threads: enough bytes that there are several. */

const folder = vaultFolder();
const MIB = 1024 * 1024;
const POLICY = { singleFromBytes: 4 * MIB, packTargetBytes: 8 * MIB };
const content = new Map<string, Buffer>();
let bytes = 0;

beforeAll(() => {
  for (let at = 0; at < 900; at += 1) content.set(`file ${at}`, new Random(at + 1).bytes(10_000 + at * 50));
  content.set('longer than a block', new Random(2001).bytes(2.5 * MIB));
  content.set('a file of its own', new Random(2002).bytes(5 * MIB));
  content.set('the same as file 7', content.get('file 7') as Buffer);
  content.set('empty', Buffer.alloc(0));
  content.set('Status.plist', new Random(2003).bytes(200));
  for (const one of content.values()) bytes += one.length;
});

async function stored(): Promise<{ readonly vault: Vault; readonly snapshot: Snapshot }> {
  const vault = await folder.open('vault', { policy: POLICY });
  await using session = await vault.openSession({ udid: UDID, label: 'Anna' });
  return { vault, snapshot: await commitVersion(session, null, content as Content, '2026-01-01T00:00:00.000Z') };
}

/** Flips one bit of a stored object, wherever it lies. */
function damage(object: Buffer): void {
  const needle = object.subarray(0, 64);
  for (const kind of ['packs', 'objects']) {
    for (const fan of readdirSync(folder.path(`vault/${kind}`))) {
      for (const name of readdirSync(folder.path(`vault/${kind}/${fan}`))) {
        const path = folder.path(`vault/${kind}/${fan}/${name}`);
        const at = readFileSync(path).indexOf(needle);
        if (at < 0) continue;
        const file = openSync(path, 'r+');
        const place = at + object.length - 1;
        const byte = Buffer.alloc(1);
        readSync(file, byte, 0, 1, place);
        byte.writeUInt8((byte[0] as number) ^ 4, 0);
        writeSync(file, byte, 0, 1, place);
        closeSync(file);
        return;
      }
    }
  }
  throw new Error('the object is nowhere');
}

const sha256 = (object: Buffer): string => createHash('sha256').update(object).digest('hex');

test('a check reads every object once, and names those that are damaged and no other', async () => {
  const { vault, snapshot } = await stored();
  await using view = await vault.view(snapshot);
  const all = function* () {
    yield* view.tops();
    yield* view.entriesInStoredOrder();
  };
  const different = new Set([...content.values()].filter((one) => one.length > 0).map(sha256));
  const sound = await vault.rehash(all());
  expect(sound).toEqual({
    ok: true,
    objects: different.size,
    bytes: bytes - (content.get('file 7') as Buffer).length,
    damaged: [],
  });
  const bad = ['file 5', 'file 7', 'file 899', 'longer than a block', 'a file of its own'];
  for (const name of bad) damage(content.get(name) as Buffer);
  const found = await vault.rehash(all());
  expect(found.ok).toBe(false);
  expect(found.objects).toBe(different.size);
  expect(found.damaged.map(({ object }) => object).sort()).toEqual(
    bad.map((name) => sha256(content.get(name) as Buffer)).sort(),
  );
});

test('an export writes every file with its bytes and its time', async () => {
  const { vault, snapshot } = await stored();
  await using view = await vault.view(snapshot);
  const request = { view, udid: UDID, directory: folder.path('out'), vaultDirectory: folder.path('vault') };
  const outcome = await exportSnapshot({ ...request, bytes: snapshot.record.bytes });
  expect(outcome).toMatchObject({ files: content.size, bytes });
  for (const [name, expected] of content) {
    const id = fileId(name).toString('hex');
    const path = join(outcome.path, name.includes('.') ? name : join(id.slice(0, 2), id));
    expect(sha256(readFileSync(path)), name).toBe(sha256(expected));
    expect(statSync(path).mtimeMs).toBe(1_000_000);
  }
});

test('an export of damaged bytes says so and leaves nothing behind', async () => {
  const { vault, snapshot } = await stored();
  damage(content.get('file 300') as Buffer);
  await using view = await vault.view(snapshot);
  const request = { view, udid: UDID, directory: folder.path('out'), vaultDirectory: folder.path('vault') };
  await expect(exportSnapshot({ ...request, bytes: snapshot.record.bytes })).rejects.toMatchObject({
    code: 'vault/damaged-object',
  });
  expect(existsSync(folder.path('out'))).toBe(true);
  expect(readdirSync(folder.path('out'))).toEqual([]);
});

test('a check and an export end when they are told to', async () => {
  const { vault, snapshot } = await stored();
  await using view = await vault.view(snapshot);
  const stop = new AbortController();
  const reason = new Error('enough');
  const checking = vault.rehash(view.entriesInStoredOrder(), {
    signal: stop.signal,
    onProgress: () => stop.abort(reason),
  });
  await expect(checking).rejects.toBe(reason);
  const again = new AbortController();
  const request = { view, udid: UDID, directory: folder.path('out'), vaultDirectory: folder.path('vault') };
  const exporting = exportSnapshot(
    { ...request, bytes: snapshot.record.bytes },
    { signal: again.signal, onProgress: () => again.abort(reason) },
  );
  await expect(exporting).rejects.toBe(reason);
  expect(readdirSync(folder.path('out'))).toEqual([]);
});
