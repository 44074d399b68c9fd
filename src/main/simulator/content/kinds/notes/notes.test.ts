import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Random } from '../../random.ts';
import { lockBody } from './locked-note.ts';
import { type NoteRun, noteBody, STYLE } from './note-body.ts';
import { tableBody } from './table-body.ts';

type Fields = readonly (readonly [field: number, value: number | Buffer])[];

/** Reads one level of a protobuf message. */
function fields(bytes: Buffer): Fields {
  const found: [number, number | Buffer][] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const length = varint();
    if (key % 8 === 0) found.push([key >> 3, length]);
    else {
      found.push([key >> 3, bytes.subarray(at, at + length)]);
      at += length;
    }
  }
  return found;
}

function all(message: number | Buffer | undefined, field: number): (number | Buffer)[] {
  if (!Buffer.isBuffer(message)) throw new Error('not a message');
  return fields(message)
    .filter(([number]) => number === field)
    .map(([, value]) => value);
}

const at = (message: number | Buffer | undefined, ...path: number[]): number | Buffer | undefined =>
  path.reduce((part: number | Buffer | undefined, field) => all(part, field)[0], message);

const uuid = (purpose: string): Buffer => new Random(1, purpose).bytes(16);

describe('noteBody', () => {
  test('holds the text and its runs in UTF-16 units', () => {
    const runs: NoteRun[] = [
      { text: 'Titel 👩🏽‍🚀\n', style: STYLE.title },
      { text: 'done\n', style: STYLE.checklist, checked: true, indent: 1 },
      { text: 'bold', weight: 1, underlined: true, struck: true, link: 'https://example.org/' },
      { text: '\ufffc', attachment: { identifier: 'ID', uti: 'public.jpeg' } },
    ];
    const note = at(gunzipSync(noteBody(runs, uuid)), 2, 3);
    expect(String(at(note, 2))).toBe(runs.map(({ text }) => text).join(''));
    const written = all(note, 5);
    expect(written.map((run) => at(run, 1))).toEqual(runs.map(({ text }) => text.length));
    expect([at(written[1], 2, 1), at(written[1], 2, 4), at(written[1], 2, 5, 2)]).toEqual([103, 1, 1]);
    expect([at(written[2], 5), at(written[2], 6), at(written[2], 7), String(at(written[2], 9))]).toEqual([
      1,
      1,
      1,
      'https://example.org/',
    ]);
    expect([String(at(written[3], 12, 1)), String(at(written[3], 12, 2))]).toEqual(['ID', 'public.jpeg']);
  });
});

describe('tableBody', () => {
  test('leads a reader from the table through rows and columns to every cell', () => {
    const cells = [
      ['a', 'b', 'c'],
      ['ü', '', '表'],
    ];
    const data = at(gunzipSync(tableBody(cells, uuid)), 2, 3);
    const objects = all(data, 3);
    const keys = all(data, 4).map(String);
    const entry = (object: number | Buffer | undefined, key: string): number | Buffer | undefined =>
      all(at(object, 13), 3).find((candidate) => keys[Number(at(candidate, 1))] === key);
    const target = (reference: number | Buffer | undefined): number | Buffer | undefined =>
      objects[Number(at(reference, 6))];
    const members = (key: string): (number | Buffer | undefined)[] =>
      all(at(target(at(entry(objects[0], key), 2)), 16, 2), 1).map((pair) => at(pair, 1));
    const columns = members('crColumns');
    const rows = members('crRows');
    expect([rows.length, columns.length]).toEqual([2, 3]);
    const byColumn = all(at(target(at(entry(objects[0], 'cellColumns'), 2)), 6), 1);
    const read = rows.map((row) =>
      columns.map((column) => {
        const cellsOfColumn = byColumn.find((pair) => at(pair, 1, 6) === at(column, 6));
        const cell = all(at(target(at(cellsOfColumn, 2)), 6), 1).find((pair) => at(pair, 1, 6) === at(row, 6));
        return String(at(target(at(cell, 2)), 10, 2));
      }),
    );
    expect(read).toEqual(cells);
  });
});

describe('lockBody', () => {
  test('is opened by the password, as Notes does it', () => {
    const body = Buffer.from('secret body');
    const locked = lockBody(body, 'correct horse', new Random(1, 'lock'));
    const key = unwrap(pbkdf2Sync('correct horse', locked.salt, locked.iterations, 16, 'sha256'), locked.wrappedKey);
    const decipher = createDecipheriv('aes-128-gcm', key, locked.iv).setAuthTag(locked.tag);
    expect(Buffer.concat([decipher.update(locked.data), decipher.final()]).toString()).toBe('secret body');
  });
});

/** RFC 3394, backwards. */
function unwrap(wrapping: Buffer, wrapped: Buffer): Buffer {
  let check = Buffer.from(wrapped.subarray(0, 8));
  const blocks = [wrapped.subarray(8, 16), wrapped.subarray(16, 24)];
  for (let step = 12; step >= 1; step--) {
    check[7] = (check[7] ?? 0) ^ step;
    const place = (step - 1) % 2;
    const decipher = createDecipheriv('aes-128-ecb', wrapping, null).setAutoPadding(false);
    const out = Buffer.concat([decipher.update(Buffer.concat([check, blocks[place] ?? check])), decipher.final()]);
    check = Buffer.from(out.subarray(0, 8));
    blocks[place] = out.subarray(8, 16);
  }
  expect(check.toString('hex')).toBe('a6'.repeat(8));
  return Buffer.concat(blocks);
}
