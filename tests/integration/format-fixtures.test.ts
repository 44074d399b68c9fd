import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeMbFile,
  decryptCbc,
  encodeMbFile,
  fileIdOf,
  openClassedKey,
  openManifestDb,
  parseKeybag,
  readClassedKey,
  readInfoPlist,
  readManifestPlist,
  readStatusPlist,
  unlockKeybag,
} from '../../src/main/engine/formats/index.ts';
import { encodePlist, parsePlist } from '../../src/main/engine/formats/plist/index.ts';

/** Data of other projects; licences forbid shipping some of it, so it lies outside of this repository. */
const FIXTURES =
  process.env['BACKSTOP_FIXTURES'] ?? fileURLToPath(new URL('../../../shared/fixtures', import.meta.url));

function present(name: string): boolean {
  const found = existsSync(join(FIXTURES, name));
  if (!found) {
    process.stderr.write(`SKIPPED: no ${name} in ${FIXTURES}; formats are not held against real data here.\n`);
  }
  return found;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-fixtures-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!present('mvt'))(
  'part of a real iOS 14.3 backup (mvt; runs where BACKSTOP_FIXTURES points to it)',
  () => {
    const source = join(FIXTURES, 'mvt/ios_backup_part');
    const open = () => {
      const copy = join(folder, 'Manifest.db');
      copyFileSync(join(source, 'Manifest-subset.db'), copy);
      return openManifestDb(copy);
    };

    it('lists 144 rows whose ids are the hash of their names', () => {
      using manifest = open();
      expect(manifest.quickCheck()).toEqual([]);
      const flags = new Map<number, number>();
      for (const row of manifest.rows()) {
        expect(fileIdOf(row.domain, row.relativePath)).toBe(row.fileId);
        flags.set(row.flags, (flags.get(row.flags) ?? 0) + 1);
      }
      expect(Object.fromEntries(flags)).toEqual({ 1: 87, 2: 43, 4: 14 });
    });

    it('says the same about each file as the general reader', () => {
      using manifest = open();
      for (const row of manifest.rows()) {
        const meta = row.metadata();
        expect(meta?.relativePath).toBe(row.relativePath);
        expect(((meta?.mode ?? 0) & 0o170000).toString(8)).toBe({ 1: '100000', 2: '40000', 4: '120000' }[row.flags]);
        expect(meta?.target === null).toBe(row.flags !== 4);
        expect(meta?.encryptionKey === null).toBe(row.flags !== 1);
        if (row.flags === 1) expect(meta?.encryptionKey?.classId).toBe(meta?.protectionClass);
        expect([undefined, 20]).toContain(meta?.digest?.length);
        const { $objects } = parsePlist(row.file ?? Buffer.alloc(0)) as { $objects: [string, Record<string, unknown>] };
        expect(meta).toMatchObject({
          size: $objects[1]['Size'],
          mode: $objects[1]['Mode'],
          inode: $objects[1]['InodeNumber'],
          birth: $objects[1]['Birth'],
          modified: $objects[1]['LastModified'],
          statusChanged: $objects[1]['LastStatusChange'],
          userId: $objects[1]['UserID'],
          groupId: $objects[1]['GroupID'],
          flags: $objects[1]['Flags'],
          protectionClass: $objects[1]['ProtectionClass'],
        });
        if (meta?.extendedAttributes != null) expect(parsePlist(meta.extendedAttributes)).toBeTypeOf('object');
      }
    });

    it('can be written again and read the same', () => {
      using manifest = open();
      for (const row of manifest.rows()) {
        const meta = row.metadata();
        if (meta === null) throw new Error(`unreadable: ${row.relativePath}`);
        expect(decodeMbFile(encodeMbFile(meta))).toEqual(meta);
        const value = parsePlist(row.file ?? Buffer.alloc(0));
        expect(parsePlist(encodePlist(value, 'binary'))).toEqual(value);
      }
    });

    it('has an Info.plist with six apps', () => {
      const info = readInfoPlist(readFileSync(join(source, 'Info.plist')));
      expect(info).toMatchObject({ productVersion: '14.3', productType: 'iPhone9,3' });
      expect(info.installedApplications).toHaveLength(6);
    });
  },
);

