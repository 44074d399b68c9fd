import type { CleanupChoice, CleanupFacts, CleanupOption, ItemsInVersion, PhoneFacts, VersionFacts } from '../types.ts';

/** Sunday 1 March 2026, 18:40: the backup began forty minutes ago and ended half an hour ago. */
export const NOW = '2026-03-01T18:40:00.000Z';
export const hoursBefore = (hours: number, from = NOW): string =>
  new Date(Date.parse(from) - hours * 3_600_000).toISOString();
export const daysAfter = (days: number): string => hoursBefore(-24 * days);

export const GB = 1_000_000_000;

export const choose = (...options: CleanupOption[]): CleanupChoice => ({ options, apps: [] });

/** A phone of 128 GB with plenty of room, at the cable, without any iCloud. */
export const calmPhone: PhoneFacts = {
  freeBytes: 60 * GB,
  capacityBytes: 128 * GB,
  connection: 'usb',
  batteryPercent: 80,
  isCharging: true,
  encrypted: true,
  icloudPhotos: false,
  optimiseStorage: false,
  messagesInICloud: false,
  notUploaded: null,
};

const some: ItemsInVersion = { present: 100, onlyInICloud: 0, missing: 0 };
export const allCounted: VersionFacts['items'] = {
  'delete-unreviewed-photos': { ...some, present: 4000 },
  'large-videos': some,
  screenshots: some,
  'reviewed-duplicates': some,
  'bulk-duplicates': some,
  'message-attachments': some,
  'chat-media': some,
  'system-cleanup': { ...some, present: 4200 },
};

/** Made now, read back in full, opened with its password, kept for ninety days; nothing came since. */
export const goodVersion: VersionFacts = {
  vault: 'vault',
  snapshot: '20260301T180000Z-1a2b3c4d',
  manifestId: '0123456789ab',
  startedAt: hoursBefore(40 / 60),
  finishedAt: hoursBefore(0.5),
  complete: true,
  encrypted: true,
  verified: { level: 'full', at: hoursBefore(0.3) },
  damaged: false,
  passwordTestedAt: hoursBefore(0.2),
  pinned: true,
  pinnedUntil: daysAfter(90),
  addedSince: { items: 0, bytes: 0, at: hoursBefore(0.01) },
  items: allCounted,
  appsWithoutData: [],
};

export const goodFacts: CleanupFacts = {
  now: NOW,
  phone: calmPhone,
  version: goodVersion,
  place: { name: 'Studio SSD', isOnline: true, freeBytes: 800 * GB, neededBytes: 40 * GB, fileSystem: 'APFS' },
  secondCopy: { at: hoursBefore(0.1) },
};

/** The same with something else, such as `{ version: { damaged: true } }`; `version: null`: no version at all. */
export function facts(
  change: {
    readonly phone?: Partial<PhoneFacts>;
    readonly version?: Partial<VersionFacts> | null;
    readonly place?: Partial<NonNullable<CleanupFacts['place']>> | null;
    readonly secondCopy?: CleanupFacts['secondCopy'];
  } = {},
): CleanupFacts {
  const { phone, version, place, secondCopy } = change;
  return {
    now: NOW,
    phone: { ...calmPhone, ...phone },
    version: version === null ? null : { ...goodVersion, ...version },
    place: place === null ? null : { ...(goodFacts.place as NonNullable<CleanupFacts['place']>), ...place },
    secondCopy: secondCopy === undefined ? goodFacts.secondCopy : secondCopy,
  };
}
