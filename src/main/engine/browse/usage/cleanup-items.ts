import { setImmediate } from 'node:timers/promises';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { type CleanupOption, type ItemsInVersion, LARGE_VIDEO_BYTES } from '../../../../shared/rules/guidance/index.ts';
import { readApps } from '../readers/apps/index.ts';
import { MessageArchive } from '../readers/messages/index.ts';
import { type PhotoAsset, PhotoLibrary } from '../readers/photos/index.ts';
import { WhatsAppArchive } from '../readers/whatsapp/index.ts';
import type { Backup } from '../source/types.ts';
import { photoStorage } from './photos.ts';

/**
 * What a cleanup would take from a phone, looked for in a version: an item is present only if its original lies in the
 * version with all that belongs to it, such as the film of a Live Photo. What could not be read is not counted, and
 * nothing is claimed of it.
 */

export interface CleanupItems {
  readonly items: Partial<Record<CleanupOption, ItemsInVersion | null>>;
  /** Of the apps to go: those without a file of their own here. Null: not known. */
  readonly appsWithoutData: { id: string; name: string | null }[] | null;
  /** As the phone's own library tells it by what it lists; null where it does not. */
  readonly icloudPhotos: boolean | null;
  readonly optimiseStorage: boolean | null;
  /** Is a conversation's attachment said to be somewhere else than on the phone? True, or not known. */
  readonly messagesInICloud: true | null;
}

const PACE = 500;
const PHOTO_OPTIONS: readonly CleanupOption[] = [
  'delete-unreviewed-photos',
  'large-videos',
  'screenshots',
  'reviewed-duplicates',
  'bulk-duplicates',
  'system-cleanup',
];

export async function cleanupItems(
  backup: Backup,
  choice: { readonly options: readonly CleanupOption[]; readonly apps: readonly string[] },
  signal?: AbortSignal,
): Promise<CleanupItems> {
  const chosen = new Set(choice.options);
  const items: Partial<Record<CleanupOption, ItemsInVersion | null>> = {};
  const photos = await countPhotos(backup, chosen, signal);
  Object.assign(items, photos.items);
  const all = chosen.has('system-cleanup');
  let messagesInICloud: true | null = null;
  if (chosen.has('message-attachments') || all) {
    const attachments = await countAttachments(backup, signal);
    if (chosen.has('message-attachments')) items['message-attachments'] = attachments;
    if (all) items['system-cleanup'] = plus(items['system-cleanup'], attachments);
    if ((attachments?.onlyInICloud ?? 0) > 0) messagesInICloud = true;
  }
  if (chosen.has('chat-media') || all) {
    const media = await countChatMedia(backup, signal);
    if (chosen.has('chat-media')) items['chat-media'] = media;
    if (all) items['system-cleanup'] = plus(items['system-cleanup'], media);
  }
  const { icloudPhotos, optimiseStorage } = photos;
  const appsWithoutData = chosen.has('remove-apps') ? await withoutData(backup, choice.apps) : [];
  return { items, appsWithoutData, icloudPhotos, optimiseStorage, messagesInICloud };
}

/** Two counts together; what is not known of one of them is not known of both. */
function plus(one: ItemsInVersion | null | undefined, other: ItemsInVersion | null): ItemsInVersion | null {
  if (one == null || other === null) return null;
  return {
    present: one.present + other.present,
    onlyInICloud: one.onlyInICloud + other.onlyInICloud,
    missing: one.missing + other.missing,
  };
}

async function countPhotos(
  backup: Backup,
  chosen: ReadonlySet<CleanupOption>,
  signal: AbortSignal | undefined,
): Promise<Pick<CleanupItems, 'items' | 'icloudPhotos' | 'optimiseStorage'>> {
  const wanted = PHOTO_OPTIONS.filter((option) => chosen.has(option));
  using library = await PhotoLibrary.open(backup);
  const tallies = new Map(wanted.map((option) => [option, { present: 0, onlyInICloud: 0, missing: 0 }]));
  const isAboutDuplicates = wanted.some((option) => option.endsWith('-duplicates'));
  const duplicates = isAboutDuplicates ? await duplicateIds(library, signal) : new Set<string>();
  let [owned, elsewhere, hasOnlyInICloud, seen] = [0, 0, false, 0];
  for (const asset of library.all()) {
    seen += 1;
    if (seen % PACE === 0) {
      signal?.throwIfAborted();
      await setImmediate();
    }
    if (asset.isTrashed === true || asset.library === 'shared-album' || asset.library === 'shared-with-you') continue;
    owned += 1;
    if (asset.original.phoneSays !== 'phone') elsewhere += 1;
    if (asset.original.state === 'icloud') hasOnlyInICloud = true;
    const where = whereOf(asset);
    for (const [option, tally] of tallies) if (isOf(option, asset, duplicates)) tally[where] += 1;
  }
  // Read from files alone, or with a part unread: what is missing would not be seen.
  const isWhole = library.source === 'database' ? library.unreadable.length === 0 : !library.isPresent;
  const items = Object.fromEntries(wanted.map((option) => [option, isWhole ? (tallies.get(option) ?? null) : null]));
  const usesCloud = library.iCloudPhotos.isOn === true || hasOnlyInICloud || elsewhereInCloud(library, elsewhere);
  const icloudPhotos = usesCloud ? true : isWhole && owned > 0 && elsewhere === 0 ? false : null;
  const optimiseStorage = hasOnlyInICloud ? true : icloudPhotos === false ? false : null;
  return { items, icloudPhotos, optimiseStorage };
}

