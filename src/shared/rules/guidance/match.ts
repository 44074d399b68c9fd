import { chosenOptions, LARGE_ATTACHMENT_BYTES, LARGE_VIDEO_BYTES } from './options.ts';
import type { CleanupChoice, CleanupOption, GoneItem } from './types.ts';

/**
 * What is gone, compared with what was planned (ux.md § 11). Only what is known to belong to the plan is expected: to look at
 * one item too many costs a glance, to overlook one may cost a photo.
 */
export function matchPlan(
  choice: CleanupChoice,
  gone: readonly GoneItem[],
): { expected: GoneItem[]; unexpected: GoneItem[] } {
  const covers = chosenOptions(choice).map(({ id }) => COVERS[id]);
  const expected: GoneItem[] = [];
  const unexpected: GoneItem[] = [];
  for (const item of gone) (covers.some((cover) => cover(item, choice)) ? expected : unexpected).push(item);
  return { expected: expected.toSorted(largestFirst), unexpected: unexpected.toSorted(largestFirst) };
}

/** Of unknown size at the end; the same order every time. */
function largestFirst(a: GoneItem, b: GoneItem): number {
  return (b.bytes ?? -1) - (a.bytes ?? -1) || order(a.kind, b.kind) || order(a.id, b.id);
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Cover = (item: GoneItem, choice: CleanupChoice) => boolean;

const isPhoto = ({ kind }: GoneItem): boolean => kind === 'photos' || kind === 'videos';
const isOneOf =
  (...kinds: string[]): Cover =>
  ({ kind }) =>
    kinds.includes(kind);
const never: Cover = () => false;
const duplicates: Cover = (item) => isPhoto(item) && item.isDuplicate === true;

const isAttachment = isOneOf('attachments', 'message-attachments');
const isChatMedia = isOneOf('chat-media', 'whatsapp-media', 'messenger-media');
const isOfApps = isOneOf(
  'apps',
  'app-data',
  'documents',
  'files',
  'whatsapp',
  'whatsapp-conversations',
  'whatsapp-media',
);

const COVERS: Readonly<Record<CleanupOption, Cover>> = {
  // It keeps every photo: one that is gone is a surprise.
  'compress-photos': never,
  'delete-unreviewed-photos': isPhoto,
  'large-videos': (item) => isPhoto(item) && item.isVideo === true && (item.bytes ?? 0) > LARGE_VIDEO_BYTES,
  screenshots: (item) => isPhoto(item) && item.isScreenshot === true,
  'reviewed-duplicates': duplicates,
  'bulk-duplicates': duplicates,
  // A message goes with its attachment, and its bytes are those of its attachments.
  'message-attachments': (item, choice) =>
    (isAttachment(item, choice) || item.kind === 'messages') && (item.bytes ?? 0) > LARGE_ATTACHMENT_BYTES,
  // A message with media has bytes; one of words has none, and a conversation is more than its media.
  'chat-media': (item, choice) => isChatMedia(item, choice) || (item.kind === 'whatsapp' && (item.bytes ?? 0) > 0),
  'remove-apps': (item, choice) => {
    const app = item.app ?? (item.kind === 'apps' ? item.id : null);
    if (app === null) return false;
    return choice.apps.length === 0 ? isOfApps(item, choice) : choice.apps.includes(app);
  },
  // No version holds them, and none of them can be missed in one.
  'icloud-drive-files': never,
  'streamed-media': never,
  // Bookmarks stay when Safari's data are cleared.
  'safari-data': isOneOf('history'),
  // A reset takes settings and caches. Photos, messages, people, notes, apps and what they keep are not part of it: "Reset-style
  // actions can remove more than they say", and that is what has to be seen.
  'system-cleanup': isOneOf('history', 'settings', 'wifi'),
};
