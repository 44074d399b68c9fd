import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { type ListedKind, listKind } from '../items/list-kind.ts';
import { readCalendar } from '../readers/calendar/index.ts';
import { readCalls } from '../readers/calls/index.ts';
import { ContactBook, readContacts } from '../readers/contacts/index.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import { type Unreadable, UnreadableList } from '../readers/reading.ts';
import { readReminders } from '../readers/reminders/index.ts';
import { readSafari } from '../readers/safari/index.ts';
import { readVoiceMemos } from '../readers/voice-memos/index.ts';
import { readVoicemail } from '../readers/voicemail/index.ts';
import { WhatsAppArchive } from '../readers/whatsapp/index.ts';
import type { Backup, BackupFile } from '../source/types.ts';
import { exportContacts } from './contacts/index.ts';
import { ExportFolder } from './export-folder.ts';
import { csvText, isoText } from './lists/csv.ts';
import { eventsText, remindersText } from './lists/ical.ts';
import {
  type Conversation,
  type ConversationFormat,
  exportConversations,
  messagesConversations,
  whatsAppConversations,
} from './messages/index.ts';
import { exportNotes } from './notes/index.ts';
import { browserPrinter } from './pdf/print-pdf.ts';
import { exportPhotos, type NotExported } from './photos/index.ts';

/** One kind of data of a backup as the files that people expect of it. */

export interface KindExportRequest {
  readonly directory: string;
  /** html, text, json, csv or pdf for conversations; csv or json for lists. Undefined: what suits the kind. */
  readonly format?: string | undefined;
  /** Conversations by their ids; undefined: all. */
  readonly groups?: readonly string[] | undefined;
  /** Items by their ids; of photos. */
  readonly ids?: readonly string[] | undefined;
  readonly outside?: readonly string[] | undefined;
}

export interface KindExport {
  readonly items: number;
  readonly files: number;
  readonly bytes: number;
  readonly sums: string | null;
  readonly unreadable: readonly Unreadable[];
}

export async function exportKind(
  backup: Backup,
  kind: ListedKind,
  request: KindExportRequest,
  options: WorkOptions = {},
): Promise<KindExport> {
  if (request.format === 'json' && kind !== 'messages' && kind !== 'whatsapp') return exportJson(backup, kind, request);
  const exporter = EXPORTERS[kind];
  return exporter === undefined ? exportJson(backup, kind, request) : exporter(backup, request, options);
}

type Exporter = (backup: Backup, request: KindExportRequest, options: WorkOptions) => Promise<KindExport>;

