import { describe, expect, test } from 'vitest';
import { makeIdentity, withLuhnDigit } from './identity.ts';
import { Random } from './random.ts';
import { german } from './text/german.ts';

const spec = { seed: 1, files: 1, bytes: 1 };
const identity = (seed: number) => makeIdentity(new Random(seed, 'identity'), german, { ...spec, seed });

describe('makeIdentity', () => {
  test('has forms that hosts accept', () => {
    for (let seed = 0; seed < 50; seed++) {
      const one = identity(seed);
      expect(one.udid).toMatch(/^0000(8120|8130|8140)-00[01][0-9A-F]{13}$/);
      expect(one.uniqueChipId).toBe(Number(`0x${one.udid.slice(9)}`));
      expect(Number.isSafeInteger(one.uniqueChipId)).toBe(true);
      expect(one.serialNumber).toMatch(/^[0-9A-Z]{10}$/);
      expect(one.wifiAddress).toMatch(/^f4:d4:88(:[0-9a-f]{2}){3}$/);
      expect(one.bluetoothAddress).not.toBe(one.wifiAddress);
      expect(one.productType).toMatch(/^iPhone\d\d,\d$/);
      expect(one.imei).toMatch(/^35\d{13}$/);
      expect(passesLuhn(one.imei) && passesLuhn(one.imei2) && passesLuhn(one.iccid)).toBe(true);
    }
  });

  test('takes name, UDID and locale when they are given; the chip follows the UDID', () => {
    const given = { ...spec, name: 'Büro', udid: '00008130-000A1B2C3D4E001C', locale: 'fr-CA' };
    const one = makeIdentity(new Random(1, 'identity'), german, given);
    expect(one).toMatchObject({
      name: 'Büro',
      udid: given.udid,
      uniqueChipId: 0xa1b2c3d4e001c,
      locale: 'fr_CA',
      language: 'fr-CA',
    });
  });
});

test('withLuhnDigit appends the digit of the well-known example', () => {
  expect(withLuhnDigit('7992739871')).toBe('79927398713');
});

function passesLuhn(digits: string): boolean {
  return withLuhnDigit(digits.slice(0, -1)) === digits;
}
