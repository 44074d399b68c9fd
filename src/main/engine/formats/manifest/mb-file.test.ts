import { describe, expect, it } from 'vitest';
import { wrapKey } from '../crypto/key-wrap.ts';
import { encodePlist, PlistUid, type PlistValue, parsePlist } from '../plist/index.ts';
import { decodeMbFile, type MbFile } from './mb-file.ts';
import { encodeMbFile } from './mb-file-writer.ts';

const FULL: MbFile = {
  size: 5_000_000_000,
  mode: 0o100644,
  relativePath: 'Media/DCIM/100APPLE/IMG_0011.HEIC',
  modified: 1_634_560_219,
  statusChanged: 1_634_560_220,
  birth: -5,
  userId: 501,
  groupId: 501,
  inode: 2 ** 40 + 1,
  flags: 0,
  protectionClass: 3,
  encryptionKey: { classId: 3, wrapped: wrapKey(Buffer.alloc(32, 1), Buffer.alloc(32, 2)) },
  digest: Buffer.alloc(20, 7),
  extendedAttributes: Buffer.from('bplist00 is not looked at'),
  target: '/var/mobile/Containers/x',
};

const BARE: MbFile = {
  size: 0,
  mode: 0o040755,
  relativePath: null,
  modified: null,
  statusChanged: null,
  birth: null,
  userId: null,
  groupId: null,
  inode: null,
  flags: null,
  protectionClass: null,
  encryptionKey: null,
  digest: null,
  extendedAttributes: null,
  target: null,
};

/** An archive made with the general writer, as any archiver might make it. */
function archive(root: PlistValue, more: readonly PlistValue[] = []): Buffer {
  return encodePlist(
    {
      $version: 100_000,
      $archiver: 'NSKeyedArchiver',
      $top: { root: new PlistUid(1) },
      $objects: ['$null', root, ...more],
    },
    'binary',
  );
}

