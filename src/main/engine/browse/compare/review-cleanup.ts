import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { type CleanupChoice, type GoneItem, matchPlan } from '../../../../shared/rules/guidance/index.ts';
import { ITEM_KINDS, type ItemKind } from '../items/item.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import type { Unreadable } from '../readers/reading.ts';
import type { Backup, BackupFile } from '../source/types.ts';
import { duplicateIds } from '../usage/cleanup-items.ts';
import { compareBackups } from './compare-backups.ts';

/**
 * What a cleanup took: everything that the pinned version has and the newer one has not, each thing once and by what its
 * owner would call it, told apart by the plan. A message of a conversation that is gone is not told beside it.
 */

export interface ReviewItem {
  /** A kind of item, or `attachments`, `whatsapp-media`, `documents`: files that are the owner's own. */
  readonly kind: string;
  readonly id: string;
  readonly title: string | null;
  readonly atMs: number | null;
  readonly bytes: number | null;
  /** The conversation, app or folder that it belonged to. */
  readonly group: string | null;
}

export interface CleanupReview {
  /** Both largest first. */
  readonly expected: readonly ReviewItem[];
  readonly unexpected: readonly ReviewItem[];
  readonly isCertain: boolean;
  /** Of the photos: how many lie in the newer version's Recently Deleted. */
  readonly inTrash: number;
  readonly unreadable: readonly Unreadable[];
}

/** All but what is told by the kinds that it is part of. */
const REVIEWED: readonly ItemKind[] = ITEM_KINDS.filter((kind) => kind !== 'files' && kind !== 'app-data');
const WHATSAPP = /^AppDomainGroup-group\.net\.whatsapp\.WhatsApp/;

export async function reviewCleanup(
  older: Backup,
  newer: Backup,
  choice: CleanupChoice,
  options: WorkOptions = {},
): Promise<CleanupReview> {
  const { signal } = options;
  const { kinds, unreadable } = await compareBackups(older, newer, { ...options, kinds: REVIEWED });
  const goneOf = (kind: ItemKind): ReadonlySet<string> =>
    new Set(kinds.find((one) => one.kind === kind)?.gone.map(({ id }) => id));
  const conversations = { messages: goneOf('conversations'), whatsapp: goneOf('whatsapp-conversations') };
  const apps = goneOf('apps');
  const gone: ReviewItem[] = [];
  for (const { kind, gone: items } of kinds) {
    const groups = kind === 'messages' || kind === 'whatsapp' ? conversations[kind] : null;
    for (const { id, title, atMs, bytes, group } of items) {
      if (group !== null && groups?.has(group) === true) continue;
      gone.push({ kind, id, title, atMs, bytes, group });
    }
  }
  const problems = [...unreadable];
  gone.push(...(await goneAttachments(older, newer, goneOf('messages'), conversations.messages, problems)));
  gone.push(...goneFiles(older, newer, apps, conversations.whatsapp));
  signal?.throwIfAborted();
  const facts = await photoFacts(older, goneOf('photos'), choice, signal);
  const byKey = new Map(gone.map((item) => [keyOf(item), item]));
  const { expected, unexpected } = matchPlan(
    choice,
    gone.map(
      (item): GoneItem => ({
        ...(facts.get(item.id) ?? PLAIN),
        kind: item.kind,
        id: item.id,
        bytes: item.bytes,
        app: appOf(item, apps),
      }),
    ),
  );
  const itemsOf = (some: readonly GoneItem[]): ReviewItem[] => some.flatMap((one) => byKey.get(keyOf(one)) ?? []);
  return {
    expected: itemsOf(expected),
    unexpected: itemsOf(unexpected),
    isCertain: kinds.every((one) => one.isCertain) && problems.length === 0,
    inTrash: await trashed(newer, goneOf('photos')),
    unreadable: problems,
  };
}

const PLAIN = { isScreenshot: null, isDuplicate: null, isVideo: null } as const;

