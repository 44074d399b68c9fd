import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WhatsAppArchive, type WhatsAppVariant } from '../../src/main/engine/browse/readers/whatsapp/index.ts';
import { readQuotedId, readReactions } from '../../src/main/engine/formats/whatsapp/index.ts';
import { fixture, hasFixture } from '../support/browse/fixtures.ts';
import { type LooseFile, looseBackup } from '../support/browse/loose-backup.ts';
import { seeded } from '../support/browse/seeded.ts';
import { simulatedBackups } from '../support/browse/simulated-backup.ts';

const DOMAIN = 'AppDomainGroup-group.net.whatsapp.WhatsApp.shared';
let folder = '';
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-whatsapp-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasFixture('iLEAPP'))('WhatsApp of a real phone (iLEAPP; runs where BACKSTOP_FIXTURES has it)', () => {
  it('has contacts but no chats, and says so', async () => {
    const copy = join(folder, 'ContactsV2.sqlite');
    copyFileSync(fixture('iLEAPP/whatsApp.mvs_ios_2023/ContactsV2.sqlite'), copy);
    await using backup = looseBackup([{ domain: DOMAIN, path: 'ContactsV2.sqlite', file: copy }]);
    using archive = await WhatsAppArchive.open(backup);
    expect(archive.isPresent).toBe(false);
    expect(archive.chats()).toEqual([]);
    expect(archive.unreadable).toEqual([
      { what: 'ChatStorage.sqlite', reason: expect.stringContaining('not in the backup') },
    ]);
  });
});

describe('WhatsApp of a simulated phone', () => {
  it('has all chats, messages and media', async () => {
    await using phone = simulatedBackups({ seed: 4, files: 900, bytes: 40_000_000, locale: 'en_GB' });
    const truth = (await phone.truth()).items;
    await using backup = phone.backup();
    using archive = await WhatsAppArchive.open(backup);
    expect(truth['whatsappMessages']?.length).toBeGreaterThan(20);

    const messages = new Map([...archive.messages()].map((message) => [message.id, message]));
    expect(messages.size).toBe(truth['whatsappMessages']?.length);
    for (const wanted of truth['whatsappMessages'] ?? []) {
      const message = messages.get(String(wanted['stanza']));
      expect(message).toMatchObject({
        kind: { system: 'event', call: 'notice' }[String(wanted['type'])] ?? wanted['type'],
        text: wanted['text'],
        chatId: wanted['chat'],
        isFromMe: wanted['fromMe'],
        isStarred: wanted['starred'],
        reactions: [],
      });
      expect(Math.floor((message?.sentMs ?? 0) / 1000)).toBe(Math.floor(Number(wanted['date'])));
      expect(message?.media?.file?.path ?? null).toBe(wanted['relativePath']);
      // A status is sent to everybody; its row does not say by whom.
      const isStatus = wanted['chat'] === 'status@broadcast';
      if (wanted['fromMe'] === false && !isStatus) expect(message?.senderName).toEqual(expect.any(String));
      if (wanted['type'] === 'location') expect(message?.place?.latitude).toEqual(expect.any(Number));
      if (wanted['type'] === 'contact') expect(message?.contact?.vcard).toContain('BEGIN:VCARD');
      if (wanted['type'] === 'image') expect(message?.media?.thumbnail).not.toBeNull();
    }
    for (const wanted of truth['whatsappChats'] ?? []) {
      const chat = archive.chat(String(wanted['jid']));
      expect(chat?.name).toBe(wanted['name']);
      expect(chat?.kind === 'group').toBe(wanted['group']);
      expect(archive.length(String(wanted['jid']))).toBe(wanted['messages']);
      const entries = [...archive.conversation(String(wanted['jid']))];
      expect(archive.page(String(wanted['jid']), { offset: 1, limit: 4 })).toEqual(entries.slice(1, 5));
    }
    expect(archive.counts().messages + archive.counts().events).toBe(messages.size);
    expect(archive.unreadable).toEqual([]);
  });
});

