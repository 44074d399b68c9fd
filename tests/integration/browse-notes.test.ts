import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportNotes } from '../../src/main/engine/browse/exports/notes/index.ts';
import { eachNote, readNotes } from '../../src/main/engine/browse/readers/notes/index.ts';
import { paragraphsOf, readNoteTable, readNoteText } from '../../src/main/engine/formats/notes/index.ts';
import { fixture, hasFixture } from '../support/browse/fixtures.ts';
import { looseBackup } from '../support/browse/loose-backup.ts';
import { mutated, seeded } from '../support/browse/seeded.ts';
import { simulatedBackups } from '../support/browse/simulated-backup.ts';

/** Notes: texts, tables, attachments, locked and deleted ones, old stores, and bodies that are damaged on purpose. */

const DOMAIN = 'AppDomainGroup-group.com.apple.notes';
const STORE = 'NoteStore.sqlite';
const LEGACY = { domain: 'HomeDomain', path: 'Library/Notes/notes.sqlite' };
const BLOBS = 'apple_cloud_notes_parser';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-notes-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function copied(name: string): string {
  const copy = join(dir, name.replaceAll('/', '_'));
  cpSync(fixture(name), copy);
  return copy;
}

function odd(name: string, sql: string): string {
  const path = join(dir, name);
  const db = new Database(path);
  db.exec(sql);
  db.close();
  return path;
}

describe('a simulated phone', () => {
  it('has its notes: text, table, picture, folder, and what is locked, trashed or deleted', async () => {
    await using phone = simulatedBackups({ seed: 12, files: 3000, bytes: 40e6 });
    await using backup = phone.backup();
    const truth = (await phone.truth()).items['notes'] ?? [];
    expect(truth.length).toBeGreaterThan(12);
    const { items, unreadable, isPresent } = await readNotes(backup);
    expect([isPresent, unreadable]).toEqual([true, []]);
    const found = items.map((one) => ({
      identifier: one.id,
      text: one.text,
      folder: one.folder,
      locked: one.state === 'locked',
      trashed: one.isTrashed,
      deleted: one.isDeleted,
      pinned: one.isPinned,
      created: Math.round((one.createdMs ?? 0) / 1000),
      modified: Math.round((one.modifiedMs ?? 0) / 1000),
      table: one.attachments.find(({ table }) => table !== null)?.table ?? null,
      attachment: one.attachments[0]?.files[0]?.path ?? null,
      account: one.account,
    }));
    const expected = truth.map((one) => ({
      identifier: one['identifier'],
      text: one['locked'] === true || one['shape'] === 'blank' ? null : one['text'],
      folder: one['folder'],
      locked: one['locked'],
      trashed: one['trashed'],
      deleted: one['deleted'],
      pinned: one['pinned'],
      created: Math.round(Number(one['created'])),
      modified: Math.round(Number(one['modified'])),
      table: one['table'],
      attachment: one['attachment'],
      account: 'iCloud',
    }));
    const byId = (a: { identifier: unknown }, b: { identifier: unknown }): number =>
      String(a.identifier) < String(b.identifier) ? -1 : 1;
    expect(found.sort(byId)).toEqual(expected.sort(byId));
    expect(found.filter((one) => one.attachment !== null).length).toBeGreaterThan(0);
    const states = new Set(items.map(({ state }) => state));
    expect(states).toEqual(new Set(['text', 'locked', 'empty']));
    for (const { title, id } of items) {
      const wanted = truth.find((one) => one['identifier'] === id);
      if (wanted?.['shape'] !== 'blank') expect(title).toBe(wanted?.['title']);
    }

    for (const format of ['markdown', 'html'] as const) {
      const out = join(dir, format);
      const exported = await exportNotes(backup, { directory: out, format });
      const pictures = found.filter((one) => one.attachment !== null).length;
      // A file for each note and picture, and the list of all.
      expect(exported).toMatchObject({ items: truth.length, files: truth.length + pictures + 1, unreadable: [] });
      const list = JSON.parse(readFileSync(join(out, 'Notes.json'), 'utf8')) as { id: string; path: string }[];
      for (const one of found) {
        const path = list.find(({ id }) => id === one.identifier)?.path ?? '';
        expect(path.startsWith('iCloud/')).toBe(true);
        const page = readFileSync(join(out, path), 'utf8');
        if (one.locked) expect(page).toContain('This note is locked');
        if (one.table !== null) expect(page).toContain(format === 'html' ? '<td>' : '| --- |');
        if (one.attachment !== null) {
          const link =
            format === 'html' ? /<img src="([^"]+)"/.exec(page)?.[1] : /!\[[^\]]*\]\(([^)]+)\)/.exec(page)?.[1];
          const written = readFileSync(join(out, path, '..', decodeURIComponent(link ?? '')));
          const wanted = (await phone.truth()).files.find((file) => file.relativePath === one.attachment);
          expect(createHash('sha256').update(written).digest('hex')).toBe(wanted?.sha256);
        }
      }
    }
    const id = found[0]?.identifier ?? '';
    expect(await exportNotes(backup, { directory: join(dir, 'one'), ids: [id] })).toMatchObject({ items: 1 });
    expect(readdirSync(join(dir, 'one')).sort()).toEqual(['Notes.json', 'SHA256SUMS', 'iCloud']);
  });
});

