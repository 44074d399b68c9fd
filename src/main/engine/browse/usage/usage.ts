import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { LARGE_ATTACHMENT_BYTES, LARGE_VIDEO_BYTES } from '../../../../shared/rules/guidance/index.ts';
import { readApps } from '../readers/apps/index.ts';
import { ContactBook, readContacts } from '../readers/contacts/index.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import { type Unreadable, UnreadableList } from '../readers/reading.ts';
import { WhatsAppArchive } from '../readers/whatsapp/index.ts';
import type { Backup } from '../source/types.ts';
import { type CategoryUse, usageByCategory } from './categories.ts';
import { attachmentUsage, type ConversationUsage, whatsAppUsage } from './conversation-bytes.ts';
import type { NearBasis } from './near-duplicates.ts';
import { confirmDuplicates } from './photo-duplicates.ts';
import { photoStorage } from './photos.ts';

/** Where the room goes (reference 5, requirements R2 and R108). What a cleanup could free is an estimate and is called one. */

export interface Group {
  readonly conversation: string;
  readonly title: string | null;
  readonly bytes: number;
  readonly count: number;
}

export interface Usage {
  readonly categories: readonly CategoryUse[];
  readonly apps: ReadonlyArray<{
    readonly id: string;
    readonly name: string | null;
    readonly bytes: number;
    readonly files: number;
  }>;
  readonly largestVideos: ReadonlyArray<{ readonly id: string; readonly name: string | null; readonly bytes: number }>;
  /** The same bytes: read, decrypted and hashed. */
  readonly exactDuplicates: ReadonlyArray<{ readonly ids: readonly string[]; readonly bytes: number }>;
  readonly nearDuplicates: ReadonlyArray<{
    readonly ids: readonly string[];
    readonly why: NearBasis;
    readonly bytes: number;
  }>;
  readonly screenshots: { readonly count: number; readonly bytes: number };
  readonly attachments: readonly Group[];
  readonly whatsappMedia: readonly Group[];
  readonly cleanups: ReadonlyArray<{
    readonly kind: string;
    readonly estimatedBytes: number;
    readonly items: number;
    readonly basis: string;
  }>;
  readonly unreadable: readonly Unreadable[];
}

const MOST_VIDEOS = 100;
const MOST_GROUPS = 500;

export async function usageOf(backup: Backup, { signal, onProgress }: WorkOptions = {}): Promise<Usage> {
  const unreadable = new UnreadableList();
  const say = (doneFiles: number): void => {
    const unknown = { doneBytes: 0, totalFiles: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };
    onProgress?.({ type: 'progress', phase: 'measuring', doneFiles, ...unknown });
  };
  const categories = await usageByCategory(backup, signal);
  say(categories.reduce((sum, one) => sum + one.files, 0));
  const apps = (await readApps(backup)).items.map(({ id, name, files, domains }) => ({
    id,
    name,
    files,
    bytes: bytesIn(backup, domains),
  }));
  apps.sort((a, b) => b.bytes - a.bytes);
  const pictures = await picturesOf(backup, unreadable, signal);
  const { attachments, large } = await attachmentsOf(backup, unreadable, signal);
  const whatsappMedia = await whatsappMediaOf(backup, unreadable, signal);
  const sum = (items: readonly { readonly bytes: number }[]): number =>
    items.reduce((all, { bytes }) => all + bytes, 0);
  const cleanups = [
    {
      kind: 'large-videos',
      estimatedBytes: sum(pictures.largeVideos),
      items: pictures.largeVideos.length,
      basis: 'videos of more than 200 MB whose original is here',
    },
    {
      kind: 'exact-duplicates',
      estimatedBytes: sum(pictures.exactDuplicates),
      items: pictures.exactDuplicates.length,
      basis: 'all but one of each group with the same bytes',
    },
    {
      kind: 'screenshots',
      estimatedBytes: pictures.screenshots.bytes,
      items: pictures.screenshots.count,
      basis: 'all screenshots',
    },
    {
      kind: 'message-attachments',
      estimatedBytes: large.bytes,
      items: large.count,
      basis: 'attachments of messages of more than 1 MB',
    },
    {
      kind: 'whatsapp-media',
      estimatedBytes: sum(whatsappMedia),
      items: whatsappMedia.reduce((all, { count }) => all + count, 0),
      basis: 'photos, videos and documents that WhatsApp keeps',
    },
  ];
  const { largestVideos, exactDuplicates, nearDuplicates, screenshots } = pictures;
  return {
    categories,
    apps,
    largestVideos,
    exactDuplicates,
    nearDuplicates,
    screenshots,
    attachments,
    whatsappMedia,
    cleanups,
    unreadable: unreadable.items,
  };
}