/** The smallest ChatStorage.sqlite that still has all that is read. */
const SMALL = `
CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR, ZSESSIONTYPE INTEGER);
CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZMESSAGEDATE TIMESTAMP, ZISFROMME INTEGER, ZTEXT VARCHAR,
  ZMESSAGETYPE INTEGER, ZFROMJID VARCHAR, ZGROUPMEMBER INTEGER, ZSTANZAID VARCHAR, ZMEDIAITEM INTEGER);
CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZMEDIALOCALPATH VARCHAR, ZFILESIZE INTEGER, ZTITLE VARCHAR,
  ZVCARDSTRING VARCHAR, ZMETADATA BLOB, ZLATITUDE FLOAT, ZLONGITUDE FLOAT);
CREATE TABLE ZWAGROUPMEMBER (Z_PK INTEGER PRIMARY KEY, ZMEMBERJID VARCHAR, ZCONTACTNAME VARCHAR, ZCHATSESSION INTEGER);
CREATE TABLE ZWAMESSAGEINFO (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZRECEIPTINFO BLOB);
INSERT INTO ZWACHATSESSION VALUES (1, '4915112345678@s.whatsapp.net', 'Anna', 0), (2, '12@g.us', 'Family', 1);
INSERT INTO ZWAGROUPMEMBER VALUES (1, '4915112345678@s.whatsapp.net', 'Anna', 2);`;

async function odd(
  sql: string,
  look: (archive: WhatsAppArchive) => void,
  variant: WhatsAppVariant = 'personal',
  files: readonly LooseFile[] = [],
): Promise<void> {
  count += 1;
  const path = join(folder, `odd-${count}.sqlite`);
  const db = new Database(path);
  db.exec(sql);
  db.close();
  const domain = variant === 'personal' ? DOMAIN : 'AppDomainGroup-group.net.whatsapp.WhatsAppSMB.shared';
  await using backup = looseBackup([{ domain, path: 'ChatStorage.sqlite', file: path }, ...files]);
  using archive = await WhatsAppArchive.open(backup, { variant });
  look(archive);
}

const text = (value: string): Buffer => Buffer.from(value, 'utf8');
const field = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);

