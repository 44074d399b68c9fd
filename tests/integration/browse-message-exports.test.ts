import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Conversation,
  exportConversations,
  messagesConversation,
  messagesConversations,
  whatsAppConversations,
} from '../../src/main/engine/browse/exports/messages/index.ts';
import { MessageArchive } from '../../src/main/engine/browse/readers/messages/index.ts';
import { WhatsAppArchive } from '../../src/main/engine/browse/readers/whatsapp/index.ts';
import { Archived, keyedArchive } from '../../src/main/simulator/content/encodings/keyed-archive.ts';
import { encodeAttributedString } from '../../src/main/simulator/content/encodings/typedstream.ts';
import { messageSchema } from '../../src/main/simulator/content/kinds/messages/schema.ts';
import { looseBackup } from '../support/browse/loose-backup.ts';
import { type SimulatedBackups, simulatedBackups } from '../support/browse/simulated-backup.ts';

const ALL = new Set(['html', 'text', 'json'] as const);
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-message-exports-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(directory, name)).isFile(),
  );
}

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Every file but the list is in the list, with the sum that another program finds. */
function checkSums(directory: string): void {
  const lines = readFileSync(join(directory, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
  const listed = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  expect([...listed.keys()].sort()).toEqual(
    filesOf(directory)
      .filter((name) => name !== 'SHA256SUMS')
      .sort(),
  );
  for (const [name, sum] of listed) expect(sha256(join(directory, name)), name).toBe(sum);
}

/** What a page leads to beside itself is there; nothing runs and nothing is fetched. */
function checkPages(directory: string): void {
  for (const name of filesOf(directory).filter((one) => one.endsWith('.html') && !one.includes('/files/'))) {
    const html = readFileSync(join(directory, name), 'utf8');
    expect(html.includes("default-src 'none'")).toBe(true);
    expect(/<script|<iframe|<object|<link|<[^>]*\son\w+=/i.exec(html)?.[0] ?? null).toBeNull();
    const ids = new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    for (const [, attribute = '', value = ''] of html.matchAll(/ (href|src|srcset)="([^"]*)"/g)) {
      if (value.startsWith('data:image/svg+xml,')) continue;
      if (/^(https?|mailto|tel):/.test(value)) expect(attribute).toBe('href');
      else if (value.startsWith('#')) expect(ids.has(value.slice(1)), value).toBe(true);
      else expect(existsSync(join(directory, name, '..', decodeURIComponent(value))), `${name}: ${value}`).toBe(true);
    }
  }
}

interface ExportedEntry {
  readonly pieces: ReadonlyArray<{ readonly kind: string; readonly text?: string }>;
  readonly earlier: ReadonlyArray<{ readonly text: string }>;
  readonly replyTo: { readonly id: string } | null;
}

describe('the conversations of a simulated phone', () => {
  let phone: SimulatedBackups;
  beforeAll(() => {
    phone = simulatedBackups({ seed: 21, files: 500, bytes: 20_000_000, locale: 'en_GB' });
  });
  afterAll(() => phone[Symbol.asyncDispose]());

  it('of Messages become pages, text and JSON with every file', async () => {
    const directory = join(folder, 'messages');
    const truth = (await phone.truth()).items;
    const sums = new Map((await phone.truth()).files.map((file) => [file.relativePath, file.sha256]));
    await using backup = phone.backup();
    using archive = await MessageArchive.open(backup);
    const conversations = messagesConversations(archive, () => null);
    const result = await exportConversations(backup, { directory, conversations, formats: ALL, timeZone: 'UTC' });
    expect(result).toMatchObject({ conversations: conversations.length, sums: 'SHA256SUMS', failed: [] });
    expect(result.files).toBe(filesOf(directory).length - 1);
    checkSums(directory);
    checkPages(directory);

    const entries = new Map<string, ExportedEntry>();
    const written = new Set<string>();
    for (const name of filesOf(directory)) {
      if (name.includes('/files/')) written.add(sha256(join(directory, name)));
      if (!name.endsWith('conversation.json')) continue;
      const json = JSON.parse(readFileSync(join(directory, name), 'utf8'));
      expect(json).toMatchObject({ format: 'backstop-conversation', version: 1, conversation: { app: 'Messages' } });
      for (const entry of json.entries) entries.set(entry.id, entry);
    }
    for (const message of truth['messages'] ?? []) {
      const entry = entries.get(String(message['guid'])) as ExportedEntry;
      if (message['tapback'] !== null) continue;
      const shape = String(message['shape']);
      if (['participant', 'rename', 'link'].includes(shape)) continue;
      const words = entry.pieces.flatMap((piece) =>
        piece.kind === 'text' && piece.text !== 'Re: 📎' ? [piece.text] : [],
      );
      expect(words.join('\n') || null, shape).toBe(message['text']);
      expect(entry.earlier.map(({ text }) => text)).toEqual(message['unsent'] === true ? [] : message['versions']);
      expect(entry.replyTo?.id ?? null).toBe(message['replyTo']);
    }
    for (const attachment of truth['attachments'] ?? []) {
      if (attachment['relativePath'] === null) continue;
      expect(written.has(sums.get(String(attachment['relativePath'])) ?? ''), String(attachment['type'])).toBe(true);
    }
    const texts = filesOf(directory).filter((name) => name.endsWith('conversation.txt'));
    const text = texts.map((name) => readFileSync(join(directory, name), 'utf8')).join('');
    for (const message of truth['messages'] ?? []) {
      const words = message['tapback'] === null ? String(message['text'] ?? '') : '';
      if (!words.includes('\n')) expect(text.includes(words), words).toBe(true);
    }
  });

  it('one alone lies in the folder itself, as one page to be printed', async () => {
    const directory = join(folder, 'one');
    await using backup = phone.backup();
    using archive = await MessageArchive.open(backup);
    const chat = archive.chats().find((one) => one.isGroup) ?? null;
    const conversations = [
      messagesConversation(archive, chat, (handle) => (handle.startsWith('+') ? 'Somebody <b>' : null)),
    ];
    const request = { directory, conversations, formats: new Set(['html'] as const), onePage: true };
    const { entries } = await exportConversations(backup, request);
    expect(entries).toBe(archive.length(chat?.id ?? null));
    const html = readFileSync(join(directory, 'index.html'), 'utf8');
    expect(html).toContain('Somebody &lt;b&gt;');
    expect(html).not.toContain('loading="lazy"');
    checkPages(directory);
    checkSums(directory);
    // A second time into the same place would have to write over it.
    await expect(exportConversations(backup, request)).rejects.toMatchObject({ code: 'browse/name-taken' });
    checkSums(directory);
  });

  it('of WhatsApp go the same way', async () => {
    const directory = join(folder, 'whatsapp');
    const { files } = await phone.truth();
    await using backup = phone.backup();
    using archive = await WhatsAppArchive.open(backup);
    const conversations = whatsAppConversations(archive, () => null);
    const result = await exportConversations(backup, { directory, conversations, formats: ALL });
    expect(result).toMatchObject({ conversations: conversations.length, failed: [] });
    checkSums(directory);
    checkPages(directory);
    const written = new Set(
      filesOf(directory)
        .filter((name) => name.includes('/files/'))
        .map((name) => sha256(join(directory, name))),
    );
    const media = files.filter(({ relativePath }) => /^Message\/Media\/.*\.(jpg|mp4|m4a|pdf)$/.test(relativePath));
    expect(media.length).toBeGreaterThan(5);
    for (const { sha256: sum, relativePath } of media) expect(written.has(sum), relativePath).toBe(true);
  });

  it('stop when they are told to, and leave no list that says all is well', async () => {
    const directory = join(folder, 'stopped');
    await using backup = phone.backup();
    using archive = await MessageArchive.open(backup);
    const stop = new AbortController();
    const source = messagesConversation(archive, archive.chats()[0] ?? null, () => null);
    const stopping: Conversation = {
      ...source,
      *entries() {
        for (const entry of source.entries()) {
          yield entry;
          stop.abort();
        }
      },
    };
    const request = { directory, conversations: [stopping], formats: ALL };
    await expect(exportConversations(backup, request, { signal: stop.signal })).rejects.toThrow(/abort/i);
    expect(filesOf(directory).filter((name) => !name.startsWith('files'))).toEqual([]);
  });
});

describe('links, apps and sounds', () => {
  it('say what they are, and words beside them stay', async () => {
    const path = join(folder, 'balloons.db');
    const db = new Database(path);
    for (const sql of messageSchema) db.exec(sql);
    db.exec(`INSERT INTO handle (ROWID, id, service) VALUES (1, '+15550100', 'iMessage');
      INSERT INTO chat (ROWID, guid, style, chat_identifier) VALUES (1, 'any;-;+15550100', 45, '+15550100');
      INSERT INTO chat_handle_join VALUES (1, 1)`);
    const url = (address: string): Archived => new Archived(['NSURL'], { 'NS.base': null, 'NS.relative': address });
    const link = (address: string): Buffer =>
      keyedArchive(
        new Archived(['RichLink'], {
          richLinkMetadata: new Archived(['LPLinkMetadata'], { URL: url(address), title: 'A page' }),
        }),
      );
    const app = keyedArchive(
      new Archived(['Message'], { ldtext: 'Your move.', an: 'GamePigeon', URL: url('data:?ver=48') }),
    );
    const LINK = 'com.apple.messages.URLBalloonProvider';
    const APP = 'com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:com.gamerdelights.gamepigeon.ext';
    const place = (attributes: Record<string, string>): Buffer =>
      encodeAttributedString('\ufffc', [
        { length: 1, attributes: { __kIMFileTransferGUIDAttributeName: 'x', ...attributes } },
      ]);
    const rows: [string, string | null, Buffer | null, string | null, Buffer | null][] = [
      ['same', 'https://example.org/a', null, LINK, link('https://example.org/a')],
      ['short', 'https://sho.rt/1', null, LINK, link('https://example.org/long')],
      ['app', null, place({}), APP, app],
      ['drawing', '\ufffd', null, 'com.apple.DigitalTouchBalloonProvider', Buffer.from([8, 1, 18, 2])],
      ['sound', null, place({ IMAudioTranscription: 'I am late' }), null, null],
    ];
    rows.forEach(([guid, text, body, balloon, payload], index) => {
      db.prepare(
        'INSERT INTO message (ROWID, guid, text, attributedBody, balloon_bundle_id, payload_data, handle_id, date) VALUES (?, ?, ?, ?, ?, ?, 1, ?)',
      ).run(index + 1, guid, text, body, balloon, payload, 600_000_000 + index);
      db.prepare('INSERT INTO chat_message_join (chat_id, message_id) VALUES (1, ?)').run(index + 1);
    });
    db.close();
    await using backup = looseBackup([{ domain: 'HomeDomain', path: 'Library/SMS/sms.db', file: path }]);
    using archive = await MessageArchive.open(backup);
    const pieces = new Map<string, string[]>();
    for (const entry of messagesConversations(archive, () => null)[0]?.entries() ?? []) {
      const words = entry.pieces.map((piece) => {
        if (piece.kind === 'link') return `[${piece.title} ${piece.url} ${piece.app}]`;
        return piece.kind === 'text' || piece.kind === 'remark' ? piece.text : piece.kind;
      });
      pieces.set(entry.id, words);
    }
    expect(Object.fromEntries(pieces)).toEqual({
      same: ['[A page https://example.org/a null]'],
      short: ['https://sho.rt/1', '[A page https://example.org/long null]'],
      app: ['[Your move. data:?ver=48 GamePigeon]'],
      drawing: ['Sent with an app (com.apple.DigitalTouchBalloonProvider)'],
      sound: ['An attachment that the database does not know', '“I am late”'],
    });
    expect(archive.unreadable).toEqual([]);
    const directory = join(folder, 'balloons');
    await exportConversations(backup, {
      directory,
      conversations: messagesConversations(archive, () => null),
      formats: ALL,
    });
    checkPages(directory);
    expect(readFileSync(join(directory, 'index.html'), 'utf8').includes('data:?ver')).toBe(false);
  });
});

describe('a hostile conversation', () => {
  it('stays within its page and its folder', async () => {
    const path = join(folder, 'hostile.db');
    const secret = join(folder, 'bytes');
    writeFileSync(secret, 'bytes');
    const db = new Database(path);
    db.pragma('synchronous = OFF');
    db.exec('BEGIN');
    for (const sql of messageSchema) db.exec(sql);
    const text = '</div><script>alert(1)</script><img src=x onerror=alert(1)>\n[12:00] Me:\n    forged';
    db.prepare('INSERT INTO handle (ROWID, id, service) VALUES (1, ?, ?)').run('<script>alert(2)</script>', 'SMS');
    db.prepare('INSERT INTO chat (ROWID, guid, style, display_name, chat_identifier) VALUES (1, ?, 43, ?, ?)').run(
      'g"><script>',
      '../../<i>evil',
      'x',
    );
    db.exec('INSERT INTO chat_handle_join VALUES (1, 1)');
    for (let row = 1; row <= 4500; row += 1) {
      db.prepare('INSERT INTO message (ROWID, guid, text, handle_id, date) VALUES (?, ?, ?, 1, ?)').run(
        row,
        `"><b ${row}`,
        row === 1 ? text : `row ${row}`,
        600_000_000 + row,
      );
      db.prepare('INSERT INTO chat_message_join (chat_id, message_id) VALUES (1, ?)').run(row);
    }
    const names = ['../../../escaped.jpg', 'CON', 'a"><script>.jpg', '.', `${'x'.repeat(400)}.png`, 'SHA256SUMS'];
    names.forEach((name, index) => {
      const row = [index + 1, `at_${index}`, `~/Library/SMS/Attachments/${index}/f.jpg`, name];
      db.prepare(
        'INSERT INTO attachment (ROWID, guid, filename, transfer_name, original_guid) VALUES (?, ?, ?, ?, hex(randomblob(8)))',
      ).run(...row);
      db.prepare('INSERT INTO message_attachment_join VALUES (1, ?)').run(index + 1);
    });
    db.exec('COMMIT');
    db.close();
    const files = names.map((_, index) => ({
      domain: 'MediaDomain',
      path: `Library/SMS/Attachments/${index}/f.jpg`,
      file: index === 3 ? null : secret,
      sizeBytes: 5,
    }));
    await using backup = looseBackup([{ domain: 'HomeDomain', path: 'Library/SMS/sms.db', file: path }, ...files]);
    using archive = await MessageArchive.open(backup);
    const conversations = [
      ...messagesConversations(archive, () => null),
      messagesConversation(archive, null, () => null),
    ];
    const directory = join(folder, 'hostile', 'deep');
    const result = await exportConversations(backup, { directory, conversations, formats: ALL });
    expect(result.entries).toBe(4500);
    expect(readdirSync(join(folder, 'hostile'))).toEqual(['deep']);
    checkSums(directory);
    checkPages(directory);
    const pages = filesOf(directory).filter((name) => /page-\d\.html$/.test(name));
    expect(pages).toHaveLength(2);
    const [chatFolder = ''] = pages[0]?.split('/') ?? [];
    expect(filesOf(join(directory, chatFolder, 'files'))).toHaveLength(5);
    const plain = readFileSync(join(directory, chatFolder, 'conversation.txt'), 'utf8');
    expect(plain).not.toMatch(/^\[12:00\] Me:/m);
    for (const line of readFileSync(join(directory, chatFolder, 'conversation.json'), 'utf8')
      .split('\n')
      .slice(1, 4)) {
      expect(() => JSON.parse(line.replace(/,$/, ''))).not.toThrow();
    }
  });
});