function bytesIn(backup: Backup, domains: readonly string[]): number {
  let bytes = 0;
  for (const domain of domains)
    for (const file of backup.files({ domain })) bytes += file.kind === 'file' ? (file.sizeBytes ?? 0) : 0;
  return bytes;
}

async function picturesOf(backup: Backup, unreadable: UnreadableList, signal: AbortSignal | undefined) {
  using library = await PhotoLibrary.open(backup);
  const found = await photoStorage(library, { signal, largest: MOST_VIDEOS });
  const confirmed = await confirmDuplicates(library, backup, found.duplicates, { signal });
  for (const { what, reason } of [...library.unreadable, ...confirmed.unreadable]) unreadable.add(what, reason);
  return {
    largestVideos: found.largestVideos.map(({ id, name, bytes }) => ({ id, name, bytes })),
    largeVideos: found.largestVideos.filter(({ bytes }) => bytes > LARGE_VIDEO_BYTES),
    exactDuplicates: confirmed.groups.map(({ ids, freeableBytes }) => ({ ids, bytes: freeableBytes })),
    nearDuplicates: found.nearDuplicates.map(({ ids, basis, freeableBytes }) => ({
      ids,
      why: basis,
      bytes: freeableBytes,
    })),
    screenshots: found.screenshots,
  };
}

async function attachmentsOf(backup: Backup, unreadable: UnreadableList, signal: AbortSignal | undefined) {
  try {
    using archive = await MessageArchive.open(backup);
    const book = new ContactBook((await readContacts(backup)).items);
    const use = await attachmentUsage(backup, archive, (handle) => book.nameOf(handle), {
      signal,
      largeBytes: LARGE_ATTACHMENT_BYTES,
    });
    for (const { what, reason } of archive.unreadable) unreadable.add(what, reason);
    const large = { count: 0, bytes: 0 };
    for (const one of use.conversations) {
      large.count += one.large.count;
      large.bytes += one.large.bytes;
    }
    return { attachments: groupsOf(use), large };
  } catch (error) {
    if (!isBackstopError(error, 'browse/damaged-database')) throw error;
    unreadable.add('sms.db', String(error.data['reason'] ?? error.message));
    return { attachments: [], large: { count: 0, bytes: 0 } };
  }
}

async function whatsappMediaOf(
  backup: Backup,
  unreadable: UnreadableList,
  signal: AbortSignal | undefined,
): Promise<Group[]> {
  const groups: Group[] = [];
  for (const variant of ['personal', 'business'] as const) {
    try {
      using archive = await WhatsAppArchive.open(backup, { variant });
      groups.push(...groupsOf(await whatsAppUsage(archive, { signal })));
      for (const { what, reason } of archive.unreadable) unreadable.add(what, reason);
    } catch (error) {
      if (!isBackstopError(error, 'browse/damaged-database')) throw error;
      unreadable.add('ChatStorage.sqlite', String(error.data['reason'] ?? error.message));
    }
  }
  return groups.sort((a, b) => b.bytes - a.bytes);
}

function groupsOf({ conversations }: ConversationUsage): Group[] {
  return conversations
    .slice(0, MOST_GROUPS)
    .map(({ conversation, title, bytes, count }) => ({ conversation, title, bytes, count }));
}
