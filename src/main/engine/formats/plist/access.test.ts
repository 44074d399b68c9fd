import { expect, it } from 'vitest';
import {
  arrayAt,
  arrayOf,
  bigintAt,
  boolAt,
  dataAt,
  dateAt,
  dictAt,
  dictOf,
  integerAt,
  numberAt,
  PlistReal,
  PlistUid,
  stringAt,
  stringsAt,
  valueAt,
} from './index.ts';

const source = {
  text: 'a',
  int: 5,
  big: 2n ** 60n,
  real: new PlistReal(2.5),
  whole: new PlistReal(2),
  yes: true,
  date: new Date(0),
  data: Buffer.from('x'),
  list: ['a', 1, 'b'],
  dict: { inner: 1 },
  uid: new PlistUid(1),
};

it('finds values of the wanted kind', () => {
  expect(stringAt(source, 'text')).toBe('a');
  expect(numberAt(source, 'int')).toBe(5);
  expect(numberAt(source, 'real')).toBe(2.5);
  expect(integerAt(source, 'whole')).toBe(2);
  expect(bigintAt(source, 'big')).toBe(2n ** 60n);
  expect(bigintAt(source, 'int')).toBe(5n);
  expect(boolAt(source, 'yes')).toBe(true);
  expect(dateAt(source, 'date')).toEqual(new Date(0));
  expect(dataAt(source, 'data')).toEqual(Buffer.from('x'));
  expect(arrayAt(source, 'list')).toHaveLength(3);
  expect(stringsAt(source, 'list')).toEqual(['a', 'b']);
  expect(numberAt(dictAt(source, 'dict'), 'inner')).toBe(1);
});

it('answers undefined for everything else', () => {
  for (const look of [
    stringAt,
    numberAt,
    integerAt,
    bigintAt,
    boolAt,
    dateAt,
    dataAt,
    arrayAt,
    stringsAt,
    dictAt,
    valueAt,
  ]) {
    for (const nothing of [
      undefined,
      null,
      'text',
      5,
      [],
      new Date(),
      Buffer.alloc(1),
      new PlistReal(1),
      new PlistUid(1),
    ]) {
      expect(look(nothing, 'length')).toBeUndefined();
    }
    expect(look(source, 'missing')).toBeUndefined();
    expect(look(source, 'toString')).toBeUndefined();
    expect(look === valueAt ? undefined : look(source, 'uid')).toBeUndefined();
  }
  expect(integerAt(source, 'real')).toBeUndefined();
  expect(numberAt(source, 'big')).toBeUndefined();
  expect(dictOf(source.data)).toBeUndefined();
  expect(arrayOf(source)).toBeUndefined();
});
