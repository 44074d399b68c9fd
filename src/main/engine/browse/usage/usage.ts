import { createHash } from 'node:crypto';
import type { WorkOptions } from '../../../../shared/contract/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { readApps } from '../readers/apps/index.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import { type PhotoAsset, PhotoLibrary } from '../readers/photos/index.ts';
import { type Unreadable, UnreadableList } from '../readers/reading.ts';
import { WhatsAppArchive } from '../readers/whatsapp/index.ts';
import type { Backup, BackupFile } from '../source/types.ts';
import { type CategoryUse, useByCategory } from './categories.ts';

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
    readonly why: 'burst' | 'same-moment';
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
/** Smaller files are not worth anybody's time. */
const LEAST_DUPLICATE = 64 * 1024;
const LARGE_VIDEO = 200 * 1024 * 1024;
const LARGE_ATTACHMENT = 10 * 1024 * 1024;
/** Pictures of one moment: made within this time, of the same size. */
const MOMENT_MS = 10_000;

export async function usageOf(backup: Backup, { signal, onProgress }: WorkOptions = {}): Promise<Usage> {
  const unreadable = new UnreadableList();
  const say = (doneFiles: number): void => {
    const unknown = { doneBytes: 0, totalFiles: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };
    onProgress?.({ type: 'progress', phase: 'measuring', doneFiles, ...unknown });
  };
  const categories = await useByCategory(backup, signal);
  say(categories.reduce((sum, one) => sum + one.files, 0));
  const apps = (await readApps(backup)).items.map(({ id, name, files, domains }) => ({
    id,
    name,
    files,
    bytes: bytesIn(backup, domains),
  }));
  apps.sort((a, b) => b.bytes - a.bytes);
  const pictures = await picturesOf(backup, unreadable, signal);
  const { attachments, large } = await attachmentsOf(backup, unreadable);
  const whatsappMedia = await whatsappMediaOf(backup, unreadable);
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
      basis: 'attachments of messages of more than 10 MB',
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
  const videos: Array<{ id: string; name: string | null; bytes: number }> = [];
  const bursts = new Map<string, PhotoAsset[]>();
  const bySize = new Map<number, Array<{ readonly id: string; readonly file: BackupFile }>>();
  const moments: PhotoAsset[][] = [];
  let moment: PhotoAsset[] = [];
  const screenshots = { count: 0, bytes: 0 };
  for (const asset of library.all({ order: 'oldest' })) {
    if (asset.isTrashed === true) continue;
    const bytes = asset.file?.sizeBytes ?? 0;
    if (asset.kind === 'video' && asset.file !== null)
      videos.push({ id: asset.id, name: asset.originalFileName ?? asset.fileName, bytes });
    if (asset.isScreenshot === true) {
      screenshots.count += 1;
      screenshots.bytes += bytes;
    }
    if (asset.burst !== null) bursts.set(asset.burst.id, [...(bursts.get(asset.burst.id) ?? []), asset]);
    if (asset.file !== null && bytes >= LEAST_DUPLICATE) {
      bySize.set(bytes, [...(bySize.get(bytes) ?? []), { id: asset.id, file: asset.file }]);
    }
    moment = nextMoment(moment, asset, moments);
  }
  if (moment.length > 1) moments.push(moment);
  for (const { what, reason } of library.unreadable) unreadable.add(what, reason);
  videos.sort((a, b) => b.bytes - a.bytes);
  const exactDuplicates = await exactGroups(backup, bySize, unreadable, signal);
  const inBurst = new Set([...bursts.values()].flatMap((some) => some.map(({ id }) => id)));
  const nearDuplicates = [
    ...[...bursts.values()].filter((some) => some.length > 1).map((some) => nearGroup(some, 'burst')),
    ...moments.filter((some) => !some.some(({ id }) => inBurst.has(id))).map((some) => nearGroup(some, 'same-moment')),
  ];
  const largeVideos = videos.filter(({ bytes }) => bytes > LARGE_VIDEO);
  return { largestVideos: videos.slice(0, MOST_VIDEOS), largeVideos, exactDuplicates, nearDuplicates, screenshots };
}

/** Pictures one after the other, seconds apart and of one size; screenshots and films are no such thing. */
function nextMoment(moment: PhotoAsset[], asset: PhotoAsset, moments: PhotoAsset[][]): PhotoAsset[] {
  if (asset.kind !== 'photo' || asset.isScreenshot === true || asset.takenMs === null) return moment;
  const last = moment.at(-1);
  const isSame =
    last?.takenMs != null &&
    asset.takenMs - last.takenMs <= MOMENT_MS &&
    asset.width === last.width &&
    asset.height === last.height;
  if (isSame) return [...moment, asset];
  if (moment.length > 1) moments.push(moment);
  return [asset];
}

