import { describe, expect, it } from 'vitest';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { encodePlist, type PlistLimits, PlistReal, PlistUid, type PlistValue, parsePlist } from './index.ts';

/** A binary plist from raw objects, so that tests can lie in every field. */
function raw(
  objects: readonly (readonly number[] | Buffer)[],
  lie: { top?: number; refSize?: number; count?: number } = {},
) {
  const parts: Buffer[] = [Buffer.from('bplist00')];
  const offsets: number[] = [];
  let at = 8;
  for (const object of objects) {
    offsets.push(at);
    const part = Buffer.from(object);
    parts.push(part);
    at += part.length;
  }
  const table = Buffer.alloc(offsets.length * 4);
  for (const [index, offset] of offsets.entries()) table.writeUInt32BE(offset, index * 4);
  const trailer = Buffer.alloc(32);
  trailer[6] = 4;
  trailer[7] = lie.refSize ?? 1;
  trailer.writeBigUInt64BE(BigInt(lie.count ?? objects.length), 8);
  trailer.writeBigUInt64BE(BigInt(lie.top ?? 0), 16);
  trailer.writeBigUInt64BE(BigInt(at), 24);
  return Buffer.concat([...parts, table, trailer]);
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isBackstopError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

const parseCode = (bytes: Uint8Array, limits?: PlistLimits) => codeOf(() => parsePlist(bytes, limits));

describe('reading binary property lists', () => {
  it('reads every kind of object', () => {
    const ascii = (text: string) => Buffer.concat([Buffer.from([0x50 | text.length]), Buffer.from(text)]);
    expect(parsePlist(raw([[0x00]]))).toBe(null);
    expect(parsePlist(raw([[0x0f]]))).toBe(null);
    expect(parsePlist(raw([[0x08]]))).toBe(false);
    expect(parsePlist(raw([[0x09]]))).toBe(true);
    expect(parsePlist(raw([[0x10, 0xff]]))).toBe(255);
    expect(parsePlist(raw([[0x11, 0xff, 0xff]]))).toBe(65_535);
    expect(parsePlist(raw([[0x12, 0xff, 0xff, 0xff, 0xff]]))).toBe(4_294_967_295);
    expect(parsePlist(raw([[0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x98]]))).toBe(-104);
    expect(parsePlist(raw([[0x13, 0x80, 0, 0, 0, 0, 0, 0, 0]]))).toBe(-(2n ** 63n));
    expect(parsePlist(raw([[0x14, ...Buffer.alloc(8), 0xff, ...Buffer.alloc(7)]]))).toBe(0xff00_0000_0000_0000n);
    expect(parsePlist(raw([[0x14, ...Buffer.alloc(16, 0xff)]]))).toBe(-1);
    expect(parsePlist(raw([[0x22, 0x40, 0, 0, 0]]))).toEqual(new PlistReal(2));
    expect(parsePlist(raw([[0x23, 0x40, 0, 0, 0, 0, 0, 0, 0]]))).toEqual(new PlistReal(2));
    expect(parsePlist(raw([[0x33, 0, 0, 0, 0, 0, 0, 0, 0]]))).toEqual(new Date('2001-01-01T00:00:00Z'));
    expect(parsePlist(raw([[0x43, 1, 2, 3]]))).toEqual(Buffer.from([1, 2, 3]));
    expect(parsePlist(raw([ascii('abc')]))).toBe('abc');
    expect(parsePlist(raw([[0x62, 0x00, 0xe9, 0x26, 0x03]]))).toBe('é☃');
    expect(parsePlist(raw([[0x81, 0x01, 0x02]]))).toEqual(new PlistUid(258));
    expect(parsePlist(raw([[0xa2, 1, 1], [0x09]]))).toEqual([true, true]);
    expect(parsePlist(raw([[0xc1, 1], [0x09]]))).toEqual([true]);
    expect(parsePlist(raw([[0xb1, 1], [0x09]]))).toEqual([true]);
    const dict = parsePlist(raw([[0xd1, 1, 2], ascii('__proto__'), [0x10, 5]]));
    expect(Object.getPrototypeOf(dict)).toBe(null);
    expect(Object.entries(dict as object)).toEqual([['__proto__', 5]]);
  });

  it('gives data as a view of the input', () => {
    const bytes = raw([[0x43, 1, 2, 3]]);
    expect((parsePlist(bytes) as Uint8Array).buffer).toBe(bytes.buffer);
  });

  it('reads references and offsets of odd sizes', () => {
    expect(
      parsePlist(
        raw(
          [
            [0xa1, 0, 0, 1],
            [0x10, 7],
          ],
          { refSize: 3 },
        ),
      ),
    ).toEqual([7]);
    expect(
      parsePlist(
        raw(
          [
            [0xa1, 0, 0, 0, 0, 0, 0, 0, 1],
            [0x10, 7],
          ],
          { refSize: 8 },
        ),
      ),
    ).toEqual([7]);
  });

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['a lonely header', Buffer.from('bplist00')],
    ['another version', Buffer.concat([Buffer.from('bplist15'), raw([[0x09]]).subarray(8)])],
    ['no objects', raw([])],
    ['more objects than there is room for', raw([[0x09]], { count: 2 })],
    ['an absurd number of objects', raw([[0x09]], { count: 2 ** 52 })],
    ['a top object that does not exist', raw([[0x09]], { top: 1 })],
    ['references of no bytes', raw([[0xa1, 0], [0x09]], { refSize: 0 })],
    ['references of nine bytes', raw([[0xa0], [0x09]], { refSize: 9 })],
    ['a reference to nothing', raw([[0xa1, 9]])],
    ['a list that contains itself', raw([[0xa1, 0]])],
    [
      'two lists that contain each other',
      raw([
        [0xa1, 1],
        [0xa1, 0],
      ]),
    ],
    [
      'a dictionary whose value is itself',
      raw([
        [0xd1, 1, 0],
        [0x51, 0x61],
      ]),
    ],
    ['a key that is no text', raw([[0xd1, 1, 1], [0x09]])],
    ['an unknown marker', raw([[0x70]])],
    ['an unknown simple marker', raw([[0x01]])],
    ['an integer of 32 bytes', raw([[0x15, ...Buffer.alloc(32)]])],
    ['an integer that is cut off', raw([[0x13, 1]])],
    ['a real of one byte', raw([[0x20, 1]])],
    ['a date that is no number', raw([[0x33, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]])],
    ['a date beyond the calendar', raw([[0x33, 0x7f, 0xe0, 0, 0, 0, 0, 0, 0]])],
    ['data longer than the file', raw([[0x4f, 0x12, 0xff, 0xff, 0xff, 0xff, 1]])],
    ['data of 2^63 bytes', raw([[0x4f, 0x13, 0x7f, ...Buffer.alloc(7, 0xff)]])],
    ['text longer than the file', raw([[0x5e, 0x61]])],
    ['UTF-16 longer than the file', raw([[0x62, 0, 0x61, 0]])],
    ['a list longer than the file', raw([[0xaf, 0x13, 0, 0, 0, 1, 0, 0, 0, 0]])],
    ['a length that is a text', raw([[0x4f, 0x51, 0x61]])],
    ['a length of 16 bytes', raw([[0x4f, 0x14, ...Buffer.alloc(16)]])],
    ['a UID of 9 bytes', raw([[0x88, ...Buffer.alloc(9)]])],
    ['a UID beyond 2^53', raw([[0x87, ...Buffer.alloc(8, 0xff)]])],
  ])('refuses %s', (_what, bytes) => {
    expect(parseCode(bytes)).toBe('formats/bad-plist');
  });

  it('refuses every truncation of a good file', () => {
    const good = encodePlist({ a: [1, 2.5, 'text', Buffer.alloc(20)], b: { c: new Date(0) } }, 'binary');
    for (let length = 0; length < good.length; length += 1) {
      expect(parseCode(good.subarray(0, length)), `${length} bytes`).toBe('formats/bad-plist');
    }
  });

  it('refuses objects in the header and in the offset table', () => {
    for (const offset of [0, 7, 10, 11]) {
      const bytes = raw([[0xa1, 1], [0x09]]);
      bytes.writeUInt32BE(offset, bytes.length - 32 - 4);
      expect(parseCode(bytes)).toBe(offset === 10 ? 'nothing thrown' : 'formats/bad-plist');
    }
  });

  it('holds the limits it is given', () => {
    expect(parseCode(encodePlist('x'.repeat(100), 'binary'), { maxBytes: 64 })).toBe('formats/plist-too-large');
    expect(parseCode(encodePlist([1, 2, 3, 4], 'binary'), { maxObjects: 4 })).toBe('formats/plist-too-large');
    expect(parsePlist(encodePlist([1, 2, 3, 4], 'binary'), { maxObjects: 5 })).toEqual([1, 2, 3, 4]);
    expect(parseCode(encodePlist([[['deep']]], 'binary'), { maxDepth: 2 })).toBe('formats/bad-plist');
    expect(parsePlist(encodePlist([[['deep']]], 'binary'), { maxDepth: 3 })).toEqual([[['deep']]]);
  });

  it('refuses 65 levels and reads 64', () => {
    const nested = (levels: number): PlistValue => (levels === 0 ? 'end' : [nested(levels - 1)]);
    expect(parsePlist(encodePlist(nested(64), 'binary'))).toBeDefined();
    expect(parseCode(encodePlist(nested(65), 'binary'))).toBe('formats/bad-plist');
  });

  it('counts the depth of a shared object at its deepest use', () => {
    // 0: [2, 1]; 1: [2]; 2: [3]; 3: [4]; 4: true. Object 2 is met at depth 2 first, and then at depth 3.
    const bytes = raw([[0xa2, 2, 1], [0xa1, 2], [0xa1, 3], [0xa1, 4], [0x09]]);
    expect(parseCode(bytes, { maxDepth: 3 })).toBe('formats/bad-plist');
    expect(parsePlist(bytes, { maxDepth: 4 })).toEqual([[[true]], [[[true]]]]);
  });

  it('refuses lists that double at every level', () => {
    const objects = Array.from({ length: 40 }, (_, index) => [0xa2, index + 1, index + 1]);
    expect(parseCode(raw([...objects, [0x09]]))).toBe('formats/plist-too-large');
  });

  it('refuses a text that is used until it fills the memory', () => {
    const text = Buffer.concat([Buffer.from([0x5f, 0x12, 0, 1, 0, 0]), Buffer.alloc(65_536, 0x61)]);
    const list = Buffer.concat([Buffer.from([0xaf, 0x12, 0, 0, 0x10, 0]), Buffer.alloc(4096, 1)]);
    expect(parseCode(raw([list, text]))).toBe('formats/plist-too-large');
  });

  it('refuses texts that lie on top of each other', () => {
    const text = Buffer.concat([Buffer.from([0x5f, 0x12, 0, 1, 0, 0]), Buffer.alloc(65_536, 0x61)]);
    const good = raw([[0xa1, 1], text]);
    const count = 1000;
    const table = good.length - 32 - 8;
    const offsets = Buffer.alloc(4 * count);
    offsets.writeUInt32BE(8, 0);
    for (let index = 1; index < count; index += 1) offsets.writeUInt32BE(10, index * 4);
    const trailer = Buffer.from(good.subarray(good.length - 32));
    trailer.writeBigUInt64BE(BigInt(count), 8);
    expect(parseCode(Buffer.concat([good.subarray(0, table), offsets, trailer]))).toBe('formats/plist-too-large');
  });

  it('shares what the file shares, so that references cost no memory', () => {
    const value = parsePlist(raw([[0xa2, 1, 1], [0xa1, 2], [0x09]])) as readonly PlistValue[];
    expect(value[0]).toBe(value[1]);
  });

  it('never throws anything but its own errors, whatever bytes are flipped', () => {
    const good = encodePlist(
      {
        a: [1, -1, 2n ** 63n, new PlistReal(2), 'text', 'téxt', Buffer.alloc(20)],
        b: { c: new Date(0), u: new PlistUid(3) },
      },
      'binary',
    );
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let refused = 0;
    for (let round = 0; round < 4000; round += 1) {
      const bytes = Buffer.from(good);
      for (let flips = 1 + random(3); flips > 0; flips -= 1) bytes[random(bytes.length)] = random(256);
      const code = parseCode(bytes);
      if (code !== 'nothing thrown') refused += 1;
      expect(['nothing thrown', 'formats/bad-plist', 'formats/plist-too-large']).toContain(code);
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

describe('writing binary property lists', () => {
  it('writes the bytes Apple writes', () => {
    // plutil -convert binary1 of {"a": 1, "b": [true, "a"]}
    expect(encodePlist({ a: 1, b: [true, 'a'] }, 'binary').toString('hex')).toBe(
      `${Buffer.from('bplist00').toString('hex')}d2010203045161516210 01a20501 09080d0f1113160000000000000101000000000000000600000000000000000000000000000017`.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it.each<[string, PlistValue, string]>([
    ['zero', 0, '1000'],
    ['a byte', 255, '10ff'],
    ['two bytes', 256, '110100'],
    ['four bytes', 4_294_967_295, '12ffffffff'],
    ['more than four bytes', 4_294_967_296, '130000000100000000'],
    ['a negative number', -1, '13ffffffffffffffff'],
    ['the status -104', -104n, '13ffffffffffffff98'],
    ['the largest signed number', 2n ** 63n - 1n, '137fffffffffffffff'],
    ['an ECID above it', 2n ** 63n, '1400000000000000008000000000000000'],
    ['a real that is whole', new PlistReal(2), '234000000000000000'],
    ['a number with a fraction', 0.5, '233fe0000000000000'],
    ['an integer beyond 2^53 that came as a number', 2 ** 60, '131000000000000000'],
    ['a date', new Date('2001-01-01T00:00:01.500Z'), '333ff8000000000000'],
    ['a UID', new PlistUid(300), '81012c'],
    ['text with an accent', 'é', '6100e9'],
    ['null', null, '00'],
  ])('writes %s', (_what, value, hex) => {
    const bytes = encodePlist(value, 'binary');
    expect(bytes.subarray(8, bytes.length - 33).toString('hex')).toBe(hex);
    expect(parsePlist(bytes)).toEqual(
      typeof value === 'number' && !Number.isInteger(value) ? new PlistReal(value) : parsePlist(bytes),
    );
  });

  it('gives back what it was given', () => {
    const value = {
      list: Array.from({ length: 300 }, (_, index) => `entry ${index} of a list with more than a byte of references`),
      long: 'x'.repeat(70_000),
      wide: '😀'.repeat(300),
      data: Buffer.alloc(70_000, 7),
      lone: '\ud800 alone',
      empty: { list: [], dict: {}, text: '', data: Buffer.alloc(0) },
      numbers: [0, -1, 2 ** 53 - 1, 2n ** 53n, -(2n ** 63n), 2n ** 64n - 1n, 2n ** 127n - 1n],
      reals: [new PlistReal(0.1), new PlistReal(-0), new PlistReal(Number.NaN), new PlistReal(Infinity)],
    };
    expect(encodePlist(parsePlist(encodePlist(value, 'binary')), 'binary')).toEqual(encodePlist(value, 'binary'));
    expect(parsePlist(encodePlist(value, 'binary'))).toEqual(
      Object.assign(Object.create(null), value, {
        empty: Object.assign(Object.create(null), value.empty, { dict: Object.create(null) }),
      }),
    );
  });

  it('refuses what the format cannot hold', () => {
    const cyclic: PlistValue[] = [];
    cyclic.push(cyclic);
    const notPlist = [
      undefined,
      () => 1,
      Symbol('x'),
      2n ** 127n,
      -(2n ** 63n) - 1n,
      1e300,
      new PlistUid(-1),
      { a: undefined },
    ];
    for (const value of [cyclic, ...notPlist]) {
      expect(codeOf(() => encodePlist(value as PlistValue, 'binary'))).toBe('formats/unencodable-plist');
    }
  });
});