describe.skipIf(!hasFixture('ios-backup-parser'))('real stores', () => {
  it('reads one with other entity numbers, a locked note, a torn body and a date that is none', async () => {
    await using real = looseBackup([
      { domain: DOMAIN, path: STORE, file: copied('ios-backup-parser/notes.1.NoteStore.sqlite') },
    ]);
    const { items, unreadable } = await readNotes(real);
    const found = Object.fromEntries(items.map((one) => [one.title, one]));
    expect(Object.keys(found).sort()).toEqual([
      'Corrupt body',
      'Corrupt date',
      'Empty',
      'Locked',
      'Shopping',
      'Trash note',
    ]);
    expect(found['Shopping']).toMatchObject({
      id: 'NOTE-UUID-0010',
      text: 'Shopping list\nmilk\neggs\nbread',
      state: 'text',
      folder: 'Notes',
      account: 'On My iPhone',
      isPinned: true,
      isTrashed: true,
      attachments: [
        { id: 'ATT-UUID-0020', uti: 'public.jpeg', name: 'photo.jpeg', fileState: 'missing', files: [] },
        { id: 'ATT-UUID-0021', uti: 'com.apple.notes.table', name: 'Budget table', table: null },
      ],
    });
    expect(found['Locked']).toMatchObject({ state: 'locked', text: null });
    expect(found['Empty']).toMatchObject({ state: 'empty', text: null, folder: 'Recipes' });
    expect(found['Corrupt body']).toMatchObject({ state: 'unreadable', text: null });
    expect(found['Trash note']).toMatchObject({ text: 'Remember to call the bank', isDeleted: true });
    expect(found['Corrupt date']).toMatchObject({ createdMs: null, state: 'text' });
    expect(unreadable.map(({ what }) => what)).toEqual([
      'table ATT-UUID-0021',
      'note NOTE-UUID-0013',
      'note NOTE-UUID-0015, when it was made',
    ]);
  });

  it('reads bodies that Notes wrote', () => {
    const expected: [string, string, number][] = [
      ['simple_note_protobuf', 'Title', 1],
      ['simple_note_protobuf_gzipped', 'Title', 1],
      ['list_indents_gzipped', 'Indents in lists\n\nChecklist\nIndented checklist 1\nIndented checklist 2 checked', 16],
      ['emoji_formatting_1_gzipped', 'Emojis and formatting', 49],
      ['url_gzipped', 'Link test\n\n.. that Jim Nettles followed his older brother', 11],
    ];
    for (const [name, begin, runs] of expected) {
      const read = readNoteText(readFileSync(fixture(`${BLOBS}/${name}.bin`)));
      if ('fault' in read) throw new Error(read.fault);
      expect(read.text.slice(0, begin.length)).toBe(begin);
      expect(read.runs).toHaveLength(runs);
      // Emoji are several units long; runs cover the text exactly.
      expect(read.runs.reduce((sum, { length }) => sum + length, 0)).toBe(read.text.length);
    }
    const links = readNoteText(readFileSync(fixture(`${BLOBS}/url_gzipped.bin`)));
    expect('fault' in links ? [] : links.runs.filter(({ link }) => link !== null).length).toBeGreaterThan(0);
    expect(readNoteTable(readFileSync(fixture(`${BLOBS}/table_gzipped.bin`)))).toEqual({
      rows: [
        ['Row 1 Column 1', 'Row 1 Column 2'],
        ['Row 2 Column 1', 'Row 2 Column 2'],
      ],
    });
  });

  it('gives a text or a fault for any bytes, and neither hangs nor throws', () => {
    const names = ['list_indents_gzipped', 'emoji_formatting_1_gzipped', 'url_gzipped', 'table_gzipped'];
    const packed = names.map((name) => readFileSync(fixture(`${BLOBS}/${name}.bin`)));
    const inputs = [...packed, ...packed.map((bytes) => gunzipSync(bytes))];
    const next = seeded(7);
    const rounds = Number(process.env['BACKSTOP_FUZZ_ROUNDS'] ?? 4000);
    let texts = 0;
    for (let round = 0; round < rounds; round += 1) {
      const bytes = mutated(inputs[next(inputs.length)] ?? Buffer.alloc(0), next);
      const read = readNoteText(bytes);
      if (!('fault' in read)) {
        texts += 1;
        const lines = [...paragraphsOf(read)];
        const units = lines.reduce((sum, { spans }) => sum + spans.reduce((all, { text }) => all + text.length, 0), 0);
        expect(units).toBe(read.text.replaceAll('\n', '').length);
      }
      const table = readNoteTable(bytes);
      if (!('fault' in table)) expect(new Set(table.rows.map((row) => row.length)).size).toBeLessThanOrEqual(1);
    }
    expect(texts).toBeGreaterThan(0);
  });
});

