import type { ItemKind } from '../items/item.ts';
import { openItems } from '../items/open-items.ts';
import { readHealth } from '../readers/health/index.ts';
import { PhotoLibrary } from '../readers/photos/index.ts';
import { readWifiNetworks } from '../readers/wifi/index.ts';
import type { Backup } from '../source/types.ts';
import { type Category, usageByCategory } from '../usage/categories.ts';

/**
 * What is in a backup, counted in the backup itself, and what is not in it and why (requirements R30–R44). Every word is
 * about this backup: what its phone keeps elsewhere is only said where the backup shows it.
 */

export type CoverageStatus = 'present' | 'absent' | 'only-if-encrypted' | 'in-icloud' | 'partial' | 'unknown';

export interface CoveredKind {
  readonly kind: string;
  readonly status: CoverageStatus;
  readonly count: number | null;
  readonly bytes: number | null;
  readonly newestMs: number | null;
  readonly notes: readonly string[];
}

export interface OriginalsGap {
  readonly here: number;
  readonly onlyInICloud: number;
  readonly unknown: number;
}

export interface Coverage {
  readonly kinds: readonly CoveredKind[];
  readonly notIncluded: ReadonlyArray<{ readonly kind: string; readonly reason: string }>;
  /** Null: there is no photo library. */
  readonly originals: OriginalsGap | null;
}

interface CountedKind {
  readonly kind: string;
  readonly items: ItemKind;
  readonly categories: readonly Category[];
  /** Apple puts it into encrypted backups only (reference 2.9). */
  readonly isEncryptedOnly?: boolean;
}

const COUNTED: readonly CountedKind[] = [
  { kind: 'messages', items: 'messages', categories: ['messages', 'message-attachments'] },
  { kind: 'conversations', items: 'conversations', categories: [] },
  { kind: 'whatsapp', items: 'whatsapp', categories: ['whatsapp', 'whatsapp-media'] },
  { kind: 'contacts', items: 'contacts', categories: ['contacts'] },
  { kind: 'notes', items: 'notes', categories: ['notes'] },
  { kind: 'calendar', items: 'calendar', categories: ['calendar'] },
  { kind: 'reminders', items: 'reminders', categories: ['reminders'] },
  { kind: 'calls', items: 'calls', categories: ['calls'], isEncryptedOnly: true },
  { kind: 'voicemail', items: 'voicemail', categories: ['voicemail'] },
  { kind: 'voice-memos', items: 'recordings', categories: ['voice-memos'] },
  { kind: 'safari-bookmarks', items: 'bookmarks', categories: ['safari'] },
  { kind: 'safari-history', items: 'history', categories: [], isEncryptedOnly: true },
  { kind: 'apps', items: 'apps', categories: ['apps', 'files-app'] },
];

export async function coverageOf(backup: Backup, signal?: AbortSignal): Promise<Coverage> {
  const use = new Map((await usageByCategory(backup, signal)).map((one) => [one.category, one]));
  const bytesOf = (categories: readonly Category[]): number =>
    categories.reduce((sum, category) => sum + (use.get(category)?.bytes ?? 0), 0);
  const { kinds: pictures, originals } = await pictureKinds(backup, bytesOf);
  const kinds: CoveredKind[] = [...pictures];
  for (const one of COUNTED) {
    signal?.throwIfAborted();
    kinds.push(await countedKind(backup, one, bytesOf(one.categories)));
  }
  kinds.push(await healthKind(backup, bytesOf(['health'])), await wifiKind(backup));
  for (const [kind, category] of [
    ['passwords', 'passwords'],
    ['home', 'home'],
  ] as const) {
    kinds.push(filesKind(backup, kind, use.get(category)));
  }
  kinds.push({
    ...EMPTY,
    kind: 'settings',
    status: use.has('system') ? 'present' : 'absent',
    bytes: bytesOf(['system']),
  });
  return { kinds, originals, notIncluded: notIncluded(backup, originals) };
}

const EMPTY = { count: null, bytes: null, newestMs: null, notes: [] } as const;

async function pictureKinds(
  backup: Backup,
  bytesOf: (categories: readonly Category[]) => number,
): Promise<{ readonly kinds: readonly CoveredKind[]; readonly originals: OriginalsGap | null }> {
  using library = await PhotoLibrary.open(backup);
  const gap = { here: 0, onlyInICloud: 0, unknown: 0 };
  const counts = { photo: { count: 0, newest: 0, away: 0 }, video: { count: 0, newest: 0, away: 0 } };
  for (const asset of library.all()) {
    if (asset.isTrashed === true) continue;
    const { state } = asset.original;
    if (state === 'here') gap.here += 1;
    else if (state === 'icloud') gap.onlyInICloud += 1;
    else gap.unknown += 1;
    const own = counts[asset.kind === 'video' ? 'video' : 'photo'];
    own.count += 1;
    own.newest = Math.max(own.newest, asset.takenMs ?? 0);
    if (state !== 'here') own.away += 1;
  }
  const kinds = (['photo', 'video'] as const).map((one): CoveredKind => {
    const { count, newest, away } = counts[one];
    const notes = away === 0 ? [] : [`${away} are here without their original`];
    if (library.source === 'files') notes.push('counted by their files: the photo library could not be read');
    const isPartial = library.unreadable.length > 0;
    return {
      kind: `${one}s`,
      status: statusOf(library.isPresent, isPartial, count > 0 && away === count),
      count: library.isPresent ? count : null,
      bytes: bytesOf(one === 'photo' ? ['photos', 'photo-edits', 'photo-library'] : ['videos']),
      newestMs: newest === 0 ? null : newest,
      notes,
    };
  });
  return { kinds, originals: library.isPresent ? gap : null };
}

