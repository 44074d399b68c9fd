import { createHash } from 'node:crypto';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { readApps } from '../readers/apps/index.ts';
import { readCalendar } from '../readers/calendar/index.ts';
import { readCalls } from '../readers/calls/index.ts';
import { readContacts } from '../readers/contacts/index.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import { readNotes } from '../readers/notes/index.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import type { Unreadable } from '../readers/reading.ts';
import { readReminders } from '../readers/reminders/index.ts';
import { readSafari } from '../readers/safari/index.ts';
import { readVoiceMemos } from '../readers/voice-memos/index.ts';
import { readVoicemail } from '../readers/voicemail/index.ts';
import { WhatsAppArchive } from '../readers/whatsapp/index.ts';
import type { Backup } from '../source/types.ts';
import type { Item, ItemKind, ItemList } from './item.ts';

/**
 * The items of one kind. A database that cannot be opened at all is an empty list that says so: `unreadable` is not empty,
 * and nothing follows from what is missing.
 */
export async function openItems(backup: Backup, kind: ItemKind): Promise<ItemList> {
  try {
    return await OPENERS[kind](backup);
  } catch (error) {
    if (!isBackstopError(error, 'browse/damaged-database')) throw error;
    const what = String(error.data['name'] ?? kind);
    return listOf([], true, [{ what, reason: String(error.data['reason'] ?? error.message) }]);
  }
}

