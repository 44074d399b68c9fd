import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { wrapKey } from '../crypto/key-wrap.ts';
import { buildKeybag, type KeybagPlan } from './build.ts';
import { deriveKek } from './derive.ts';
import { keybagFingerprint, parseKeybag } from './keybag.ts';
import { unlockKeybag, unlockWithKek } from './unlock.ts';

/** Repeatable bytes. */
function seeded(seed: string): (count: number) => Buffer {
  let turn = 0;
  return (count) => {
    turn += 1;
    const block = createHash('sha512').update(`${seed} ${turn}`).digest();
    return block.subarray(0, count);
  };
}

const classKeys = new Map(Array.from({ length: 11 }, (_, index) => [index + 1, Buffer.alloc(32, index + 1)]));

const plan = (change: Partial<KeybagPlan> = {}): KeybagPlan => ({
  password: 'correct horse',
  classKeys,
  firstStageIterations: 10,
  iterations: 5,
  randomBytes: seeded('bag'),
  ...change,
});

const entry = (tag: string, value: number | Buffer) => {
  const bytes = typeof value === 'number' ? Buffer.from([value >>> 24, value >> 16, value >> 8, value]) : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([Buffer.from(tag), length, bytes]);
};

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (isBackstopError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('deriving the key of a password', () => {
  it('agrees with the known vector', async () => {
    const zeros = Buffer.alloc(20);
    const parameters = { salt: zeros, iterations: 1000, doubleProtection: { salt: zeros, iterations: 1000 } };
    const kek = await deriveKek(parameters, 'test');
    expect(kek.toString('hex')).toBe('38c96d78a983b3c227c99a5ff6dca964108f3c713db79200c8003bfec62cd9c0');
    expect(wrapKey(kek, Buffer.alloc(32, 0x11)).toString('hex')).toBe(
      '602bda4edea92ddd892b11556f61c8d2e98223e10675cb00f2ad2d572655f7e5514b72c00f9c0df3',
    );
  });

  it('leaves the first stage out where the bag has none', async () => {
    const parameters = { salt: Buffer.from('salt'), iterations: 1, doubleProtection: null };
    // RFC 6070, first vector, is the first 20 bytes.
    expect((await deriveKek(parameters, 'password')).toString('hex', 0, 20)).toBe(
      '0c60c80f961f0e71f3a9b524af6012062fe037a6',
    );
  });

  it('rejects at once when it is aborted', async () => {
    const parameters = { salt: Buffer.alloc(20), iterations: 300_000, doubleProtection: null };
    const stop = new AbortController();
    const working = deriveKek(parameters, 'test', { signal: stop.signal });
    stop.abort(new Error('no longer wanted'));
    await expect(working).rejects.toThrow('no longer wanted');
    await expect(deriveKek(parameters, 'test', { signal: stop.signal })).rejects.toThrow('no longer wanted');
  });
});

describe('key bags', () => {
  it('come back as they were built', async () => {
    const { bytes } = await buildKeybag(plan());
    const keybag = parseKeybag(bytes);
    expect(keybag).toMatchObject({ version: 5, type: 1, iterations: 5, unknownTags: [] });
    expect(keybag.doubleProtection).toMatchObject({ iterations: 10 });
    expect(keybag.classes.map(({ classId }) => classId)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(keybag.classes.filter(({ isDeviceBound }) => isDeviceBound).map(({ classId }) => classId)).toEqual([
      11, 10, 9,
    ]);
  });

  it('open with the password and with nothing else', async () => {
    const { bytes, kek } = await buildKeybag(plan());
    const keybag = parseKeybag(bytes);
    const result = await unlockKeybag(keybag, 'correct horse');
    expect(result).toMatchObject({ kind: 'unlocked', damagedClasses: [], kek });
    const keys = result.kind === 'unlocked' ? result.classKeys : new Map();
    expect([...keys.keys()].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(keys.get(3)).toEqual(Buffer.alloc(32, 3));
    for (const wrong of ['', 'Correct horse', 'correct horse ', 'correct']) {
      expect(await unlockKeybag(keybag, wrong)).toEqual({ kind: 'wrong-password' });
    }
    expect(unlockWithKek(keybag, kek)).toEqual(result);
  });

  it('of the old kind, without the first stage, open too', async () => {
    const keybag = parseKeybag((await buildKeybag(plan({ firstStageIterations: null }))).bytes);
    expect(keybag).toMatchObject({ version: 3, doubleProtection: null });
    expect((await unlockKeybag(keybag, 'correct horse')).kind).toBe('unlocked');
  });

  it('open when the password’s accents were composed differently', async () => {
    for (const set of ['Zoë'.normalize('NFC'), 'Zoë'.normalize('NFD')]) {
      const keybag = parseKeybag((await buildKeybag(plan({ password: set }))).bytes);
      expect((await unlockKeybag(keybag, 'Zoë'.normalize('NFC'))).kind).toBe('unlocked');
      expect((await unlockKeybag(keybag, 'Zoë'.normalize('NFD'))).kind).toBe('unlocked');
    }
  });

  it('name a damaged class and open the others', async () => {
    const { bytes } = await buildKeybag(plan());
    const at = bytes.lastIndexOf('WPKY') + 10;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const result = await unlockKeybag(parseKeybag(bytes), 'correct horse');
    expect(result).toMatchObject({ kind: 'unlocked', damagedClasses: [1] });
    expect(result.kind === 'unlocked' && result.classKeys.has(1)).toBe(false);
  });

  it('keep their fingerprint until the password changes', async () => {
    const { bytes } = await buildKeybag(plan());
    const first = keybagFingerprint(parseKeybag(bytes));
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(keybagFingerprint(parseKeybag(Buffer.concat([bytes, entry('NEWT', 5)])))).toBe(first);
    const changed = await buildKeybag(plan({ password: 'another', randomBytes: seeded('other') }));
    expect(keybagFingerprint(parseKeybag(changed.bytes))).not.toBe(first);
  });

  it('may hold unknown tags, tags in another order and a few bytes too many', async () => {
    const { bytes } = await buildKeybag(plan());
    const more = Buffer.concat([entry('ABCD', Buffer.alloc(9)), bytes, Buffer.from('rest')]);
    expect(parseKeybag(more).unknownTags).toEqual(['"ABCD"']);
    expect((await unlockKeybag(parseKeybag(more), 'correct horse')).kind).toBe('unlocked');
  });

  const salt = entry('SALT', Buffer.alloc(20));
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['noise', Buffer.alloc(100, 0xff)],
    [
      'an entry longer than the bag',
      Buffer.concat([salt, entry('ITER', 5), Buffer.from('UUID\xff\xff\xff\xffxx', 'latin1')]),
    ],
    [
      'an entry one byte longer than the bag',
      Buffer.concat([salt, entry('ITER', 5), entry('HMCK', Buffer.alloc(40))]).subarray(0, -1),
    ],
    ['no salt', entry('ITER', 5)],
    ['an empty salt', Buffer.concat([entry('SALT', Buffer.alloc(0)), entry('ITER', 5)])],
    ['a salt of a kilobyte', Buffer.concat([entry('SALT', Buffer.alloc(1024)), entry('ITER', 5)])],
    ['no iterations', salt],
    ['zero iterations', Buffer.concat([salt, entry('ITER', 0)])],
    ['four billion iterations', Buffer.concat([salt, entry('ITER', 0xffff_ffff)])],
    [
      'four billion iterations in the first stage',
      Buffer.concat([salt, entry('ITER', 5), entry('DPIC', 0xffff_ffff), entry('DPSL', Buffer.alloc(20))]),
    ],
    ['a megabyte', Buffer.alloc(1024 * 1024)],
  ])('of %s are refused', async (_what, bytes) => {
    expect(await codeOf(() => parseKeybag(bytes))).toBe('formats/bad-keybag');
  });

  it('without any key for a password are refused before time is spent', async () => {
    const keybag = parseKeybag(Buffer.concat([salt, entry('ITER', 50_000_000)]));
    expect(await codeOf(() => unlockKeybag(keybag, 'x'))).toBe('formats/bad-keybag');
  });

  it('never make the reader throw anything else, whatever bytes are flipped', async () => {
    const { bytes, kek } = await buildKeybag(plan());
    let seed = 3;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let round = 0; round < 2000; round += 1) {
      const damaged = Buffer.from(bytes.subarray(0, random(4) === 0 ? random(bytes.length) : bytes.length));
      for (let flips = random(4); flips > 0; flips -= 1) damaged[random(damaged.length)] = random(256);
      expect(['nothing thrown', 'formats/bad-keybag']).toContain(
        await codeOf(() => unlockWithKek(parseKeybag(damaged), kek)),
      );
    }
  });
});
