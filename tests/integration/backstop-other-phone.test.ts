import { createDecipheriv, createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeMbFile,
  openClassedKey,
  openManifestDb,
  parseKeybag,
  readManifestPlist,
  unlockKeybag,
} from '../../src/main/engine/formats/index.ts';
import { backstop } from '../support/backstop.ts';
import { OtherPhone, whyNoOtherPhone } from '../support/other-phone/other-phone.ts';

const PASSWORD = 'correct horse 日本';
const missing = whyNoOtherPhone();
if (missing !== null) console.warn(`SKIPPED: tests against the second simulated phone (${missing})`);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-other-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function freshDir(): string {
  return mkdtempSync(join(folder, 'phone-'));
}

function decrypt(key: Buffer, stored: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key, Buffer.alloc(16));
  return Buffer.concat([decipher.update(stored), decipher.final()]);
}

/** Reads an exported folder by the format's description and compares every file with what the phone holds. */
async function compareWithTruth(path: string, phone: OtherPhone, password: string | null): Promise<number> {
  const manifest = readManifestPlist(readFileSync(join(path, 'Manifest.plist')));
  let database = readFileSync(join(path, 'Manifest.db'));
  let keys: ReadonlyMap<number, Buffer> | null = null;
  if (password !== null) {
    expect(manifest.isEncrypted).toBe(true);
    const unlocked = await unlockKeybag(parseKeybag(manifest.keybag ?? Buffer.alloc(0)), password);
    if (unlocked.kind !== 'unlocked' || manifest.manifestKey === undefined)
      throw new Error('the password does not open it');
    keys = unlocked.classKeys;
    const key = openClassedKey(keys, manifest.manifestKey);
    if (key === null) throw new Error('no key for the manifest');
    const decipher = createDecipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
    database = Buffer.concat([decipher.update(database), decipher.final()]);
  }
  const file = join(folder, 'plain.db');
  writeFileSync(file, database);
  const truth = await phone.truth();
  let compared = 0;
  const opened = openManifestDb(file);
  for (const row of opened.rows()) {
    if (row.flags !== 1) continue;
    const stored = readFileSync(join(path, row.fileId.slice(0, 2), row.fileId));
    const meta = decodeMbFile(row.file ?? Buffer.alloc(0));
    const key = keys === null || meta?.encryptionKey == null ? null : openClassedKey(keys, meta.encryptionKey);
    const plain = key === null ? stored : decrypt(key, stored);
    expect(createHash('sha256').update(plain).digest('hex')).toBe(truth.get(row.fileId));
    compared += 1;
  }
  opened.close();
  expect(compared).toBe(truth.size);
  const onDisk = readdirSync(path, { recursive: true }).filter((name) => statSync(join(path, String(name))).isFile());
  expect(onDisk.length).toBe(truth.size + 4);
  return compared;
}

describe.skipIf(missing !== null)('a phone that other hands wrote', () => {
  it.each([
    ['plain', null],
    ['encrypted', PASSWORD],
  ] as const)('is paired, backed up twice, verified and exported right: %s', async (kind, password) => {
    await using phone = await OtherPhone.start({
      dir: freshDir(),
      files: 150,
      seed: 5,
      ...(password === null ? {} : { password }),
    });
    const place = join(folder, kind);
    const env = {
      USBMUXD_SOCKET_ADDRESS: phone.address,
      BACKSTOP_HOME: join(place, 'home'),
      ...(password === null ? {} : { BACKSTOP_PASSWORD: password }),
    };
    const vault = ['--vault', join(place, 'vault')];
    const how = password === null ? ['--unencrypted'] : [];

    const paired = await backstop(['pair'], { env });
    expect(paired.last).toMatchObject({ type: 'result', paired: true, created: true });
    const first = await backstop(['backup', ...how, ...vault], { env });
    expect(first.last).toMatchObject({
      type: 'result',
      snapshot: { files: 150, full: true, encrypted: password !== null },
      verification: { level: 'quick', ok: true, opened: true, problems: [] },
    });
    await phone.command({ cmd: 'mutate', percent: 10 });
    const second = await backstop(['backup', ...how, ...vault], { env });
    expect(second.last).toMatchObject({ type: 'result', snapshot: { full: false }, verification: { ok: true } });
    expect(phone.said.filter((event) => event['type'] === 'done').map((event) => event['full'])).toEqual([true, false]);

    const listed = await backstop(['snapshots', ...vault], { env });
    expect(listed.last['snapshots']).toHaveLength(2);
    expect(listed.last['snapshots'][0].id).toBe(first.last['snapshot'].id);
    for (const id of ['latest', first.last['snapshot'].id.slice(0, 10)]) {
      const verified = await backstop(['verify', id, '--level', 'open', ...vault], { env });
      expect(verified.last).toMatchObject({ type: 'result', ok: true, level: 'open', problems: [] });
    }
    const exported = await backstop(['export', 'latest', join(place, 'out'), ...vault], { env });
    expect(exported.last).toMatchObject({ type: 'result', path: join(place, 'out', phone.udid) });
    await compareWithTruth(exported.last['path'], phone, password);
    const shown = await backstop(['show', 'latest', ...vault], { env });
    expect(shown.last['domains'].length).toBeGreaterThan(1);
  });

  it('keeps a version whose password was wrong, and says that it does not open it', async () => {
    await using phone = await OtherPhone.start({ dir: freshDir(), files: 60, seed: 6, password: PASSWORD });
    const place = join(folder, 'wrong');
    const env = {
      USBMUXD_SOCKET_ADDRESS: phone.address,
      BACKSTOP_HOME: join(place, 'home'),
      BACKSTOP_PASSWORD: 'wrong',
    };
    const vault = ['--vault', join(place, 'vault')];
    const run = await backstop(['backup', ...vault], { env });
    expect(run.last).toMatchObject({ type: 'error', code: 'verify/wrong-password', olderSnapshotsSafe: true });
    expect(run.code).toBe(3);
    const listed = await backstop(['snapshots', ...vault], { env });
    expect(listed.last['snapshots']).toMatchObject([{ verified: { ok: true, opened: false } }]);
    const opened = await backstop(['verify', 'latest', '--level', 'open', ...vault], {
      env: { ...env, BACKSTOP_PASSWORD: PASSWORD },
    });
    expect(opened.last).toMatchObject({ ok: true, opened: true });
  });
});