describe.skipIf(!present('pyiosbackup'))(
  'an encrypted iOS 9 backup with the password 0000 (pyiosbackup; runs where BACKSTOP_FIXTURES points to it)',
  () => {
    const source = join(FIXTURES, 'pyiosbackup/backup_ios9.0.1_mbdb_password_0000');
    const manifestPlist = () => readManifestPlist(readFileSync(join(source, 'Manifest.plist')));

    it('has a key bag of the old kind that the password opens', async () => {
      const manifest = manifestPlist();
      expect(manifest).toMatchObject({
        isEncrypted: true,
        manifestKey: undefined,
        lockdown: { productVersion: '9.0.1' },
      });
      const bytes = readFileSync(join(FIXTURES, 'pyiosbackup/keybag_ios9_password_0000.bin'));
      expect(manifest.keybag).toEqual(bytes);
      const keybag = parseKeybag(bytes);
      expect(keybag).toMatchObject({
        version: 3,
        type: 1,
        iterations: 10_000,
        doubleProtection: null,
        unknownTags: [],
      });
      expect(keybag.classes.map(({ classId }) => classId)).toEqual([11, 16, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
      expect(await unlockKeybag(keybag, '0001')).toEqual({ kind: 'wrong-password' });
      const result = await unlockKeybag(keybag, '0000');
      expect(result).toMatchObject({ kind: 'unlocked', damagedClasses: [] });
      expect(result.kind === 'unlocked' && result.classKeys.get(4)).toEqual(Buffer.alloc(32));
    });

    it('has a payload that its key decrypts', async () => {
      // One record; the encryption key is the fifth string of it (domain, path, target and digest come before).
      const record = readFileSync(join(source, 'Manifest.mbdb')).subarray(6);
      let at = 0;
      const next = (): Buffer => {
        const length = record.readUInt16BE(at);
        at += 2;
        const bytes = length === 0xffff ? Buffer.alloc(0) : record.subarray(at, at + length);
        at += bytes.length;
        return bytes;
      };
      const [domain, path, , , key] = [next(), next(), next(), next(), next()] as [
        Buffer,
        Buffer,
        Buffer,
        Buffer,
        Buffer,
      ];
      const fileId = fileIdOf(domain.toString(), path.toString());
      expect(readdirSync(source)).toContain(fileId);
      const unlocked = await unlockKeybag(parseKeybag(manifestPlist().keybag ?? Buffer.alloc(0)), '0000');
      const classKeys = unlocked.kind === 'unlocked' ? unlocked.classKeys : new Map<number, Buffer>();
      const fileKey = openClassedKey(classKeys, readClassedKey(key));
      expect(decryptCbc(readFileSync(join(source, fileId)), fileKey ?? Buffer.alloc(32))).toMatchObject({
        plain: Buffer.from('Test data'),
        padding: 'valid',
      });
    });

    it('has an empty Info.plist and Status.plist', () => {
      expect(readInfoPlist(readFileSync(join(source, 'Info.plist'))).deviceName).toBeUndefined();
      expect(readStatusPlist(readFileSync(join(source, 'Status.plist'))).snapshotState).toBeUndefined();
    });
  },
);

const OTHERS = ['crabstep', 'iLEAPP', 'imessage-exporter'];
describe.skipIf(!present('iLEAPP'))('property lists of apps and settings', () => {
  const plists = OTHERS.flatMap((name) =>
    existsSync(join(FIXTURES, name))
      ? readdirSync(join(FIXTURES, name), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.includes('.plist'))
          .map((file) => join(name, file))
      : [],
  );

  it.each(plists)('%s comes back as it was read', (file) => {
    const value = parsePlist(readFileSync(join(FIXTURES, file)));
    expect(parsePlist(encodePlist(value, 'binary'))).toEqual(value);
  });
});