async function countedKind(
  backup: Backup,
  { kind, items, isEncryptedOnly }: CountedKind,
  bytes: number,
): Promise<CoveredKind> {
  await using list = await openItems(backup, items);
  let count = 0;
  let newest = Number.NEGATIVE_INFINITY;
  for (const { atMs } of list.items()) {
    count += 1;
    // What lies ahead (events to come, wrong clocks) is not the newest thing that was saved.
    if (atMs !== null && atMs <= (backup.facts.madeAtMs ?? Number.POSITIVE_INFINITY)) newest = Math.max(newest, atMs);
  }
  const notes = list.unreadable.slice(0, 3).map(({ what, reason }) => `${what}: ${reason}`);
  const status = statusOf(list.isPresent, list.unreadable.length > 0, false);
  return {
    kind,
    status: status === 'absent' && isEncryptedOnly === true && !backup.facts.isEncrypted ? 'only-if-encrypted' : status,
    count: list.isPresent ? count : null,
    bytes,
    newestMs: Number.isFinite(newest) ? newest : null,
    notes,
  };
}

function statusOf(isPresent: boolean, isPartial: boolean, isAway: boolean): CoverageStatus {
  if (!isPresent) return isPartial ? 'unknown' : 'absent';
  if (isPartial) return 'partial';
  return isAway ? 'in-icloud' : 'present';
}

async function healthKind(backup: Backup, bytes: number): Promise<CoveredKind> {
  const { items, isPresent, unreadable } = await readHealth(backup);
  const count = items.reduce((sum, one) => sum + one.samples, 0);
  const newest = Math.max(...items.map((one) => one.lastMs ?? Number.NEGATIVE_INFINITY));
  return {
    kind: 'health',
    status: encryptedOnly(backup, statusOf(isPresent, unreadable.length > 0, false)),
    count: isPresent ? count : null,
    bytes,
    newestMs: Number.isFinite(newest) ? newest : null,
    notes: [],
  };
}

async function wifiKind(backup: Backup): Promise<CoveredKind> {
  const { items, isPresent, unreadable } = await readWifiNetworks(backup);
  const status = encryptedOnly(backup, statusOf(isPresent, unreadable.length > 0, false));
  return { ...EMPTY, kind: 'wifi', status, count: isPresent ? items.length : null };
}

function filesKind(
  backup: Backup,
  kind: string,
  use: { readonly files: number; readonly bytes: number } | undefined,
): CoveredKind {
  const status = encryptedOnly(backup, use === undefined ? 'absent' : 'present');
  // In an unencrypted backup passwords open on the same phone only.
  const isUseless = kind === 'passwords' && use !== undefined && !backup.facts.isEncrypted;
  const notes = isUseless ? ['they can only be restored to the same iPhone'] : [];
  return { ...EMPTY, kind, status: isUseless ? 'only-if-encrypted' : status, bytes: use?.bytes ?? 0, notes };
}

function encryptedOnly(backup: Backup, status: CoverageStatus): CoverageStatus {
  return status === 'absent' && !backup.facts.isEncrypted ? 'only-if-encrypted' : status;
}

/** Apple's own list (R39), and what this backup shows. */
function notIncluded(backup: Backup, originals: OriginalsGap | null): Array<{ kind: string; reason: string }> {
  const list = [
    { kind: 'face-id', reason: 'Face ID and Touch ID never leave the iPhone.' },
    { kind: 'apple-pay', reason: 'Apple Pay cards and settings are never part of a backup.' },
    { kind: 'app-programs', reason: 'The apps themselves are loaded from the App Store again; their data is here.' },
    {
      kind: 'store-media',
      reason: 'Music, films and books from Apple’s stores, and PDFs downloaded to Books, are not part of a backup.',
    },
    {
      kind: 'synced-media',
      reason: 'Music, films, books and photos that were synced from a computer are not part of a backup.',
    },
    { kind: 'mail', reason: 'Most mail stays on the servers of its accounts; the iPhone does not back it up.' },
    { kind: 'icloud-drive', reason: 'Files in iCloud Drive are not part of a backup of the iPhone.' },
    {
      kind: 'icloud-data',
      reason:
        'What the iPhone keeps in iCloud only (photos, messages, voice memos that it has not loaded) is not here.',
    },
    { kind: 'opted-out', reason: 'Apps may keep data out of backups; which ones do cannot be seen here.' },
  ];
  const away = originals === null ? 0 : originals.onlyInICloud;
  if (away > 0) {
    list.unshift({
      kind: 'photo-originals',
      reason: `The originals of ${away} photos and videos are only in iCloud; smaller copies may be here.`,
    });
  }
  if (!backup.facts.isEncrypted) {
    list.unshift({
      kind: 'encrypted-only',
      reason:
        'Health, passwords, Wi-Fi networks, call and Safari history and Home are only in encrypted backups. Turn on backup encryption to include them.',
    });
  }
  return list;
}