const OPENERS: Readonly<Record<ItemKind, (backup: Backup) => Promise<ItemList>>> = {
  photos,
  messages,
  conversations,
  whatsapp,
  'whatsapp-conversations': whatsappConversations,
  contacts: async (backup) => {
    const { items, isPresent, unreadable } = await readContacts(backup);
    // What the phone changes by itself when it is synced is no change.
    const made = items.map((one) => {
      const facts = { ...one, id: '', rowId: 0, modifiedMs: null, linkedAs: null };
      return itemOf(one.id, one.name, one.createdMs, null, one.store, facts);
    });
    return listOf(made, isPresent, unreadable);
  },
  notes: async (backup) => {
    const { items, isPresent, unreadable } = await readNotes(backup);
    // Deleted ones are not the owner's any more, as with photos. Of a locked one only its date tells that it changed.
    const kept = items.filter((one) => !one.isTrashed && !one.isDeleted);
    const made = kept.map((one) => {
      const bytes = one.attachments.reduce((sum, attachment) => sum + (attachment.bytes ?? 0), 0);
      const attachments = one.attachments.map(({ id, table, fileState }) => [id, table, fileState]);
      const facts = [one.title, one.text, one.folderPath, attachments, one.state === 'locked' ? one.modifiedMs : null];
      return itemOf(one.id, one.title, one.modifiedMs ?? one.createdMs, bytes, one.folder, facts);
    });
    return listOf(made, isPresent, unreadable);
  },
  calls: async (backup) => {
    const { items, isPresent, unreadable } = await readCalls(backup);
    const made = items.map((one) =>
      itemOf(one.id, one.name ?? one.address, one.dateMs, null, null, [
        one.address,
        one.durationSeconds,
        one.isOutgoing,
      ]),
    );
    return listOf(made, isPresent, unreadable);
  },
  calendar: async (backup) => {
    const { items, isPresent, unreadable } = await readCalendar(backup);
    const made = items.map((one) => itemOf(one.id, one.title, one.startMs, null, one.calendar, { ...one, id: '' }));
    return listOf(made, isPresent, unreadable);
  },
  reminders: async (backup) => {
    const { items, isPresent, unreadable } = await readReminders(backup);
    const made = items.map((one) => itemOf(one.id, one.title, one.createdMs, null, one.list, { ...one, id: '' }));
    return listOf(made, isPresent, unreadable);
  },
  voicemail: async (backup) => {
    const { items, isPresent, unreadable } = await readVoicemail(backup);
    const kept = items.filter((one) => !one.isTrashed);
    const made = kept.map((one) =>
      itemOf(one.id, one.sender, one.dateMs, one.bytes, null, [one.sender, one.durationSeconds]),
    );
    return listOf(made, isPresent, unreadable);
  },
  recordings: async (backup) => {
    const { items, isPresent, unreadable } = await readVoiceMemos(backup);
    const kept = items.filter((one) => !one.isTrashed);
    const made = kept.map((one) =>
      itemOf(one.id, one.title, one.dateMs, one.bytes, null, [one.title, one.bytes, one.where]),
    );
    return listOf(made, isPresent, unreadable);
  },
  bookmarks: async (backup) => {
    const { bookmarks, hasBookmarks, unreadable } = await readSafari(backup);
    const made = bookmarks.map((one) =>
      itemOf(one.id, one.title ?? one.url, null, null, one.folder, [one.title, one.url, one.kind]),
    );
    return listOf(made, hasBookmarks, unreadable);
  },
  history: async (backup) => {
    const { visits, hasHistory, unreadable } = await readSafari(backup);
    const made = visits.map((one) => itemOf(one.id, one.title ?? one.url, one.visitedMs, null, null, one.url));
    return listOf(made, hasHistory, unreadable);
  },
  apps: async (backup) => {
    const { items, isPresent, unreadable } = await readApps(backup);
    const made = items.map((one) => itemOf(one.id, one.name, null, one.bytes, null, one.version));
    return listOf(made, isPresent, unreadable);
  },
  'app-data': appData,
  files: async (backup) => ({
    isPresent: true,
    count: null,
    unreadable: [],
    *items() {
      for (const file of backup.files()) {
        if (file.kind !== 'file') continue;
        const atMs = file.modified === null ? null : file.modified * 1000;
        const id = `${file.domain}/${file.path}`;
        yield itemOf(id, file.path, atMs, file.sizeBytes, file.domain, [file.sizeBytes, file.modified]);
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

/** What is not in "Recently Deleted": that is where photos go that somebody deletes. */
async function photos(backup: Backup): Promise<ItemList> {
  const library = await PhotoLibrary.open(backup);
  return {
    isPresent: library.isPresent,
    count: null,
    unreadable: library.unreadable,
    *items() {
      for (const one of library.all()) {
        if (one.isTrashed === true) continue;
        const name = one.originalFileName ?? one.fileName;
        const facts = [
          one.isFavourite,
          one.isHidden,
          one.isEdited,
          one.editedMs,
          one.takenMs,
          one.place,
          one.albumIds,
          one.original.state,
        ];
        yield itemOf(one.id, name, one.takenMs, one.sizeBytes, one.kind, facts);
      }
    },
    [Symbol.asyncDispose]: async () => library[Symbol.dispose](),
  };
}

async function messages(backup: Backup): Promise<ItemList> {
  const archive = await MessageArchive.open(backup);
  return {
    isPresent: archive.isPresent,
    count: archive.counts().messages,
    unreadable: archive.unreadable,
    *items() {
      for (const one of archive.messages()) {
        if (one.kind !== 'message' || one.isRecentlyDeleted) continue;
        const bytes = one.attachments.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
        const facts = [one.text, one.isUnsent, one.editedMs, one.attachments.map(({ id, state }) => [id, state])];
        yield itemOf(one.id, one.text?.slice(0, 80) ?? null, one.sentMs, bytes, one.chatIds[0] ?? null, facts);
      }
    },
    [Symbol.asyncDispose]: async () => archive[Symbol.dispose](),
  };
}

async function conversations(backup: Backup): Promise<ItemList> {
  using archive = await MessageArchive.open(backup);
  const made = archive.chats().flatMap((chat) => {
    // Of a deleted conversation the phone may keep an empty shell.
    if (chat.messageCount === 0) return [];
    const title = chat.name ?? (chat.participants.join(', ') || chat.identifier);
    return [itemOf(chat.id, title, chat.lastMs, null, null, [chat.name, chat.participants])];
  });
  return listOf(made, archive.isPresent, archive.unreadable);
}

async function whatsapp(backup: Backup): Promise<ItemList> {
  const archives = [await WhatsAppArchive.open(backup), await WhatsAppArchive.open(backup, { variant: 'business' })];
  return {
    isPresent: archives.some((archive) => archive.isPresent),
    count: null,
    get unreadable() {
      return archives.flatMap((archive) => archive.unreadable);
    },
    *items() {
      for (const archive of archives) {
        for (const one of archive.messages()) {
          if (one.kind === 'event' || one.kind === 'notice') continue;
          const title = one.text?.slice(0, 80) ?? one.kind;
          yield itemOf(one.id, title, one.sentMs, one.media?.sizeBytes ?? null, one.chatId, [
            one.text,
            one.kind,
            one.media?.state,
          ]);
        }
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const archive of archives) archive[Symbol.dispose]();
    },
  };
}

async function whatsappConversations(backup: Backup): Promise<ItemList> {
  const made: Item[] = [];
  const unreadable: Unreadable[] = [];
  let isPresent = false;
  for (const variant of ['personal', 'business'] as const) {
    using archive = await WhatsAppArchive.open(backup, { variant });
    isPresent ||= archive.isPresent;
    unreadable.push(...archive.unreadable);
    for (const chat of archive.chats()) {
      if (chat.messageCount > 0) made.push(itemOf(chat.id, chat.name, chat.lastMs, null, null, [chat.name, chat.kind]));
    }
  }
  return listOf(made, isPresent, unreadable);
}

/** What each app keeps: changed when any of its files was. */
async function appData(backup: Backup): Promise<ItemList> {
  const { items, isPresent, unreadable } = await readApps(backup);
  const made = items.flatMap((app) => {
    if (app.files === 0) return [];
    const hash = createHash('sha256');
    let bytes = 0;
    for (const domain of app.domains) {
      for (const file of backup.files({ domain })) {
        if (file.kind !== 'file') continue;
        bytes += file.sizeBytes ?? 0;
        hash.update(`${domain}\0${file.path}\0${file.sizeBytes}\0${file.modified}\n`);
      }
    }
    return [{ ...itemOf(app.id, app.name, null, bytes, null, ''), digest: hash.digest('base64').slice(0, 22) }];
  });
  return listOf(made, isPresent, unreadable);
}

function listOf(items: readonly Item[], isPresent: boolean, unreadable: readonly Unreadable[]): ItemList {
  return {
    isPresent,
    count: items.length,
    unreadable,
    items: () => items,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function itemOf(
  id: string,
  title: string | null,
  atMs: number | null,
  bytes: number | null,
  group: string | null,
  facts: unknown,
): Item {
  const digest = createHash('sha1')
    .update(JSON.stringify(facts) ?? '')
    .digest('base64')
    .slice(0, 16);
  return { id, title, atMs, bytes, group, digest };
}
