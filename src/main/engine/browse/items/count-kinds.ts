import { isBackstopError } from '../../../../shared/errors/index.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import { WhatsAppArchive } from '../readers/whatsapp/index.ts';
import type { Backup } from '../source/types.ts';
import type { ItemKind } from './item.ts';
import { openItems } from './open-items.ts';

/** How much of what a backup has, without going through it where its databases can count. */
export interface KindTally {
  /** A kind that is not there, or could not be read whole, is left out. */
  readonly counts: Readonly<Record<string, number>>;
  /** Conversation → messages in it. */
  readonly conversations: ReadonlyMap<string, number>;
  /** Bundle ids. */
  readonly apps: readonly string[];
}

/** Small enough to be gone through. */
const SMALL: readonly ItemKind[] = [
  'contacts',
  'notes',
  'calendar',
  'reminders',
  'voicemail',
  'recordings',
  'bookmarks',
];

export async function countKinds(backup: Backup, signal?: AbortSignal): Promise<KindTally> {
  const counts: Record<string, number> = {};
  const conversations = new Map<string, number>();
  await unlessDamaged(async () => {
    using library = await PhotoLibrary.open(backup);
    const { photos, videos } = library.counts();
    if (library.isPresent && library.unreadable.length === 0) counts['photos'] = photos + videos;
  });
  signal?.throwIfAborted();
  await unlessDamaged(async () => {
    using archive = await MessageArchive.open(backup);
    const { messages } = archive.counts();
    for (const chat of archive.chats()) if (chat.messageCount > 0) conversations.set(chat.id, chat.messageCount);
    if (archive.isPresent && archive.unreadable.length === 0) counts['messages'] = messages;
  });
  await unlessDamaged(async () => {
    using archive = await WhatsAppArchive.open(backup);
    const { messages } = archive.counts();
    if (archive.isPresent && archive.unreadable.length === 0) counts['whatsapp'] = messages;
  });
  for (const kind of SMALL) {
    signal?.throwIfAborted();
    await using list = await openItems(backup, kind);
    if (list.isPresent && list.unreadable.length === 0 && list.count !== null) counts[kind] = list.count;
  }
  const apps = backup.facts.installedApps;
  if (apps !== null) counts['apps'] = apps.length;
  return { counts, conversations, apps: apps ?? [] };
}

async function unlessDamaged(count: () => Promise<void>): Promise<void> {
  try {
    await count();
  } catch (error) {
    if (!isBackstopError(error, 'browse/damaged-database')) throw error;
  }
}