const EXPORTERS: Partial<Readonly<Record<ListedKind, Exporter>>> = {
  async photos(backup, request, options) {
    using library = await PhotoLibrary.open(backup);
    const { directory, outside, ids } = request;
    const done = await exportPhotos(library, backup, { directory, outside, ids }, options);
    const failed = done.failed.map(({ path, reason }) => ({ what: path, reason }));
    return {
      items: done.assets,
      files: done.files,
      bytes: done.bytes,
      sums: done.sums,
      unreadable: [...done.unreadable, ...failed, ...done.originalsNotHere.map(notHere)],
    };
  },
  async messages(backup, request, options) {
    using archive = await MessageArchive.open(backup);
    const book = new ContactBook((await readContacts(backup)).items);
    const all = messagesConversations(archive, (handle) => book.nameOf(handle));
    const done = await exportTalks(backup, chosen(all, request.groups), request, options);
    return { ...done, unreadable: [...done.unreadable, ...archive.unreadable] };
  },
  async whatsapp(backup, request, options) {
    using personal = await WhatsAppArchive.open(backup);
    using business = await WhatsAppArchive.open(backup, { variant: 'business' });
    const all = [personal, business].flatMap((archive) => whatsAppConversations(archive, (jid) => archive.nameOf(jid)));
    const done = await exportTalks(backup, chosen(all, request.groups), request, options);
    return { ...done, unreadable: [...done.unreadable, ...personal.unreadable, ...business.unreadable] };
  },
  contacts(backup, { directory, outside, ids, format = 'vcard' }, options) {
    if (format !== 'vcard' && format !== 'vcard4') throw noSuchFormat(format, 'vcard, vcard4, json');
    const version = format === 'vcard4' ? '4.0' : '3.0';
    return exportContacts(backup, { directory, outside, ids, version }, options);
  },
  notes(backup, { directory, outside, ids, format = 'markdown' }, options) {
    if (format !== 'markdown' && format !== 'html') throw noSuchFormat(format, 'markdown, html, json');
    return exportNotes(backup, { directory, outside, ids, format }, options);
  },
  async calls(backup, request) {
    onlyAs('csv', request);
    const { items, unreadable } = await readCalls(backup);
    const book = new ContactBook((await readContacts(backup)).items);
    const rows = items.map((one) => [
      isoText(one.dateMs),
      one.address,
      one.name ?? (one.address === null ? null : book.nameOf(one.address)),
      directionOf(one.isOutgoing),
      one.isAnswered,
      one.durationSeconds,
      one.kind,
    ]);
    const text = csvText(['Date', 'Number', 'Name', 'Direction', 'Answered', 'Seconds', 'Kind'], rows);
    return written(request, items.length, unreadable, (folder) => folder.writeText(['Calls.csv'], text));
  },
  async calendar(backup, request) {
    onlyAs('ics', request);
    const { items, unreadable } = await readCalendar(backup);
    const missing = new UnreadableList();
    const text = eventsText(items, stampOf(backup), missing);
    const told = [...unreadable, ...missing.items];
    return written(request, items.length, told, (folder) => folder.writeText(['Calendar.ics'], text));
  },
  async reminders(backup, request) {
    onlyAs('ics', request);
    const { items, unreadable } = await readReminders(backup);
    return written(request, items.length, unreadable, (folder) =>
      folder.writeText(['Reminders.ics'], remindersText(items, stampOf(backup))),
    );
  },
  async safari(backup, request) {
    onlyAs('csv', request);
    const { bookmarks, visits, unreadable } = await readSafari(backup);
    return written(request, bookmarks.length + visits.length, unreadable, async (folder) => {
      const marks = bookmarks.map((one) => [one.folder, one.title, one.url, one.kind, one.isRead]);
      await folder.writeText(['Bookmarks.csv'], csvText(['Folder', 'Title', 'Address', 'Kind', 'Read'], marks));
      const seen = visits.map((one) => [isoText(one.visitedMs), one.title, one.url]);
      await folder.writeText(['History.csv'], csvText(['Visited', 'Title', 'Address'], seen));
    });
  },
  async voicemail(backup, request, options) {
    onlyAs('csv', request);
    const { items, unreadable } = await readVoicemail(backup);
    const failed: Unreadable[] = [];
    const done = await written(request, items.length, unreadable, async (folder) => {
      const rows = [];
      for (const one of items) {
        const name =
          one.recording === null
            ? null
            : await saved(
                backup,
                folder,
                one.recording,
                `${dayOf(one.dateMs)} ${one.sender ?? 'unknown'}.amr`,
                one.dateMs,
                options,
                failed,
              );
        rows.push([isoText(one.dateMs), one.sender, one.durationSeconds, one.isTrashed, name]);
      }
      await folder.writeText(['Voicemail.csv'], csvText(['Date', 'From', 'Seconds', 'Deleted', 'File'], rows));
    });
    return { ...done, unreadable: [...done.unreadable, ...failed] };
  },
  async 'voice-memos'(backup, request, options) {
    const { items, unreadable } = await readVoiceMemos(backup);
    const failed: Unreadable[] = [];
    const done = await written(request, items.length, unreadable, async (folder) => {
      for (const one of items) {
        if (one.file === null) continue;
        const extension = /\.[a-z0-9]{2,4}$/i.exec(one.file.path)?.[0] ?? '.m4a';
        await saved(
          backup,
          folder,
          one.file,
          `${one.title ?? dayOf(one.dateMs)}${extension}`,
          one.dateMs,
          options,
          failed,
        );
      }
    });
    return { ...done, unreadable: [...done.unreadable, ...failed] };
  },
};

/** Said beside what could not be read: who takes photos out wants to know what is not among them. */
function notHere({ id, name, state }: NotExported): Unreadable {
  const reason = state === 'icloud' ? 'its original is only in iCloud' : 'its original is not in this backup';
  return { what: name ?? id, reason };
}

async function exportJson(backup: Backup, kind: ListedKind, request: KindExportRequest): Promise<KindExport> {
  const { items, unreadable } = await listKind(backup, kind);
  const text = `${JSON.stringify(items, (key, value) => (key === 'rowId' || isBytes(value) ? undefined : value), 1)}\n`;
  return written(request, items.length, unreadable, (folder) => folder.writeText([`${kind}.json`], text));
}

function isBytes(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
}