describe('MBFile archives', () => {
  it('come back as they were written', () => {
    for (const file of [FULL, BARE]) expect(decodeMbFile(encodeMbFile(file))).toEqual(file);
    const named = { ...FULL, relativePath: 'Médias/😀/עברית', extendedAttributes: Buffer.alloc(100_000, 1) };
    expect(decodeMbFile(encodeMbFile(named))).toEqual(named);
  });

  it('are written as the archive that a general reader knows', () => {
    expect(parsePlist(encodeMbFile({ ...FULL, extendedAttributes: null, target: null }))).toMatchObject({
      $version: 100_000,
      $archiver: 'NSKeyedArchiver',
      $top: { root: new PlistUid(1) },
      $objects: [
        '$null',
        {
          $class: new PlistUid(6),
          Size: 5_000_000_000,
          Mode: 0o100644,
          Birth: -5,
          RelativePath: new PlistUid(2),
          EncryptionKey: new PlistUid(3),
          Digest: new PlistUid(5),
          ProtectionClass: 3,
        },
        FULL.relativePath,
        { $class: new PlistUid(4), 'NS.data': expect.any(Uint8Array) },
        { $classname: 'NSMutableData', $classes: ['NSMutableData', 'NSData', 'NSObject'] },
        FULL.digest,
        { $classname: 'MBFile', $classes: ['MBFile', 'NSObject'] },
      ],
    });
  });

  it('may hold their data inline or in an NSData object', () => {
    const inline = archive({ Size: 1, Mode: 2, Digest: new PlistUid(2) }, [Buffer.alloc(20, 5)]);
    const wrapped = archive({ Size: 1, Mode: 2, Digest: new PlistUid(2) }, [{ 'NS.data': Buffer.alloc(20, 5) }]);
    const direct = archive({ Size: 1, Mode: 2, Digest: Buffer.alloc(20, 5) });
    for (const blob of [inline, wrapped, direct]) expect(decodeMbFile(blob)?.digest).toEqual(Buffer.alloc(20, 5));
  });

  it('with odd values leave the odd ones unknown', () => {
    const odd = {
      Size: 1,
      Mode: 2,
      Birth: 'yesterday',
      InodeNumber: 2n ** 62n,
      RelativePath: 5,
      Digest: 'no',
      Other: [],
    };
    expect(decodeMbFile(archive(odd))).toEqual({ ...BARE, size: 1, mode: 2 });
    expect(decodeMbFile(archive({ Size: 1, Mode: 2, RelativePath: new PlistUid(0) }))?.relativePath).toBe('$null');
  });

  it('with a damaged key keep it as a key that opens nothing', () => {
    for (const key of [Buffer.alloc(0), Buffer.alloc(3), Buffer.alloc(43), 'text', [1]]) {
      const blob = archive({ Size: 1, Mode: 2, EncryptionKey: new PlistUid(2) }, [key]);
      expect(decodeMbFile(blob)?.encryptionKey?.wrapped.length).not.toBe(40);
      expect(decodeMbFile(blob)?.encryptionKey).not.toBe(null);
    }
  });

  it.each<[string, Uint8Array]>([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('x'.repeat(200))],
    ['XML', encodePlist({ Size: 1 }, 'xml')],
    ['a list', encodePlist([1], 'binary')],
    ['no objects', encodePlist({ $top: { root: new PlistUid(1) } }, 'binary')],
    ['no root', encodePlist({ $top: {}, $objects: ['$null', { Size: 1, Mode: 2 }] }, 'binary')],
    ['a root that is no dictionary', archive('text')],
    ['a root outside of the objects', encodePlist({ $top: { root: new PlistUid(9) }, $objects: ['$null'] }, 'binary')],
    ['no size', archive({ Mode: 2 })],
    ['no mode', archive({ Size: 2 })],
    ['a negative size', archive({ Size: -1, Mode: 2 })],
    ['a size beyond 2^53', archive({ Size: 2n ** 60n, Mode: 2 })],
    [
      'a thousand entries',
      archive({ Size: 1, Mode: 2, ...Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [n, n])) }),
    ],
    ['a name outside of the objects', archive({ Size: 1, Mode: 2, RelativePath: new PlistUid(5) })],
  ])('of %s are unreadable, which is an answer', (_what, blob) => {
    expect(decodeMbFile(blob)).toBe(null);
  });

  it('with a UID behind the end of the objects are unreadable, whatever stands there', () => {
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    const blob = (uid: number) => archive({ Size: 1, Mode: 2, Digest: new PlistUid(uid) }, numbers);
    expect(decodeMbFile(blob(101))).toEqual({ ...BARE, size: 1, mode: 2 });
    for (const uid of [102, 103, 255]) expect(decodeMbFile(blob(uid))).toBe(null);
  });

  it('with data longer than the file are unreadable', () => {
    const blob = encodeMbFile(FULL);
    const length = blob.indexOf(Buffer.alloc(20, 7)) - 2;
    blob.writeUInt16BE(0xffff, length);
    expect(decodeMbFile(blob)).toBe(null);
  });

  it('with an object in the header or the table are unreadable', () => {
    const good = encodeMbFile(FULL);
    const count = good.readUInt32BE(good.length - 20);
    const table = good.readUInt32BE(good.length - 4);
    let unreadable = 0;
    for (const offset of [0, 7, table, table + 1]) {
      for (let object = 0; object < count; object += 1) {
        const blob = Buffer.from(good);
        blob.writeUInt16BE(offset, table + 2 * object);
        const file = decodeMbFile(blob);
        if (file === null) unreadable += 1;
        // An object that nobody asks for, such as the version.
        else expect(file).toEqual(FULL);
      }
    }
    expect(unreadable).toBeGreaterThan(2 * count);
  });

  it('that are cut off are unreadable', () => {
    const good = encodeMbFile(FULL);
    for (let length = 0; length < good.length; length += 1) expect(decodeMbFile(good.subarray(0, length))).toBe(null);
  });

  it('never make the reader throw or read outside, whatever bytes are flipped', () => {
    const good = encodeMbFile(FULL);
    let seed = 11;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let unreadable = 0;
    for (let round = 0; round < 10_000; round += 1) {
      const bytes = Buffer.from(good);
      for (let flips = 1 + random(3); flips > 0; flips -= 1) {
        // Mostly in the structure: the table and the trailer are the last fifth.
        const at = random(2) === 0 ? random(bytes.length) : bytes.length - 1 - random(160);
        bytes[at] = random(256);
      }
      const file = decodeMbFile(bytes);
      if (file === null) unreadable += 1;
      else for (const data of [file.digest, file.extendedAttributes]) expect((data ?? bytes).buffer).toBe(bytes.buffer);
    }
    expect(unreadable).toBeGreaterThan(1000);
  });
});
