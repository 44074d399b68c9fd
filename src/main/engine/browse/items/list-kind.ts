import { isBackstopError } from '../../../../shared/errors/index.ts';
import { readAccounts } from '../readers/accounts/index.ts';
import { readApps } from '../readers/apps/index.ts';
import { readCalendar } from '../readers/calendar/index.ts';
import { readCalls } from '../readers/calls/index.ts';
import { readContacts } from '../readers/contacts/index.ts';
import { readHealth } from '../readers/health/index.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import { readNotes } from '../readers/notes/index.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import type { Unreadable } from '../readers/reading.ts';
import { readReminders } from '../readers/reminders/index.ts';
import { readSafari } from '../readers/safari/index.ts';
import { readVoiceMemos } from '../readers/voice-memos/index.ts';
import { readVoicemail } from '../readers/voicemail/index.ts';
import { WhatsAppArchive } from '../readers/whatsapp/index.ts';
import { readWifiNetworks } from '../readers/wifi/index.ts';
import type { Backup } from '../source/types.ts';

/** The items of a kind as its reader gives them, with all their facts: what lists and programs get. */

export const LISTED_KINDS = [
  'photos',
  'messages',
  'contacts',
  'notes',
  'calls',
  'calendar',
  'reminders',
  'voicemail',
  'voice-memos',
  'safari',
  'whatsapp',
  'health',
  'apps',
  'accounts',
  'wifi',
] as const;
export type ListedKind = (typeof LISTED_KINDS)[number];

export interface ListedItems {
  readonly isPresent: boolean;
  readonly items: readonly ListedItem[];
  readonly unreadable: readonly Unreadable[];
}

export type ListedItem = { readonly id: string } & object;

export interface ListOptions {
  /** One conversation, of messages and WhatsApp. */
  readonly group?: string | undefined;
  /** So many, the newest; undefined: all. */
  readonly limit?: number | undefined;
}

/** A database that cannot be opened is said in `unreadable`. */
export async function listKind(backup: Backup, kind: ListedKind, options: ListOptions = {}): Promise<ListedItems> {
  try {
    const { items, isPresent, unreadable } = await LISTS[kind](backup, options);
    return { isPresent, unreadable, items: options.limit === undefined ? items : items.slice(0, options.limit) };
  } catch (error) {
    if (!isBackstopError(error, 'browse/damaged-database')) throw error;
    const what = String(error.data['name'] ?? kind);
    const reason = String(error.data['reason'] ?? error.message);
    return { isPresent: true, items: [], unreadable: [{ what, reason }] };
  }
}

const LISTS: Readonly<Record<ListedKind, (backup: Backup, options: ListOptions) => Promise<ListedItems>>> = {
  async photos(backup) {
    using library = await PhotoLibrary.open(backup);
    const items = [...library.all()];
    return { isPresent: library.isPresent, items, unreadable: library.unreadable };
  },
  async messages(backup, { group }) {
    using archive = await MessageArchive.open(backup);
    const found = group === undefined ? archive.messages() : archive.conversation(group);
    return { isPresent: archive.isPresent, items: [...found].reverse(), unreadable: archive.unreadable };
  },
  async whatsapp(backup, { group }) {
    const items: ListedItem[] = [];
    const unreadable: Unreadable[] = [];
    let isPresent = false;
    for (const variant of ['personal', 'business'] as const) {
      using archive = await WhatsAppArchive.open(backup, { variant });
      isPresent ||= archive.isPresent;
      items.push(...(group === undefined ? archive.messages() : archive.conversation(group)));
      unreadable.push(...archive.unreadable);
    }
    return { isPresent, items: items.reverse(), unreadable };
  },
  contacts: readContacts,
  notes: readNotes,
  calls: readCalls,
  calendar: readCalendar,
  reminders: readReminders,
  voicemail: readVoicemail,
  'voice-memos': readVoiceMemos,
  async safari(backup) {
    const { bookmarks, visits, tabs, hasBookmarks, hasHistory, unreadable } = await readSafari(backup);
    const items = [
      ...bookmarks,
      ...visits.map((one) => ({ ...one, kind: 'visit' })),
      ...tabs.map((one) => ({ ...one, kind: 'tab' })),
    ];
    return { isPresent: hasBookmarks || hasHistory, items, unreadable };
  },
  health: readHealth,
  apps: readApps,
  accounts: readAccounts,
  wifi: readWifiNetworks,
};
