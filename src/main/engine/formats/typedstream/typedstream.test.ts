import { describe, expect, it } from 'vitest';
import { encodeAttributedString } from '../../../simulator/content/encodings/typedstream.ts';
import { readAttributedText, salvageText } from './index.ts';

/** Header, then the root group "@" with one object; as the phone writes it, by hand. */
const HEADER = '040b73747265616d747970656481e803';
const stream = (hex: string): Buffer => Buffer.from(HEADER + hex.replaceAll(/\s/g, ''), 'hex');
const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const STRING_CLASS = `84 84 08 ${ascii('NSString')} 01 84 84 08 ${ascii('NSObject')} 00 85`;
const plainString = (length: string, text: string): Buffer =>
  stream(`84 01 40 84 ${STRING_CLASS} 84 01 2b ${length} ${ascii(text)} 86`);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'none';
}

describe('an attributed text', () => {
  it('has its runs at UTF-16 places', () => {
    const text = '𝖍𝖊 \ufffc مرحبا';
    const bytes = encodeAttributedString(text, [
      { length: 5, attributes: { __kIMMessagePartAttributeName: 0 } },
      { length: 1, attributes: { __kIMFileTransferGUIDAttributeName: 'at_0', __kIMMessagePartAttributeName: 1 } },
      { length: text.length - 6, attributes: { __kIMMentionConfirmedMention: '+15550100' } },
    ]);
    const read = readAttributedText(bytes);
    expect(read.text).toBe(text);
    expect(read.runs.map(({ start, length }) => [start, length])).toEqual([
      [0, 5],
      [5, 1],
      [6, text.length - 6],
    ]);
    expect(read.runs[1]?.attributes.get('__kIMFileTransferGUIDAttributeName')).toBe('at_0');
    expect(read.runs[2]?.attributes.get('__kIMMentionConfirmedMention')).toBe('+15550100');
  });

  it('may be long, and of more than 128 runs', () => {
    const text = 'añ'.repeat(40_000);
    const runs = Array.from({ length: 400 }, (_, index) => ({ length: 200, attributes: { number: index } }));
    const read = readAttributedText(encodeAttributedString(text, runs));
    expect(read.text).toBe(text);
    expect(read.runs.at(-1)).toMatchObject({ start: 79_800, length: 200 });
    expect(read.runs.at(-1)?.attributes.get('number')).toBe(399);
  });

  it('may be a plain string', () => {
    expect(readAttributedText(plainString('05', 'Hello'))).toEqual({ text: 'Hello', runs: [] });
  });

  it('may have numbers of eight bytes among its attributes', () => {
    const bytes = encodeAttributedString('Hello', [{ length: 5, attributes: { n: 300 } }]);
    const [before, after] = bytes.toString('hex').split('812c01');
    const read = readAttributedText(Buffer.from(`${before}8700e68ee7fdffffff${after}`, 'hex'));
    expect(read.runs[0]?.attributes.get('n')).toBe(-9_000_000_000);
  });

  it('is read in the other byte order too', () => {
    const head = `040b${ascii('typedstream')}8103e8`;
    const body = `84 01 40 84 ${STRING_CLASS} 84 01 2b 81 0005 ${ascii('Hello')} 86`.replaceAll(' ', '');
    expect(readAttributedText(Buffer.from(head + body, 'hex')).text).toBe('Hello');
  });
});

describe('bytes that are no attributed text', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a header only', stream('')],
    ['another signature', Buffer.from(`040b${ascii('streamtypex')}81e803`, 'hex')],
    ['a text longer than the bytes', plainString('60', 'Hello')],
    ['a length of four billion', plainString('82ffffffff', 'Hello')],
    ['a length of eight bytes', plainString('87ffffffffffffffff', 'Hello')],
    ['no UTF-8', stream(`84 01 40 84 ${STRING_CLASS} 84 01 2b 02 c328 86`)],
    ['a reference to nothing', stream('84 01 40 a5')],
    ['an object without an end', stream(`84 01 40 84 ${STRING_CLASS} 84 01 2b 01 41`)],
    ['nothing in place of an object', stream('84 01 40 85')],
    ['an unknown type', stream('84 01 7a 00')],
    ['a structure of nothing, a billion times', stream(`84 0f ${ascii('[999999999{a=}]')}`)],
    ['such arrays inside each other', stream(`84 12 ${ascii('[90000[90000{a=}]]')}`)],
    ['3 MB', Buffer.concat([stream(''), Buffer.alloc(3 << 20)])],
  ])('are refused: %s', (_, bytes) => {
    expect(codeOf(() => readAttributedText(bytes))).toBe('formats/bad-typedstream');
  });

  it('are refused when objects stand inside each other without end', () => {
    const classReference = '93';
    const open = `84 84 84 01 41 00 85 84 01 40`;
    const deep = `84 01 40 ${open} ${`84 ${classReference} 92`.repeat(5000)}`;
    expect(codeOf(() => readAttributedText(stream(deep)))).toBe('formats/bad-typedstream');
  });

  it('are refused when the runs are longer than the text', () => {
    const bytes = encodeAttributedString('short', [{ length: 6, attributes: {} }]);
    expect(codeOf(() => readAttributedText(bytes))).toBe('formats/bad-typedstream');
  });

  it('still give the text where that is whole', () => {
    const whole = encodeAttributedString('Hello, wörld', [{ length: 12, attributes: { a: 1 } }]);
    const cut = whole.subarray(0, whole.length - 30);
    expect(codeOf(() => readAttributedText(cut))).toBe('formats/bad-typedstream');
    expect(salvageText(cut)).toBe('Hello, wörld');
    expect(salvageText(whole.subarray(0, whole.indexOf('Hello') + 8))).toBeNull();
    expect(salvageText(Buffer.from('no string here'))).toBeNull();
  });
});

describe('10,000 damaged texts', () => {
  /** Numerical Recipes' generator: the same damage in every run. */
  function* numbers(seed: number): Generator<number, never> {
    let state = seed;
    for (;;) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      yield state;
    }
  }

  it('give a text or an error with its code, soon', () => {
    const random = numbers(7);
    const next = (below: number): number => Math.floor((random.next().value / 2 ** 32) * below);
    const samples = [
      encodeAttributedString('Hello', [{ length: 5, attributes: { part: 0, link: 'https://example.org' } }]),
      encodeAttributedString(
        'é'.repeat(300),
        Array.from({ length: 150 }, (_, index) => ({ length: 2, attributes: { n: index } })),
      ),
    ];
    const marks = [0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x92, 0x93, 0xff, 0x00];
    let longest = 0;
    for (let turn = 0; turn < 10_000; turn += 1) {
      const bytes = Buffer.from(samples[turn % samples.length] ?? Buffer.alloc(0));
      for (let change = next(6); change >= 0; change -= 1) {
        bytes[next(bytes.length)] = next(2) === 0 ? (marks[next(marks.length)] ?? 0) : next(256);
      }
      const cut = next(4) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes;
      const started = performance.now();
      expect(['none', 'formats/bad-typedstream']).toContain(codeOf(() => readAttributedText(cut)));
      salvageText(cut);
      longest = Math.max(longest, performance.now() - started);
    }
    expect(longest).toBeLessThan(2000);
  });
});
