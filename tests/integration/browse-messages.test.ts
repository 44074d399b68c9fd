import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Message, MessageArchive } from '../../src/main/engine/browse/readers/messages/index.ts';
import type { Backup } from '../../src/main/engine/browse/source/types.ts';
import { readAppPayload, readSummaryInfo } from '../../src/main/engine/formats/message-parts/index.ts';
import { readAttributedText, salvageText } from '../../src/main/engine/formats/typedstream/index.ts';
import { encodeAttributedString } from '../../src/main/simulator/content/encodings/typedstream.ts';
import { fixture, hasFixture } from '../support/browse/fixtures.ts';
import { type LooseFile, looseBackup } from '../support/browse/loose-backup.ts';
import { mutated, seeded } from '../support/browse/seeded.ts';
import { type SimulatedBackups, simulatedBackups } from '../support/browse/simulated-backup.ts';

const SMS = { domain: 'HomeDomain', path: 'Library/SMS/sms.db' };
let folder = '';
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-messages-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

describe.skipIf(!hasFixture('crabstep'))(
  'real attributed bodies (crabstep; runs where BACKSTOP_FIXTURES has it)',
  () => {
    const bytesOf = (name: string): Buffer => readFileSync(fixture(`crabstep/${name}`));
    const PLACE = '\ufffc';

    it.each([
      ['Arabic', 'أهلاً بالعالم'],
      ['Attachment', `${PLACE}This is how the notes look to me fyi, in case it helps make sense of anything`],
      ['AttributedBodyTextOnly', 'Noter test'],
      ['AttributedBodyTextOnly2', 'Test 3'],
      ['Blank', ''],
      ['Code', "000123 is your security code. Don't share your code."],
      ['Currency', 'Money: $1234.56, £20, 100 USD'],
      ['Formatted', 'Big small'],
      ['Mention', 'Test Dad '],
      ['MultiPart', `${PLACE}test 1${PLACE}test 2 ${PLACE}test 3`],
      ['URL', 'https://github.com/ReagentX/Logria'],
      ['WeirdText', '𝖍𝖊𝖑𝖑𝖔 𝖜𝖔𝖗𝖑𝖉'],
    ])('%s', (name, text) => {
      const read = readAttributedText(bytesOf(name));
      expect(read.text).toBe(text);
      expect(read.runs.reduce((sum, { length }) => sum + length, 0)).toBe(text.length);
    });

    it('LongMessage has 2,359 letters, WeirdText 21 units', () => {
      const { text } = readAttributedText(bytesOf('LongMessage'));
      expect(text).toHaveLength(2359);
      expect(text).toMatch(/^Sed nibh velit, sodales et facilisis ut/);
      expect(readAttributedText(bytesOf('WeirdText')).text).toHaveLength(21);
    });

    it('tell where attachments, mentions and links are', () => {
      const of = (name: string, key: string): unknown[][] =>
        readAttributedText(bytesOf(name)).runs.map(({ start, length, attributes }) => [
          start,
          length,
          attributes.get(key),
        ]);
      expect(of('MultiPart', '__kIMFileTransferGUIDAttributeName').filter((run) => run[2] !== undefined)).toEqual([
        [0, 1, 'at_0_F0668F79-20C2-49C9-A87F-1B007ABB0CED'],
        [7, 1, 'at_2_F0668F79-20C2-49C9-A87F-1B007ABB0CED'],
        [15, 1, 'at_4_F0668F79-20C2-49C9-A87F-1B007ABB0CED'],
      ]);
      expect(of('Mention', '__kIMMentionConfirmedMention')).toContainEqual([5, 3, '+15558675309']);
      expect(of('URL', '__kIMLinkAttributeName')).toEqual([[0, 34, 'https://github.com/ReagentX/Logria']]);
    });

    it('ExtraData, which is cut off, is an error and no crash', () => {
      expect(codeOf(() => readAttributedText(bytesOf('ExtraData')))).toBe('formats/bad-typedstream');
      expect(salvageText(bytesOf('ExtraData'))).toBeNull();
    });

    it('damaged 6,000 times give a text or an error, soon', () => {
      const next = seeded(1);
      const samples = readdirSync(fixture('crabstep'))
        .filter((name) => name !== 'README.md')
        .map(bytesOf);
      const started = performance.now();
      for (let turn = 0; turn < 6000; turn += 1) {
        const bytes = mutated(samples[turn % samples.length] ?? Buffer.alloc(0), next);
        expect(['none', 'formats/bad-typedstream']).toContain(codeOf(() => readAttributedText(bytes)));
        expect(codeOf(() => salvageText(bytes))).toBe('none');
      }
      expect(performance.now() - started).toBeLessThan(20_000);
    });
  },
);

