import { describe, expect, it } from 'vitest';
import { type NoteRun as Made, noteBody, STYLE } from '../../../simulator/content/kinds/notes/note-body.ts';
import { tableBody } from '../../../simulator/content/kinds/notes/table-body.ts';
import { Random } from '../../../simulator/content/random.ts';
import { ProtoMessage } from '../protobuf/index.ts';
import { type NoteText, paragraphsOf, readNoteTable, readNoteText } from './index.ts';

const uuid = (purpose: string): Buffer => new Random(1, purpose).bytes(16);

function bodyOf(...runs: Made[]): NoteText {
  const read = readNoteText(noteBody(runs, uuid));
  if ('fault' in read) throw new Error(read.fault);
  return read;
}

describe('ProtoMessage', () => {
  it('reads every type of field, the last one of many, and negative numbers', () => {
    const bytes = Buffer.from(
      '08010802' + '12026162' + '1d00000000' + '210000000000000000' + '28ffffffffffffffffff01',
      'hex',
    );
    const message = ProtoMessage.read(bytes);
    expect([message?.number(1), message?.text(2), message?.bytes(3)?.length, message?.bytes(4)?.length]).toEqual([
      2,
      'ab',
      4,
      8,
    ]);
    expect([message?.number(5), message?.number(2), message?.text(1), message?.number(9)]).toEqual([
      -1,
      null,
      null,
      null,
    ]);
  });

  it('takes nothing that is cut off or of no known type', () => {
    for (const hex of ['08', '12ff', '1200ff', '0b', '00', '08ffffffffffffffffffff01', '1affffffff0f']) {
      expect(ProtoMessage.read(Buffer.from(hex, 'hex'))).toBeNull();
    }
    expect(ProtoMessage.read(Buffer.alloc(0))?.number(1)).toBeNull();
  });
});

describe('paragraphsOf', () => {
  it('gives lines their kind, and their pieces their looks', () => {
    const read = bodyOf(
      { text: 'Title\n', style: STYLE.title },
      { text: 'plain ' },
      { text: 'bold 👩🏽‍🚀', weight: 1, link: 'https://example.org/' },
      { text: '\n\n' },
      { text: 'milk\neggs\n', style: STYLE.checklist, checked: true, indent: 1 },
      { text: '\ufffc', attachment: { identifier: 'ID', uti: 'public.jpeg' } },
    );
    const lines = [...paragraphsOf(read)];
    expect(lines.map(({ kind, indent, isChecked }) => [kind, indent, isChecked])).toEqual([
      ['title', 0, false],
      ['body', 0, false],
      ['body', 0, false],
      ['checklist', 1, true],
      ['checklist', 1, true],
      ['body', 0, false],
    ]);
    expect(lines[1]?.spans.map(({ text, isBold, link }) => [text, isBold, link])).toEqual([
      ['plain ', false, null],
      ['bold 👩🏽‍🚀', true, 'https://example.org/'],
    ]);
    expect(lines[2]?.spans).toEqual([]);
    expect(lines[5]?.spans[0]?.attachment).toBe('ID');
  });

  it('loses no text when runs end too early or go too far', () => {
    const { text, runs } = bodyOf({ text: 'one\ntwo' });
    const words = (note: NoteText): string[] =>
      [...paragraphsOf(note)].map(({ spans }) => spans.map((span) => span.text).join(''));
    expect(words({ text, runs: [] })).toEqual(['one', 'two']);
    expect(words({ text, runs: runs.map((run) => ({ ...run, length: 2 })) })).toEqual(['one', 'two']);
    expect(words({ text, runs: runs.map((run) => ({ ...run, length: 1e15 })) })).toEqual(['one', 'two']);
    expect(words({ text: '', runs })).toEqual([]);
  });
});

describe('readNoteTable', () => {
  it('gives every cell its place', () => {
    const cells = [
      ['a', '', 'c'],
      ['ü', '表', ''],
    ];
    expect(readNoteTable(tableBody(cells, uuid))).toEqual({ rows: cells });
  });

  it('says that a note is no table', () => {
    expect(readNoteTable(noteBody([{ text: 'x' }], uuid))).toEqual({ fault: expect.any(String) });
  });
});
