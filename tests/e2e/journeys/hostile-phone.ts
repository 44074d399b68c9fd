import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { createPhoneContent } from '../../../src/main/simulator/content/index.ts';
import { noteBody } from '../../../src/main/simulator/content/kinds/notes/note-body.ts';
import { type Simulator, startSimulator } from '../../../src/main/simulator/simulator.ts';
import { changedContent } from '../../support/browse/changed-content.ts';
import { PASSWORD } from './steps.ts';

/** What strangers put into messages, contacts, notes and names of files. Whatever of it runs, calls `alert`. */
export const SCRIPT = '<script>alert("script")</script>';
export const IMAGE = '<img src=x onerror=alert("image")>';
export const DRAWING = '<svg/onload=alert("svg")><foreignObject><iframe srcdoc="<script>alert(1)</script>">';
export const LINK = 'javascript:alert("link")//https://example.com/';
export const TURNED = 'invoice\u202Egpj.exe \u2066\u202Bleft to right\u2069';
export const CLOSING =
  '"><a href="javascript:alert(1)" autofocus onfocus=alert(1)>here</a><style>*{display:none}</style>';
/** One word of 64 kB. */
export const LONG = `<b>${'W'.repeat(65_536)}`;

const ALL = [SCRIPT, IMAGE, DRAWING, LINK, TURNED, CLOSING, LONG] as const;
/** Where a line has room for a name only. */
const NAMES = [SCRIPT, IMAGE, DRAWING, LINK, TURNED, CLOSING, `<b>${'W'.repeat(2000)}`] as const;
const ROLL = 'Media/DCIM/100APPLE';
const PAGE = Buffer.from(`<!doctype html><html><body>${SCRIPT}${IMAGE}</body></html>`);
const PICTURE = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`,
);

/** Writes each of the texts into one column after another, row by row. */
const fill =
  (columns: Readonly<Record<string, readonly string[]>>, texts: readonly string[] = NAMES) =>
  (db: Database.Database): void => {
    for (const [table, names] of Object.entries(columns)) {
      const rows = db.prepare(`SELECT rowid FROM ${table} ORDER BY rowid DESC`).pluck().all();
      for (const name of names) {
        const write = db.prepare(`UPDATE OR IGNORE ${table} SET ${name} = ? WHERE rowid = ? AND ${name} IS NOT NULL`);
        for (const [at, row] of rows.entries()) write.run(texts[at % texts.length], row);
      }
    }
  };

/** A phone that was called by a stranger and written to by strangers, behind a daemon of its own. */
export function hostilePhone(folder: string): Promise<Simulator> {
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  return startSimulator({
    listen: [{ kind: 'unix', path: join(mkdtempSync(join(folder, 's-')), 'mux') }],
    phones: [
      {
        spec: { seed: 21, files: 600, bytes: 8e6, locale: 'en', name: IMAGE },
        state: { backupPassword: PASSWORD, passcodeDelayMs: 1 },
      },
    ],
    makeContent: async (spec, places) =>
      changedContent(createPhoneContent(spec, places), {
        scratch,
        pictures: Object.fromEntries(
          [SCRIPT, IMAGE, TURNED, CLOSING].flatMap((name) => {
            const file = name.replaceAll('/', '∕').slice(0, 200);
            return [
              [`${ROLL}/${file}.JPG`, PAGE],
              [`${ROLL}/${file}.PNG`, PICTURE],
              [`${ROLL}/${file}.HTML`, PAGE],
            ];
          }),
        ),
        databases: {
          'HomeDomain/Library/SMS/sms.db': (db) => {
            db.exec('UPDATE message SET attributedBody = NULL, text = coalesce(text, 0) WHERE item_type = 0');
            fill({ message: ['text'] }, ALL)(db);
            fill({ chat: ['display_name'], attachment: ['transfer_name'] })(db);
          },
          'HomeDomain/Library/AddressBook/AddressBook.sqlitedb': (db) => {
            db.exec("UPDATE ABPerson SET Last = NULL, Organization = '', Note = '', Nickname = ''");
            fill({ ABPerson: ['First', 'Organization', 'Nickname'], ABMultiValue: ['value'] })(db);
            fill({ ABPerson: ['Note'] }, ALL)(db);
          },
          'AppDomainGroup-group.com.apple.notes/NoteStore.sqlite': (db) => {
            fill({ ZICCLOUDSYNCINGOBJECT: ['ZTITLE1', 'ZSNIPPET', 'ZFILENAME', 'ZURLSTRING'] })(db);
            const body = noteBody(
              ALL.map((text) => ({ text: `${text}\n`, link: LINK })),
              () => Buffer.alloc(16, 1),
            );
            db.prepare('UPDATE ZICNOTEDATA SET ZDATA = ? WHERE ZCRYPTOINITIALIZATIONVECTOR IS NULL').run(body);
          },
          'AppDomainGroup-group.net.whatsapp.WhatsApp.shared/ChatStorage.sqlite': (db) => {
            fill({ ZWAMESSAGE: ['ZTEXT'] }, ALL)(db);
            fill({ ZWACHATSESSION: ['ZPARTNERNAME', 'ZLASTMESSAGETEXT'], ZWAMEDIAITEM: ['ZTITLE', 'ZVCARDNAME'] })(db);
          },
          'HomeDomain/Library/Safari/Bookmarks.db': fill({ bookmarks: ['title', 'url'] }),
          'HomeDomain/Library/Safari/History.db': fill({ history_items: ['url'], history_visits: ['title'] }),
          'HomeDomain/Library/Calendar/Calendar.sqlitedb': fill({
            CalendarItem: ['summary', 'description', 'url', 'conference_url'],
            Calendar: ['title'],
            Location: ['title', 'address'],
          }),
        },
      }),
  });
}