describe('odd databases of WhatsApp', () => {
  it('names a message by its row where its stanza id is not its own', async () => {
    const sql = `${SMALL}
      INSERT INTO ZWAMESSAGE (Z_PK, ZCHATSESSION, ZTEXT, ZSTANZAID) VALUES (1, 1, 'a', 'SAME'), (2, 2, 'b', 'SAME'), (3, 2, 'c', NULL), (4, 7, 'd', 'OWN');`;
    await odd(sql, (archive) => {
      expect([...archive.messages()].map(({ id, chatId }) => [id, chatId])).toEqual([
        ['row:1', '4915112345678@s.whatsapp.net'],
        ['row:2', '12@g.us'],
        ['row:3', '12@g.us'],
        ['OWN', null],
      ]);
      expect(archive.message('row:3')?.text).toBe('c');
      expect([...archive.conversation(null)].map(({ id }) => id)).toEqual(['OWN']);
      expect(archive.placeOf('12@g.us', 'row:3')).toBe(1);
    });
  });

  it('finds who wrote, what was answered and who reacted', async () => {
    const quoted = field(5, text('3EB0C0FFEE')).toString('hex');
    const reaction = field(1, Buffer.concat([field(2, text('4915112345678@s.whatsapp.net')), field(3, text('❤️'))]));
    const receipts = field(7, reaction).toString('hex');
    const sql = `${SMALL}
      INSERT INTO ZWAMESSAGE VALUES (1, 2, 1, 0, 'Hello', 0, '12@g.us', 1, '3EB0C0FFEE', NULL),
        (2, 2, 2, 1, 'Hi', 0, NULL, NULL, 'B', 5), (3, 1, 3, 0, 'Me', 0, '4915112345678@s.whatsapp.net', NULL, 'C', NULL);
      INSERT INTO ZWAMEDIAITEM (Z_PK, ZMESSAGE, ZMETADATA) VALUES (5, NULL, x'${quoted}');
      INSERT INTO ZWAMESSAGEINFO VALUES (1, 2, x'${receipts}');`;
    await odd(sql, (archive) => {
      const [hello, hi, me] = [...archive.messages()];
      expect(hello).toMatchObject({ sender: '4915112345678@s.whatsapp.net', senderName: 'Anna', replyTo: null });
      expect(hi).toMatchObject({ sender: null, replyTo: '3EB0C0FFEE', media: null });
      expect(hi?.reactions).toEqual([{ emoji: '❤️', sender: '4915112345678@s.whatsapp.net' }]);
      expect(me).toMatchObject({ sender: '4915112345678@s.whatsapp.net', senderName: 'Anna', reactions: [] });
    });
  });

  it('knows media that were never loaded or that the backup lacks, in the business variant too', async () => {
    const picture = join(folder, 'picture.jpg');
    copyFileSync(new URL(import.meta.url), picture);
    const domain = 'AppDomainGroup-group.net.whatsapp.WhatsAppSMB.shared';
    const sql = `${SMALL}
      INSERT INTO ZWAMESSAGE (Z_PK, ZCHATSESSION, ZMESSAGETYPE, ZSTANZAID) VALUES (1, 1, 1, 'A'), (2, 1, 1, 'B'), (3, 1, 8, 'C'), (4, 1, 99, 'D');
      INSERT INTO ZWAMEDIAITEM (Z_PK, ZMESSAGE, ZMEDIALOCALPATH, ZFILESIZE, ZTITLE, ZLATITUDE) VALUES
        (1, 1, '/Media/x/a.jpg', 5, 'Caption', 640), (2, 2, NULL, 9, NULL, NULL), (3, 3, 'Media/x/c.pdf', 7, 'Bill.pdf', NULL);`;
    await odd(
      sql,
      (archive) => {
        const [here, cloud, gone, other] = [...archive.messages()];
        expect(here).toMatchObject({ text: 'Caption', place: null, media: { state: 'present', name: 'a.jpg' } });
        expect(cloud?.media).toMatchObject({ state: 'not-downloaded', sizeBytes: 9, file: null });
        expect(gone?.media).toMatchObject({ state: 'missing', name: 'Bill.pdf' });
        expect(other).toMatchObject({ kind: 'unknown', type: 99, media: null });
      },
      'business',
      [{ domain, path: 'Message/Media/x/a.jpg', file: picture }],
    );
  });

  it.each(['ZWACHATSESSION', 'ZWAMESSAGE', 'ZWAMEDIAITEM', 'ZWAGROUPMEMBER', 'ZWAMESSAGEINFO'])(
    'the table %s may be missing',
    async (table) => {
      const sql = `${SMALL} INSERT INTO ZWAMESSAGE (Z_PK, ZCHATSESSION, ZTEXT) VALUES (1, 1, 'here'); DROP TABLE ${table};`;
      await odd(sql, (archive) => {
        expect([...archive.messages()].map((message) => message.text)).toEqual(table === 'ZWAMESSAGE' ? [] : ['here']);
        for (const { id } of archive.chats()) archive.page(id, { offset: 0, limit: 10 });
        const isNamed = !['ZWAGROUPMEMBER', 'ZWAMESSAGEINFO'].includes(table);
        expect(archive.unreadable.some(({ what }) => what.includes(table))).toBe(isNamed);
      });
    },
  );

  it('only Z_PK may be left of every table', async () => {
    const names = ['ZWACHATSESSION', 'ZWAMESSAGE', 'ZWAMEDIAITEM', 'ZWAGROUPMEMBER', 'ZWAMESSAGEINFO'];
    const sql = names.map((name) => `CREATE TABLE ${name} (Z_PK INTEGER PRIMARY KEY); INSERT INTO ${name} VALUES (1);`);
    await odd(sql.join(''), (archive) => {
      expect([...archive.messages()]).toMatchObject([{ id: 'row:1', kind: 'unknown', text: null, sentMs: null }]);
      expect(archive.chats()).toMatchObject([{ id: 'row:1', kind: 'unknown', name: null, lastMs: null }]);
      expect(archive.page('row:1', { offset: 0, limit: 5 })).toEqual([]);
    });
  });
});

describe('blobs of WhatsApp', () => {
  it('of 10,000 kinds of noise are no reactions that nobody sent, and do no harm', () => {
    const next = seeded(3);
    const reaction = field(1, Buffer.concat([field(2, text('1@s.whatsapp.net')), field(3, text('👍🏽'))]));
    for (let turn = 0; turn < 10_000; turn += 1) {
      const bytes = Buffer.from(field(7, Buffer.concat([reaction, reaction])));
      for (let change = next(4); change >= 0; change -= 1) bytes[next(bytes.length)] = next(256);
      for (const { emoji, sender } of readReactions(bytes)) {
        expect(emoji).not.toMatch(/[a-z@]/i);
        expect(sender === null || sender.includes('@')).toBe(true);
      }
      readQuotedId(bytes);
    }
    expect(readReactions(field(3, text('👍')))).toEqual([]);
    expect(readReactions(field(7, field(3, text('123'))))).toEqual([]);
    expect(readQuotedId(field(5, text('no id, surely')))).toBeNull();
  });
});