function keyOf({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${kind} ${id}`;
}

const WHATSAPP_APPS = ['net.whatsapp.WhatsApp', 'net.whatsapp.WhatsAppSMB'] as const;

/** The app that kept it. Of a chat it is the variant of WhatsApp that is gone, if one is. */
function appOf({ kind, id, group }: ReviewItem, apps: ReadonlySet<string>): string | null {
  if (kind === 'apps') return id;
  if (kind === 'documents') return group;
  if (!kind.startsWith('whatsapp')) return null;
  return WHATSAPP_APPS.find((app) => apps.has(app)) ?? WHATSAPP_APPS[0];
}

/** Attachments that were taken out of conversations that are still there. */
async function goneAttachments(
  older: Backup,
  newer: Backup,
  messages: ReadonlySet<string>,
  conversations: ReadonlySet<string>,
  problems: Unreadable[],
): Promise<ReviewItem[]> {
  try {
    using before = await MessageArchive.open(older);
    using after = await MessageArchive.open(newer);
    const still = new Set<string>();
    for (const { attachment } of after.attachments()) {
      if (attachment.state === 'present' || attachment.state === 'folder') still.add(attachment.id);
    }
    const gone: ReviewItem[] = [];
    for (const { attachment, messageId, chatIds, sentMs } of before.attachments()) {
      if (attachment.state !== 'present' && attachment.state !== 'folder') continue;
      if (still.has(attachment.id)) continue;
      if (messageId !== null && messages.has(messageId)) continue;
      if (chatIds.length > 0 && chatIds.every((chat) => conversations.has(chat))) continue;
      const bytes = before.filesOf(attachment).reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
      const { id, name } = attachment;
      gone.push({ kind: 'attachments', id, title: name, atMs: sentMs, bytes, group: chatIds[0] ?? null });
    }
    // What could not be read is told by the messages already.
    return after.unreadable.length > 0 ? [] : gone;
  } catch (error) {
    if (!isBackstopError(error, 'browse/damaged-database')) throw error;
    problems.push({ what: 'sms.db', reason: error.message });
    return [];
  }
}

/** Media of chats, and documents that apps keep for their owner, where chat and app are still there. */
function goneFiles(older: Backup, newer: Backup, apps: ReadonlySet<string>, chats: ReadonlySet<string>): ReviewItem[] {
  return older.domains().flatMap(({ domain }) => {
    if (WHATSAPP.test(domain)) return goneChatMedia(older, newer, domain, chats);
    const app = /^AppDomain-(.+)$/.exec(domain)?.[1];
    if (app === undefined || apps.has(app)) return [];
    return goneIn(older, newer, domain, 'Documents').map((file) => fileItem('documents', file, app));
  });
}

function goneChatMedia(older: Backup, newer: Backup, domain: string, chats: ReadonlySet<string>): ReviewItem[] {
  return goneIn(older, newer, domain, 'Message/Media').flatMap((file) => {
    const chat = file.path.split('/')[2] ?? '';
    return chats.has(chat) ? [] : [fileItem('whatsapp-media', file, chat)];
  });
}

function goneIn(older: Backup, newer: Backup, domain: string, under: string): BackupFile[] {
  const gone: BackupFile[] = [];
  for (const file of older.files({ domain, under })) {
    if (file.kind === 'file' && newer.file(domain, file.path) === null) gone.push(file);
  }
  return gone;
}

function fileItem(kind: string, { domain, path, modified, sizeBytes }: BackupFile, group: string): ReviewItem {
  return {
    kind,
    id: `${domain}/${path}`,
    title: path.slice(path.lastIndexOf('/') + 1),
    atMs: modified === null ? null : modified * 1000,
    bytes: sizeBytes,
    group,
  };
}

type PhotoFacts = Pick<GoneItem, 'isScreenshot' | 'isDuplicate' | 'isVideo'>;

async function photoFacts(
  older: Backup,
  ids: ReadonlySet<string>,
  { options }: CleanupChoice,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, PhotoFacts>> {
  const facts = new Map<string, PhotoFacts>();
  if (ids.size === 0) return facts;
  using library = await PhotoLibrary.open(older);
  const isAsked = options.some((option) => option === 'bulk-duplicates' || option === 'reviewed-duplicates');
  const duplicates = isAsked ? await duplicateIds(library, signal) : null;
  for (const asset of library.all()) {
    if (!ids.has(asset.id)) continue;
    facts.set(asset.id, {
      isScreenshot: asset.variant === 'screenshot' ? true : asset.isScreenshot,
      isVideo: asset.kind === 'unknown' ? null : asset.kind === 'video',
      isDuplicate: duplicates?.has(asset.id) ?? null,
    });
  }
  return facts;
}

async function trashed(newer: Backup, gone: ReadonlySet<string>): Promise<number> {
  if (gone.size === 0) return 0;
  using library = await PhotoLibrary.open(newer);
  let count = 0;
  for (const { id } of library.all({ filter: { trashed: true } })) count += Number(gone.has(id));
  return count;
}