/** Not every word of the library about a place is one about iCloud: only what it says outright counts. */
function elsewhereInCloud(library: PhotoLibrary, elsewhere: number): boolean {
  if (elsewhere === 0) return false;
  for (const { original, library: whose } of library.all()) {
    if (original.phoneSays === 'phone-and-icloud' || original.phoneSays === 'icloud' || whose === 'icloud') return true;
  }
  return false;
}

function whereOf(asset: PhotoAsset): keyof ItemsInVersion {
  const { state } = asset.original;
  if (state === 'icloud') return 'onlyInICloud';
  if (state !== 'here') return 'missing';
  const lacksFilm = asset.variant === 'live' && asset.kind === 'photo' && asset.liveVideo === null;
  const lacksEdits = asset.isEdited === true && asset.editedFile === null && asset.adjustments === null;
  return lacksFilm || lacksEdits ? 'missing' : 'present';
}

function isOf(option: CleanupOption, asset: PhotoAsset, duplicates: ReadonlySet<string>): boolean {
  switch (option) {
    case 'large-videos':
      return (
        asset.kind === 'video' &&
        (asset.sizeBytes ?? asset.original.bytes ?? Number.POSITIVE_INFINITY) > LARGE_VIDEO_BYTES
      );
    case 'screenshots':
      return asset.isScreenshot === true || asset.variant === 'screenshot';
    case 'reviewed-duplicates':
    case 'bulk-duplicates':
      return duplicates.has(asset.id);
    default:
      return true;
  }
}

export async function duplicateIds(
  library: PhotoLibrary,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const { duplicates, nearDuplicates } = await photoStorage(library, { signal });
  return new Set([...duplicates, ...nearDuplicates].flatMap(({ ids }) => ids));
}

async function countAttachments(backup: Backup, signal: AbortSignal | undefined): Promise<ItemsInVersion | null> {
  const tally = { present: 0, onlyInICloud: 0, missing: 0 };
  try {
    using archive = await MessageArchive.open(backup);
    let seen = 0;
    for (const { attachment } of archive.attachments()) {
      seen += 1;
      if (seen % PACE === 0) {
        signal?.throwIfAborted();
        await setImmediate();
      }
      if (attachment.state === 'present' || attachment.state === 'folder') tally.present += 1;
      else if (attachment.state === 'not-downloaded') tally.onlyInICloud += 1;
      else tally.missing += 1;
    }
    return archive.unreadable.length === 0 ? tally : null;
  } catch (error) {
    if (!isBackstopError(error)) throw error;
    signal?.throwIfAborted();
    return null;
  }
}

async function countChatMedia(backup: Backup, signal: AbortSignal | undefined): Promise<ItemsInVersion | null> {
  const tally = { present: 0, onlyInICloud: 0, missing: 0 };
  for (const variant of ['personal', 'business'] as const) {
    try {
      using archive = await WhatsAppArchive.open(backup, { variant });
      const here = new Set<string>();
      for (const { path } of archive.mediaFiles()) here.add(path);
      const asked = new Set<string>();
      for (const path of archive.mediaPaths()) {
        // Each is told for both folders where older and newer versions of the app keep it.
        asked.add(path.replace(/^Message\//, ''));
        if (asked.size % PACE === 0) {
          signal?.throwIfAborted();
          await setImmediate();
        }
      }
      for (const path of asked) {
        if (here.has(path) || here.has(`Message/${path}`)) tally.present += 1;
        else tally.missing += 1;
      }
      if (archive.unreadable.length > 0) return null;
    } catch (error) {
      if (!isBackstopError(error)) throw error;
      signal?.throwIfAborted();
      return null;
    }
  }
  return tally;
}

async function withoutData(backup: Backup, chosen: readonly string[]): Promise<CleanupItems['appsWithoutData']> {
  const { items, isPresent, unreadable } = await readApps(backup);
  if (!isPresent || unreadable.length > 0) return null;
  const known = new Map(items.map((app) => [app.id, app]));
  // None named: it may be any of them.
  const going = chosen.length === 0 ? items.map(({ id }) => id) : chosen;
  return going.flatMap((id) => {
    const app = known.get(id);
    return app !== undefined && app.files > 0 ? [] : [{ id, name: app?.name ?? null }];
  });
}