async function written(
  request: KindExportRequest,
  items: number,
  unreadable: readonly Unreadable[],
  write: (folder: ExportFolder) => Promise<unknown>,
): Promise<KindExport> {
  await using folder = await ExportFolder.open(request.directory, request.outside);
  await write(folder);
  return { items, ...(await folder.finish()), unreadable };
}

/** The name it got; null when its content cannot be read, which is told and stops nothing else. */
async function saved(
  backup: Backup,
  folder: ExportFolder,
  file: BackupFile,
  name: string,
  modifiedMs: number | null,
  { signal }: WorkOptions,
  failed: Unreadable[],
): Promise<string | null> {
  try {
    return (await folder.write([name], backup.read(file, { signal }), { modifiedMs, signal })).path;
  } catch (error) {
    if (!isBackstopError(error) || !/^(browse\/(no-content|unreadable-file)|vault\/damaged-object)$/.test(error.code))
      throw error;
    failed.push({ what: file.path, reason: error.message });
    return null;
  }
}

const FORMATS: Readonly<Record<string, ConversationFormat>> = {
  html: 'html',
  text: 'text',
  json: 'json',
  csv: 'csv',
};

async function exportTalks(
  backup: Backup,
  conversations: readonly Conversation[],
  request: KindExportRequest,
  options: WorkOptions,
): Promise<KindExport> {
  const format = request.format ?? 'html';
  const { directory, outside } = request;
  if (format === 'pdf') return printTalks(backup, conversations, request, options);
  const one = FORMATS[format];
  if (one === undefined) throw noSuchFormat(format, 'html, text, json, csv, pdf');
  const done = await exportConversations(
    backup,
    { directory, conversations, formats: new Set([one]), outside },
    options,
  );
  const unreadable = [...done.failed];
  return { items: done.entries, files: done.files, bytes: done.bytes, sums: done.sums, unreadable };
}

/** Each conversation as one page in a folder of its own below the owner's, printed from there, and taken away again. */
async function printTalks(
  backup: Backup,
  conversations: readonly Conversation[],
  { directory, outside }: KindExportRequest,
  options: WorkOptions,
): Promise<KindExport> {
  const print = await browserPrinter();
  await using folder = await ExportFolder.open(directory, outside);
  const pages = await folder.scratchFolder();
  const unreadable: Unreadable[] = [];
  let items = 0;
  try {
    for (const [number, conversation] of conversations.entries()) {
      const place = join(pages, String(number));
      const one = await exportConversations(
        backup,
        { directory: place, conversations: [conversation], formats: new Set(['html']), onePage: true },
        options,
      );
      items += one.entries;
      unreadable.push(...one.failed);
      const [page] = (await readdir(place)).filter((name) => name.endsWith('.html'));
      if (page === undefined) continue;
      const printed = join(place, 'printed.pdf');
      await print(join(place, page), printed, { signal: options.signal });
      await folder.write([`${conversation.title}.pdf`], createReadStream(printed), {
        modifiedMs: conversation.lastMs ?? (await stat(printed)).mtimeMs,
        signal: options.signal,
      });
      await rm(place, { recursive: true, force: true });
    }
    return { items, ...(await folder.finish({ signal: options.signal })), unreadable };
  } finally {
    await rm(pages, { recursive: true, force: true });
  }
}

function chosen(all: readonly Conversation[], ids: readonly string[] | undefined): readonly Conversation[] {
  if (ids === undefined) return all;
  const known = new Set(all.map((one) => one.id));
  for (const id of ids) if (!known.has(id)) throw noSuchGroup(id);
  const wanted = new Set(ids);
  return all.filter((one) => wanted.has(one.id));
}

function noSuchGroup(id: string): BackstopError {
  return new BackstopError('browse/no-such-conversation', { data: { id } });
}

function stampOf(backup: Backup): number {
  return backup.facts.madeAtMs ?? 0;
}

function directionOf(isOutgoing: boolean | null): string | null {
  return isOutgoing === null ? null : isOutgoing ? 'outgoing' : 'incoming';
}

function dayOf(ms: number | null): string {
  return ms === null ? 'No date' : new Date(ms).toISOString().slice(0, 16).replace('T', ' ').replace(':', '.');
}

/** JSON goes another way. */
function onlyAs(form: string, { format = form }: KindExportRequest): void {
  if (format !== form) throw noSuchFormat(format, `${form}, json`);
}

function noSuchFormat(format: string, formats: string): BackstopError {
  return new BackstopError('browse/no-such-format', { data: { format, formats } });
}
