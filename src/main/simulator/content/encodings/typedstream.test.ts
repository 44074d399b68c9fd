import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeTypedStream } from '../test-support/decode-typedstream.ts';
import { encodeAttributedString } from './typedstream.ts';

const fixtures = path.join(process.env['BACKSTOP_FIXTURES'] ?? '../shared/fixtures', 'crabstep');
const part = { __kIMMessagePartAttributeName: 0 };

describe('encodeAttributedString', () => {
  test('writes a plain text byte for byte as a phone does', () => {
    const head = '040b73747265616d747970656481e803840140848484194e534d757461626c6541747472696275746564537472696e6700';
    const bytes = encodeAttributedString('Hi', [{ length: 2, attributes: part }]);
    expect(bytes.toString('hex').startsWith(head)).toBe(true);
    expect(
      bytes.toString('hex').endsWith('8692848484084e534e756d626572008484074e5356616c7565009584012a849b9b00868686'),
    ).toBe(true);
  });

  test.skipIf(!existsSync(fixtures))(
    'agrees with a message of a real phone (needs the fixtures beside the project)',
    () => {
      const real = readFileSync(path.join(fixtures, 'AttributedBodyTextOnly'));
      expect(encodeAttributedString('Noter test', [{ length: 10, attributes: part }]).equals(real)).toBe(true);
    },
  );

  test.skipIf(!existsSync(fixtures))(
    'the reader used here reads real messages (needs the fixtures beside the project)',
    () => {
      expect(decodeTypedStream(readFileSync(path.join(fixtures, 'Arabic'))).text).toBe('أهلاً بالعالم');
      expect(decodeTypedStream(readFileSync(path.join(fixtures, 'Mention'))).text).toBe('Test Dad ');
    },
  );

  test.each([
    ['short', 'ok'],
    ['longer than 127 bytes', 'x'.repeat(200)],
    ['longer than 65,535 bytes', 'é'.repeat(40_000)],
    ['emoji and right-to-left', '👩🏽‍🚀 שלום مرحبا 你好'],
  ])('comes back whole: %s', (_name, text) => {
    const decoded = decodeTypedStream(encodeAttributedString(text, [{ length: text.length, attributes: part }]));
    expect(decoded).toEqual({ text, runs: [{ length: text.length, attributes: part }] });
  });

  test('keeps several runs with texts and numbers apart', () => {
    const runs = [
      { length: 1, attributes: { __kIMFileTransferGUIDAttributeName: 'at_0_X', __kIMMessagePartAttributeName: 0 } },
      { length: 300, attributes: { __kIMMentionConfirmedMention: '+4912345', __kIMMessagePartAttributeName: 1 } },
    ];
    const text = `\ufffc${'y'.repeat(300)}`;
    expect(decodeTypedStream(encodeAttributedString(text, runs))).toEqual({ text, runs });
  });
});