describe.skipIf(!hasFixture('imessage-exporter'))('real edits and balloons (imessage-exporter)', () => {
  const bytesOf = (name: string): Buffer => readFileSync(fixture(`imessage-exporter/${name}.plist`));

  it('has four wordings of the edited message', () => {
    const { edits, unsentParts } = readSummaryInfo(bytesOf('edited_message/Edited'));
    expect(unsentParts).toEqual([]);
    expect(edits.map(({ part, versions }) => [part, versions.map(({ text }) => text)])).toEqual([
      [0, ['First message  ', 'Edit 1', 'Edit 2', 'Edited message']],
    ]);
    expect(edits[0]?.versions.map(({ cocoaSeconds }) => Math.trunc(cocoaSeconds ?? 0))).toEqual([
      690513474, 690513480, 690513485, 690513494,
    ]);
  });

  it('has an unsent message', () => {
    expect(readSummaryInfo(bytesOf('edited_message/Deleted'))).toEqual({
      edits: [],
      unsentParts: [0],
      originalRanges: [{ part: 0, start: 0, length: 13 }],
    });
  });

  it.each([
    ['url_message/URL', 'Christopher Sardegna', 'https://chrissardegna.com/'],
    ['url_message/MetadataURL', 'Christopher Sardegna', 'https://chrissardegna.com'],
    ['app_message/FindMy', 'Started Sharing Location', expect.stringMatching(/^\?FindMy/)],
    ['music_message/AppleMusic', 'Песнь 1', expect.stringMatching(/^https:\/\/music\.apple\.com\//)],
  ])('%s has a title and an address', (name, title, url) => {
    expect(readAppPayload(bytesOf(name))).toMatchObject({ title, url });
  });

  it('damaged 4,000 times give a value or an error with its code', () => {
    const next = seeded(2);
    const samples = [
      'edited_message/Edited',
      'edited_message/Deleted',
      'url_message/MetadataURL',
      'app_message/FindMy',
    ].map(bytesOf);
    for (let turn = 0; turn < 4000; turn += 1) {
      const bytes = mutated(samples[turn % samples.length] ?? Buffer.alloc(0), next);
      for (const read of [readSummaryInfo, readAppPayload]) {
        expect(['none', 'formats/bad-plist', 'formats/plist-too-large']).toContain(codeOf(() => read(bytes)));
      }
    }
  });
});

describe.skipIf(!hasFixture('mvt'))('sms.db of a real iOS 14.3 backup (mvt)', () => {
  it('has one message, although the table of chats is missing', async () => {
    const copy = join(folder, 'mvt.db');
    copyFileSync(fixture('mvt/ios_backup_part/3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28'), copy);
    await using backup = looseBackup([{ ...SMS, file: copy }]);
    using archive = await MessageArchive.open(backup);
    const messages = [...archive.messages()];
    expect(messages.map(({ text }) => text)).toEqual(['Please click here https://badbadbad.example.org/']);
    expect([...archive.conversation(null)]).toHaveLength(1);
    expect(archive.counts().messages).toBe(1);
    expect(archive.unreadable.map(({ what }) => what)).toContain('sms.db, table chat');
  });
});

describe('the messages of a simulated phone', () => {
  let phone: SimulatedBackups;
  beforeAll(() => {
    phone = simulatedBackups({ seed: 11, files: 400, bytes: 12_000_000, locale: 'en_GB' });
  });
  afterAll(() => phone[Symbol.asyncDispose]());

  it('are all there, with all that belongs to them', async () => {
    const truth = (await phone.truth()).items;
    await using backup = phone.backup();
    using archive = await MessageArchive.open(backup);
    const messages = new Map([...archive.messages()].map((message) => [message.id, message]));
    expect(messages.size).toBe(truth['messages']?.length);
    for (const wanted of truth['messages'] ?? []) {
      const message = messages.get(String(wanted['guid']));
      expect(message && told(message), String(wanted['shape'])).toEqual(expected(wanted));
    }
    const ordinary = (truth['messages'] ?? []).filter((message) => message['ordinary'] === true);
    const deleted = ordinary.filter((message) => message['deleted'] === true);
    expect(archive.counts()).toMatchObject({
      messages: ordinary.length - deleted.length,
      recentlyDeleted: deleted.length,
      rows: messages.size,
    });
    expect(archive.unreadable).toEqual([]);
  });

  it('stand in their conversations, oldest first, tapbacks with what they belong to', async () => {
    const truth = (await phone.truth()).items;
    await using backup = phone.backup();
    using archive = await MessageArchive.open(backup);
    const tapbacks = new Map<string, string>();
    for (const wanted of truth['conversations'] ?? []) {
      const chat = archive.chat(String(wanted['guid']));
      expect(chat).toMatchObject({
        name: wanted['displayName'] || null,
        isGroup: wanted['group'],
        service: wanted['service'],
        participants: wanted['participants'],
        identifier: wanted['identifier'],
      });
      const entries = [...archive.conversation(String(wanted['guid']))];
      expect(entries.map(({ sentMs }) => sentMs)).toEqual(
        entries.map(({ sentMs }) => sentMs).sort((one, other) => (one ?? 0) - (other ?? 0)),
      );
      for (const { id, tapbacks: reactions } of entries) for (const one of reactions) tapbacks.set(one.id, id);
      expect(archive.length(chat?.id ?? '')).toBe(entries.length);
      expect(archive.page(chat?.id ?? '', { offset: 2, limit: 3 })).toEqual(entries.slice(2, 5));
      const third = entries[2];
      if (third !== undefined) expect(archive.placeOf(chat?.id ?? '', third.id)).toBe(2);
    }
    for (const wanted of truth['messages'] ?? []) {
      const tapback = wanted['tapback'] as { target: string } | null;
      if (tapback !== null) expect(tapbacks.get(String(wanted['guid']))).toBe(tapback.target);
    }
  });

  it('have attachments with their files', async () => {
    const truth = (await phone.truth()).items;
    await using backup = phone.backup();
    using archive = await MessageArchive.open(backup);
    const sent = new Map([...archive.attachments()].map((one) => [one.attachment.id, one]));
    expect(sent.size).toBe(truth['attachments']?.length);
    for (const wanted of truth['attachments'] ?? []) {
      const found = sent.get(String(wanted['guid']));
      expect(found?.messageId).toBe(wanted['message']);
      expect(found?.attachment).toMatchObject({
        name: wanted['transferName'],
        sizeBytes: wanted['bytes'],
        state: wanted['relativePath'] === null ? 'not-downloaded' : 'present',
        isSticker: wanted['type'] === 'sticker',
        isPreview: wanted['type'] === 'preview',
      });
      expect(found?.attachment.file?.path ?? null).toBe(wanted['relativePath']);
    }
  });
});

/** What the truth of the simulator tells of a message too. */
function told(message: Message): Record<string, unknown> {
  return {
    text: message.text,
    chats: [...message.chatIds].sort(),
    isFromMe: message.isFromMe,
    second: Math.floor((message.sentMs ?? 0) / 1000),
    deleted: message.isRecentlyDeleted,
    unsent: message.isUnsent,
    versions: message.edits.flatMap(({ versions }) => versions.map(({ text }) => text)),
    replyTo: message.replyTo?.messageId ?? null,
    tapback: message.reaction?.targetId ?? null,
    emoji: message.reaction?.emoji ?? null,
    attachments: message.attachments.map(({ id }) => id).sort(),
    title: message.event?.title ?? null,
  };
}

function expected(wanted: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const versions = wanted['unsent'] === true ? [] : (wanted['versions'] as string[]);
  const tapback = wanted['tapback'] as { target: string; emoji: string | null } | null;
  return {
    text: wanted['text'],
    chats: [...(wanted['conversations'] as string[])].sort(),
    isFromMe: wanted['fromMe'],
    second: Math.floor(Number(wanted['date'])),
    deleted: wanted['deleted'],
    unsent: wanted['unsent'],
    versions: versions.length === 0 ? [] : [...versions, wanted['text']],
    replyTo: wanted['replyTo'],
    tapback: tapback?.target ?? null,
    emoji: tapback?.emoji ?? null,
    attachments: [...(wanted['attachments'] as string[])].sort(),
    title: wanted['groupTitle'],
  };
}

/** sms.db as iOS 10 had it: seconds, few columns, no table of deleted messages. */
const OLD = `
CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT, attributedBody BLOB,
  handle_id INTEGER DEFAULT 0, service TEXT, date INTEGER, date_read INTEGER, is_from_me INTEGER DEFAULT 0, item_type INTEGER DEFAULT 0);
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT NOT NULL, service TEXT NOT NULL);
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT UNIQUE NOT NULL, style INTEGER, chat_identifier TEXT, service_name TEXT);
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, guid TEXT, filename TEXT, mime_type TEXT, transfer_name TEXT, total_bytes INTEGER);
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
INSERT INTO handle VALUES (1, '+15550100', 'iMessage');
INSERT INTO chat VALUES (1, 'iMessage;-;+15550100', 45, '+15550100', 'iMessage');
INSERT INTO chat_handle_join VALUES (1, 1);`;

async function odd(
  sql: string,
  look: (archive: MessageArchive, backup: Backup) => void | Promise<void>,
  files: readonly LooseFile[] = [],
  change: (path: string) => void = () => undefined,
): Promise<void> {
  count += 1;
  const path = join(folder, `odd-${count}.db`);
  const db = new Database(path);
  db.function('body', (text: unknown) =>
    encodeAttributedString(String(text), [{ length: String(text).length, attributes: {} }]),
  );
  db.exec(sql);
  db.close();
  change(path);
  await using backup = looseBackup([{ ...SMS, file: path }, ...files]);
  using archive = await MessageArchive.open(backup);
  await look(archive, backup);
}

describe('odd databases', () => {
  it('a backup without sms.db says so', async () => {
    await using backup = looseBackup([]);
    using archive = await MessageArchive.open(backup);
    expect(archive.isPresent).toBe(false);
    expect([
      archive.chats(),
      [...archive.messages()],
      archive.page(null, { offset: 0, limit: 5 }),
      archive.unreadable,
    ]).toEqual([[], [], [], []]);
  });

  it('an old one has seconds and few columns', async () => {
    const sql = `${OLD}
      INSERT INTO message (guid, text, handle_id, service, date, is_from_me) VALUES ('A', 'old', 1, 'SMS', 500000000, 0);
      INSERT INTO message (guid, attributedBody, handle_id, service, date, is_from_me) VALUES ('B', body('new'), 1, 'iMessage', 600000000000000000, 1);
      INSERT INTO chat_message_join VALUES (1, 1), (1, 2), (1, 2);`;
    await odd(sql, (archive) => {
      const [chat] = archive.chats();
      expect(chat).toMatchObject({ participants: ['+15550100'], isGroup: false, isArchived: null, messageCount: 2 });
      expect(
        [...archive.conversation(chat?.id ?? '')].map(({ id, text, sentMs, sender }) => [id, text, sentMs, sender]),
      ).toEqual([
        ['A', 'old', (500_000_000 + 978_307_200) * 1000, '+15550100'],
        ['B', 'new', (600_000_000 + 978_307_200) * 1000, null],
      ]);
      expect(archive.unreadable).toEqual([]);
    });
  });

  it('orphans, lost senders and lost attachments are named, and nothing else is lost', async () => {
    const sql = `${OLD}
      INSERT INTO message (guid, text, handle_id, date) VALUES ('A', 'of nobody', 9, 500000000);
      INSERT INTO message (guid, text, attributedBody, handle_id, date) VALUES ('B', NULL, x'040b0000', 1, 500000001);
      INSERT INTO message (guid, text, handle_id, date) VALUES ('C', NULL, 1, NULL);
      INSERT INTO message_attachment_join VALUES (3, 77);
      INSERT INTO chat_message_join VALUES (1, 2), (1, 3), (1, 99), (5, 1);`;
    await odd(sql, (archive) => {
      expect([...archive.conversation(null)].map(({ id }) => id)).toEqual(['A']);
      const [last, undecodable] = [...archive.conversation('iMessage;-;+15550100')];
      expect(last).toMatchObject({ id: 'C', text: null, isUndecodable: false, sentMs: null });
      expect(undecodable).toMatchObject({ id: 'B', text: null, isUndecodable: true });
      expect(archive.unreadable).toEqual([
        { what: 'sms.db, message A', reason: 'its sender is not in the database' },
        { what: 'sms.db, message row 3', reason: 'an attachment of it is not in the database' },
        { what: 'sms.db, message B', reason: 'its text is damaged and cannot be decoded' },
      ]);
    });
  });

  it('values of other types and huge ones do no harm', async () => {
    const sql = `${OLD}
      INSERT INTO message (guid, text, handle_id, date, is_from_me) VALUES ('A', zeroblob(3000000), 'x', 'yesterday', 'no');
      INSERT INTO message (guid, text, attributedBody, date) VALUES ('B', NULL, zeroblob(9000000), 1e300);
      INSERT INTO message (guid, text, date) VALUES ('C', 42, 500000000);
      INSERT INTO chat_message_join SELECT 1, ROWID FROM message; INSERT INTO chat_message_join VALUES ('a', 'b'), (NULL, NULL);`;
    await odd(sql, (archive) => {
      const messages = [...archive.messages()];
      expect(messages).toHaveLength(3);
      expect(messages.map(({ sentMs }) => sentMs).filter((ms) => ms !== null)).toHaveLength(1);
      expect(archive.unreadable.map(({ what }) => what)).toEqual(
        expect.arrayContaining(['sms.db, message A', 'sms.db, message B']),
      );
    });
  });

  it.each(['handle', 'chat', 'chat_message_join', 'chat_handle_join', 'attachment', 'message_attachment_join'])(
    'the table %s may be missing',
    async (table) => {
      const sql = `${OLD}
        INSERT INTO message (guid, text, handle_id, date) VALUES ('A', 'here', 1, 500000000);
        INSERT INTO chat_message_join VALUES (1, 1); DROP TABLE ${table};`;
      await odd(sql, (archive) => {
        expect([...archive.messages()].map(({ text }) => text)).toEqual(['here']);
        for (const { id } of archive.chats()) archive.page(id, { offset: 0, limit: 10 });
        if (table !== 'chat_handle_join') expect(archive.unreadable.length).toBeGreaterThan(0);
      });
    },
  );

  it.each(['guid', 'text', 'handle_id', 'date', 'is_from_me', 'service', 'item_type', 'attributedBody'])(
    'the column message.%s may be missing',
    async (column) => {
      const columns = ['guid', 'text', 'attributedBody', 'handle_id', 'service', 'date', 'is_from_me', 'item_type'];
      const kept = columns.filter((one) => one !== column);
      const sql = `${OLD}
        INSERT INTO message (guid, text, attributedBody, handle_id, service, date) VALUES ('A', 'here', body('here'), 1, 'SMS', 500000000);
        INSERT INTO chat_message_join VALUES (1, 1);
        CREATE TABLE other AS SELECT ${kept.join(', ')} FROM message; DROP TABLE message; ALTER TABLE other RENAME TO message;`;
      await odd(sql, (archive) => {
        expect([...archive.messages()].map(({ text }) => text)).toEqual(['here']);
        expect([...archive.conversation('iMessage;-;+15550100')]).toHaveLength(1);
        expect(archive.message(column === 'guid' ? 'row:1' : 'A')?.text).toBe('here');
      });
    },
  );

  it('attachments are found where old and new phones had them', async () => {
    const file = join(folder, 'picture.jpg');
    writeFileSync(file, 'picture');
    const place = (path: string): LooseFile => ({
      domain: 'MediaDomain',
      path: `Library/SMS/Attachments/${path}`,
      file,
    });
    const sql = `${OLD}
      INSERT INTO message (guid, text, date) VALUES ('A', char(65532) || 'Look' || char(65532), 500000000);
      INSERT INTO attachment VALUES (1, 'new', '~/Library/SMS/Attachments/a/1.jpg', 'image/jpeg', NULL, 0),
        (2, 'old', '/var/mobile/Library/SMS/Attachments/b/2.jpg', 'image/jpeg', 'IMG_2.JPG', 99),
        (3, 'elsewhere', '/var/tmp/3.jpg', NULL, NULL, 5), (4, 'cloud', NULL, NULL, 'IMG_4.JPG', 5),
        (5, 'gone', '~/Library/SMS/Attachments/c/../../5.jpg', NULL, NULL, 5);
      INSERT INTO message_attachment_join SELECT 1, ROWID FROM attachment;`;
    await odd(
      sql,
      (archive) => {
        const message = archive.message('A');
        expect(message?.attachments.map(({ id, name, state, sizeBytes }) => [id, name, state, sizeBytes])).toEqual([
          ['new', '1.jpg', 'present', 7],
          ['old', 'IMG_2.JPG', 'present', 7],
          ['elsewhere', '3.jpg', 'missing', 5],
          ['cloud', 'IMG_4.JPG', 'not-downloaded', 5],
          ['gone', '5.jpg', 'missing', 5],
        ]);
        expect(message?.text).toBe('Look');
        expect(message?.parts.map((part) => (part.kind === 'text' ? part.text : part.attachmentId))).toEqual([
          'new',
          'Look',
          'old',
          'elsewhere',
          'cloud',
          'gone',
        ]);
      },
      [place('a/1.jpg'), place('b/2.jpg')],
    );
  });

  it('damaged pages cost what stands on them', async () => {
    const rows = Array.from(
      { length: 3000 },
      (_, row) => `('G${row}', '${'word '.repeat(40)}${row}', 1, ${500_000_000 + row})`,
    );
    const sql = `${OLD} PRAGMA journal_mode = DELETE;
      INSERT INTO message (guid, text, handle_id, date) VALUES ${rows.join(',')};
      INSERT INTO chat_message_join SELECT 1, ROWID FROM message; CREATE INDEX j ON chat_message_join (message_id);`;
    const damage = (path: string): void => {
      const bytes = readFileSync(path);
      const at = bytes.indexOf('word 1500');
      const page = Math.floor(at / 4096) * 4096;
      writeFileSync(path, bytes.fill(0xff, page, page + 100));
    };
    await odd(
      sql,
      (archive) => {
        const all = [...archive.messages()];
        expect(all.length).toBeGreaterThan(2900);
        expect(all.length).toBeLessThan(3000);
        const chat = [...archive.conversation('iMessage;-;+15550100')];
        expect(chat.length).toBe(all.length);
        expect(archive.unreadable.some(({ what }) => what.startsWith('sms.db, message row'))).toBe(true);
      },
      [],
      damage,
    );
  });
});