describe('odd stores', () => {
  it('give what there is, and name what is missing', async () => {
    const sql = `CREATE TABLE ZICCLOUDSYNCINGOBJECT (Z_PK INTEGER PRIMARY KEY, Z_ENT, ZTITLE1, ZFOLDER, ZISPASSWORDPROTECTED);
      INSERT INTO ZICCLOUDSYNCINGOBJECT VALUES (1, 9, 'One', 7, NULL), (2, 9, NULL, 'x', 'yes'), (3, 9, 5, NULL, 1);
      CREATE TABLE ZICNOTEDATA (Z_PK INTEGER PRIMARY KEY, ZNOTE, ZDATA);
      INSERT INTO ZICNOTEDATA VALUES (1, 1, 'text, no bytes'), (2, 2, x'1f8b'), (3, 3, x'00')`;
    await using strange = looseBackup([{ domain: DOMAIN, path: STORE, file: odd('s.sqlite', sql) }]);
    const { items, unreadable } = await readNotes(strange);
    expect(items.map(({ id, title, state }) => [id, title, state])).toEqual([
      [`${STORE} 1`, 'One', 'unreadable'],
      [`${STORE} 2`, null, 'unreadable'],
      [`${STORE} 3`, '5', 'locked'],
    ]);
    expect(unreadable.map(({ what }) => what)).toEqual([STORE, `note ${STORE} 1`, `note ${STORE} 2`]);
  });

  it('have folders that lie in each other', async () => {
    const sql = `CREATE TABLE Z_PRIMARYKEY (Z_ENT, Z_NAME); INSERT INTO Z_PRIMARYKEY VALUES (1, 'ICNote'), (2, 'ICFolder');
      CREATE TABLE ZICCLOUDSYNCINGOBJECT (Z_PK INTEGER PRIMARY KEY, Z_ENT, ZIDENTIFIER, ZTITLE2, ZFOLDER, ZPARENT);
      INSERT INTO ZICCLOUDSYNCINGOBJECT VALUES (1, 1, 'N', NULL, 2, NULL), (2, 2, 'A', 'inner', NULL, 3), (3, 2, 'B', 'outer', NULL, 2)`;
    await using strange = looseBackup([{ domain: DOMAIN, path: STORE, file: odd('f.sqlite', sql) }]);
    const { items, unreadable } = await readNotes(strange);
    expect(items).toMatchObject([{ id: 'N', folder: 'inner', folderPath: ['outer', 'inner'], state: 'empty' }]);
    expect(unreadable).toEqual([{ what: STORE, reason: 'it has no table of texts' }]);
  });

  it('are old ones, or not there', async () => {
    const sql = `CREATE TABLE ZNOTE (Z_PK INTEGER PRIMARY KEY, ZTITLE, ZSUMMARY, ZCREATIONDATE, ZMODIFICATIONDATE, ZGUID, ZBODY);
      CREATE TABLE ZNOTEBODY (Z_PK INTEGER PRIMARY KEY, ZOWNER, ZCONTENT);
      INSERT INTO ZNOTE VALUES (1, 'Old', 's', 300000000, 300000000.5, 'G1', 4), (2, 'Bare', NULL, NULL, NULL, NULL, NULL);
      INSERT INTO ZNOTEBODY VALUES (4, NULL, 'Old<div>second &amp; last</div>')`;
    await using old = looseBackup([{ ...LEGACY, file: odd('notes.sqlite', sql) }]);
    const { items, unreadable, isPresent } = await readNotes(old);
    expect([isPresent, unreadable]).toEqual([true, []]);
    expect(items).toMatchObject([
      { id: 'G1', title: 'Old', text: 'Old\nsecond & last', createdMs: (300_000_000 + 978_307_200) * 1000 },
      { id: 'notes.sqlite 2', title: 'Bare', text: null, state: 'empty' },
    ]);
    await using empty = looseBackup([]);
    expect(await readNotes(empty)).toEqual({ items: [], isPresent: false, unreadable: [] });
    let count = 0;
    await eachNote(empty, () => {
      count += 1;
    });
    expect(count).toBe(0);
  });
});
