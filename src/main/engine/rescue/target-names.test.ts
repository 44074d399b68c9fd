import { expect, it } from 'vitest';
import { TargetNames } from './target-names.ts';

it.each([
  ['DCIM/100APPLE/IMG_0001.HEIC', 'DCIM/100APPLE/IMG_0001.HEIC'],
  ['DCIM/100APPLE/12:30 Uhr?.jpg', 'DCIM/100APPLE/12_30 Uhr_.jpg'],
  ['DCIM/con.txt', 'DCIM/_con.txt'],
  ['DCIM/dots...', 'DCIM/dots___'],
  ['DCIM/a\u202egpj.exe', 'DCIM/a_gpj.exe'],
  ['.backstop-rescue/journal.jsonl', '_backstop-rescue/journal.jsonl'],
  ['DCIM/..', 'DCIM/__'],
  ['DCIM/Ä\u0000b', 'DCIM/Ä_b'],
])('%j lies in the folder as %j', (name, expected) => {
  expect(new TargetNames([]).choose(name)).toBe(expected);
});

it('gives no name twice, even where case does not count', () => {
  const names = new TargetNames(['DCIM/IMG_1.jpg']);
  expect(names.choose('DCIM/IMG_1.JPG')).toBe('DCIM/IMG_1 (2).JPG');
  expect(names.choose('DCIM/img_1.JPG')).toBe('DCIM/img_1 (3).JPG');
  expect(names.choose('DCIM/no ending')).toBe('DCIM/no ending');
  expect(names.choose('DCIM/NO ENDING')).toBe('DCIM/NO ENDING (2)');
});