function nearGroup(assets: readonly PhotoAsset[], why: 'burst' | 'same-moment') {
  const sizes = assets.map(({ file }) => file?.sizeBytes ?? 0);
  // One of them stays.
  const bytes = sizes.reduce((sum, size) => sum + size, 0) - Math.max(...sizes);
  return { ids: assets.map(({ id }) => id), why, bytes };
}

/** Of files of one size those with the same bytes; `bytes` is what all but one take. */
async function exactGroups(
  backup: Backup,
  bySize: ReadonlyMap<number, ReadonlyArray<{ readonly id: string; readonly file: BackupFile }>>,
  unreadable: UnreadableList,
  signal: AbortSignal | undefined,
): Promise<Array<{ ids: string[]; bytes: number }>> {
  const groups: Array<{ ids: string[]; bytes: number }> = [];
  for (const [size, files] of bySize) {
    if (files.length < 2) continue;
    const bySum = new Map<string, string[]>();
    for (const { id, file } of files) {
      const sum = await sumOf(backup, file, unreadable, signal);
      if (sum !== null) bySum.set(sum, [...(bySum.get(sum) ?? []), id]);
    }
    for (const ids of bySum.values()) if (ids.length > 1) groups.push({ ids, bytes: size * (ids.length - 1) });
  }
  return groups.sort((a, b) => b.bytes - a.bytes);
}

async function sumOf(
  backup: Backup,
  file: BackupFile,
  unreadable: UnreadableList,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of backup.read(file, { signal })) hash.update(chunk);
    return hash.digest('hex');
  } catch (error) {
    if (!isBackstopError(error)) throw error;
    unreadable.add(file.path, error.message);
    return null;
  }
}

async function attachmentsOf(backup: Backup, unreadable: UnreadableList) {
  const groups = new Map<string, { conversation: string; title: string | null; bytes: number; count: number }>();
  const large = { count: 0, bytes: 0 };
  try {
    using archive = await MessageArchive.open(backup);
    for (const { attachment, chatIds } of archive.attachments()) {
      if (attachment.state !== 'present' && attachment.state !== 'folder') continue;
      const bytes = attachment.sizeBytes ?? 0;
      if (bytes > LARGE_ATTACHMENT) {
        large.count += 1;
        large.bytes += bytes;
      }
      const conversation = chatIds[0] ?? '';
      const chat = archive.chat(conversation);
      const title = chat === null ? null : (chat.name ?? (chat.participants.join(', ') || chat.identifier));
      const one = groups.get(conversation) ?? { conversation, title, bytes: 0, count: 0 };
      one.bytes += bytes;
      one.count += 1;
      groups.set(conversation, one);
    }
    for (const { what, reason } of archive.unreadable) unreadable.add(what, reason);
  } catch (error) {
    if (!isBackstopError(error, 'browse/damaged-database')) throw error;
    unreadable.add('sms.db', String(error.data['reason'] ?? error.message));
  }
  return { attachments: largestFirst(groups.values()), large };
}

async function whatsappMediaOf(backup: Backup, unreadable: UnreadableList): Promise<Group[]> {
  const groups = new Map<string, { conversation: string; title: string | null; bytes: number; count: number }>();
  for (const variant of ['personal', 'business'] as const) {
    try {
      using archive = await WhatsAppArchive.open(backup, { variant });
      for (const { chatId, media } of archive.messages()) {
        if (media === null || media.state !== 'present') continue;
        const conversation = chatId ?? '';
        const title = archive.chat(conversation)?.name ?? null;
        const one = groups.get(conversation) ?? { conversation, title, bytes: 0, count: 0 };
        one.bytes += media.sizeBytes ?? 0;
        one.count += 1;
        groups.set(conversation, one);
      }
      for (const { what, reason } of archive.unreadable) unreadable.add(what, reason);
    } catch (error) {
      if (!isBackstopError(error, 'browse/damaged-database')) throw error;
      unreadable.add('ChatStorage.sqlite', String(error.data['reason'] ?? error.message));
    }
  }
  return largestFirst(groups.values());
}

function largestFirst(groups: Iterable<Group>): Group[] {
  return [...groups].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_GROUPS);
}
