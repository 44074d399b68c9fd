import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { readCalendar } from '../readers/calendar/index.ts';
import { ContactBook, readContacts } from '../readers/contacts/index.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import { readNotes } from '../readers/notes/index.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import { type Unreadable, UnreadableList } from '../readers/reading.ts';
import { WhatsAppArchive } from '../readers/whatsapp/index.ts';
import type { Backup } from '../source/types.ts';
import { type SearchDocument, type SearchedKind, SearchIndex } from './search-index.ts';

export interface IndexedBackup extends Disposable {
  readonly index: SearchIndex;
  readonly unreadable: readonly Unreadable[];
}

/** Gathers the words of a backup, in memory: nothing of them rests on disk. */
export async function indexBackup(
  backup: Backup,
  kinds: readonly SearchedKind[],
  { signal, onProgress }: WorkOptions = {},
): Promise<IndexedBackup> {
  const db = new Database(':memory:');
  const unreadable = new UnreadableList();
  try {
    const index = SearchIndex.create(db);
    let done = 0;
    const pause = async (): Promise<void> => {
      signal?.throwIfAborted();
      await setImmediate();
    };
    for (const kind of kinds) {
      const gather = GATHERERS[kind];
      if (gather === undefined) continue;
      try {
        done += await index.add(kind, gather(backup, unreadable), pause);
      } catch (error) {
        if (!isBackstopError(error, 'browse/damaged-database')) throw error;
        unreadable.add(String(error.data['name'] ?? kind), String(error.data['reason'] ?? error.message));
      }
      const unknown = { totalFiles: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };
      onProgress?.({ type: 'progress', phase: 'indexing', doneFiles: done, doneBytes: 0, ...unknown });
    }
    index.finish();
    return { index, unreadable: unreadable.items, [Symbol.dispose]: () => void db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

function senderOf(sender: string | null, book: ContactBook): string | null {
  return sender === null ? null : (book.nameOf(sender) ?? sender);
}

type Gatherer = (backup: Backup, unreadable: UnreadableList) => AsyncIterable<SearchDocument>;

/** Oldest first, as the index wants them. */
const GATHERERS: Partial<Readonly<Record<SearchedKind, Gatherer>>> = {
  async *messages(backup, unreadable) {
    using archive = await MessageArchive.open(backup);
    const titles = new Map(archive.chats().map((chat) => [chat.id, chat.name]));
    const book = new ContactBook((await readContacts(backup)).items);
    for (const one of archive.messages()) {
      const names = one.attachments.flatMap(({ name }) => name ?? []);
      const text = [one.subject, one.text, ...names].filter((part) => part !== null).join('\n');
      if (text === '') continue;
      const group = one.chatIds[0] ?? null;
      const title = group === null ? null : (titles.get(group) ?? null);
      yield { kind: 'messages', id: one.id, group, title: senderOf(one.sender, book) ?? title, text, atMs: one.sentMs };
    }
    for (const { what, reason } of archive.unreadable) unreadable.add(what, reason);
  },
  async *whatsapp(backup, unreadable) {
    for (const variant of ['personal', 'business'] as const) {
      using archive = await WhatsAppArchive.open(backup, { variant });
      for (const one of archive.messages()) {
        const text = [one.text, one.media?.name ?? null].filter((part) => part !== null).join('\n');
        if (text !== '') {
          yield { kind: 'whatsapp', id: one.id, group: one.chatId, title: one.senderName, text, atMs: one.sentMs };
        }
      }
      for (const { what, reason } of archive.unreadable) unreadable.add(what, reason);
    }
  },
  async *contacts(backup, unreadable) {
    const { items, unreadable: bad } = await readContacts(backup);
    for (const one of items) {
      const values = [one.phones, one.emails, one.urls].flat().map(({ value }) => value);
      const places = one.addresses.flatMap((place) => [place.street, place.city]);
      const text = [one.nickname, one.organisation, ...values, ...places, one.note].filter((part) => part !== null);
      const atMs = one.createdMs;
      yield { kind: 'contacts', id: one.id, group: one.store, title: one.name, text: text.join('\n'), atMs };
    }
    for (const { what, reason } of bad) unreadable.add(what, reason);
  },
  async *notes(backup, unreadable) {
    const { items, unreadable: bad } = await readNotes(backup);
    for (const one of items.toReversed()) {
      const cells = one.attachments.flatMap(({ table }) => table?.flat() ?? []);
      const names = one.attachments.flatMap(({ name, text }) => [name, text]);
      const text = [one.text, ...cells, ...names].filter((part) => part !== null).join('\n');
      yield { kind: 'notes', id: one.id, group: one.folder, title: one.title, text, atMs: one.modifiedMs };
    }
    for (const { what, reason } of bad) unreadable.add(what, reason);
  },
  async *photos(backup, unreadable) {
    using library = await PhotoLibrary.open(backup);
    const albums = new Map(library.albums().map((album) => [album.id, album.title]));
    for (const one of library.all()) {
      const inAlbums = one.albumIds.flatMap((id) => albums.get(id) ?? []);
      const name = one.originalFileName ?? one.fileName ?? one.id;
      const text = [...new Set([name, one.fileName, ...inAlbums])].filter((part) => part !== null).join('\n');
      yield { kind: 'photos', id: one.id, group: inAlbums[0] ?? null, title: null, text, atMs: one.takenMs };
    }
    for (const { what, reason } of library.unreadable) unreadable.add(what, reason);
  },
  async *calendar(backup, unreadable) {
    const { items, unreadable: bad } = await readCalendar(backup);
    for (const one of items) {
      const text = [one.title, one.location, one.notes].filter((part) => part !== null).join('\n');
      yield { kind: 'calendar', id: one.id, group: one.calendar, title: null, text, atMs: one.startMs };
    }
    for (const { what, reason } of bad) unreadable.add(what, reason);
  },
  async *files(backup) {
    for (const file of backup.files()) {
      if (file.kind !== 'file') continue;
      const atMs = file.modified === null ? null : file.modified * 1000;
      // Parts of a path are words of their own.
      const text = file.path.replaceAll('/', ' / ');
      yield { kind: 'files', id: `${file.domain}/${file.path}`, group: file.domain, title: null, text, atMs };
    }
  },
};
