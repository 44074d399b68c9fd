import type { CleanupView, LossView, OutputOf } from '../../../../src/shared/contract/procedures/index.ts';
import {
  type Certificate,
  type CleanupChoice,
  type CleanupFacts,
  type CoverageFacts,
  coverageMap,
  decide,
  planCleanup,
} from '../../../../src/shared/rules/guidance/index.ts';
import { ago, backups, daysAgo, snapshotIdOf, UDIDS, VAULT } from './base.ts';

/** Facts of a cleanup; what follows from them is decided by the rules themselves, so that no scene shows what they would not. */

const HOUR = 3_600_000;
const [udid] = UDIDS;
export const SNAPSHOT = snapshotIdOf(0);
export const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();

export const photosChoice: CleanupChoice = {
  options: ['delete-unreviewed-photos', 'large-videos', 'message-attachments'],
  apps: [],
};

type Facts = { -readonly [K in keyof CleanupFacts]: CleanupFacts[K] };
type Version = NonNullable<CleanupFacts['version']>;

/** Everything is in order. */
export function facts(change: Partial<Facts> = {}, version: Partial<Version> | null = {}): CleanupFacts {
  const startedAt = ago(22 * 60_000);
  return {
    now: new Date().toISOString(),
    phone: {
      freeBytes: 61e9,
      capacityBytes: 256e9,
      connection: 'usb',
      batteryPercent: 82,
      isCharging: true,
      encrypted: true,
      icloudPhotos: false,
      optimiseStorage: false,
      messagesInICloud: false,
      notUploaded: null,
    },
    version:
      version === null
        ? null
        : {
            vault: VAULT,
            snapshot: SNAPSHOT,
            manifestId: '7f3a91c40e2b',
            startedAt,
            finishedAt: ago(14 * 60_000),
            complete: true,
            encrypted: true,
            verified: { level: 'full', at: ago(5 * 60_000) },
            damaged: false,
            passwordTestedAt: daysAgo(2),
            pinned: true,
            pinnedUntil: soon(90 * 24 * HOUR),
            addedSince: { items: 0, bytes: 0, at: ago(60_000) },
            items: {
              'delete-unreviewed-photos': { present: 18_978, onlyInICloud: 0, missing: 0 },
              'large-videos': { present: 79, onlyInICloud: 0, missing: 0 },
              'message-attachments': { present: 9880, onlyInICloud: 0, missing: 0 },
              'system-cleanup': { present: 28_858, onlyInICloud: 0, missing: 0 },
            },
            appsWithoutData: [],
            ...version,
          },
    place: { name: 'Studio SSD', isOnline: true, freeBytes: 1.12e12, neededBytes: 2e9, fileSystem: 'apfs' },
    secondCopy: { at: ago(60_000) },
    ...change,
  };
}

export const loss: LossView = {
  since: daysAgo(1, 21, 14),
  version: { vault: VAULT, snapshot: SNAPSHOT },
  photos: 214,
  videos: 9,
  bytes: 3.4e9,
  at: ago(120_000),
  reason: null,
};

type Plan = OutputOf<'cleanup.plan'>;

export function plan(choice: CleanupChoice, given: CleanupFacts, secondsNeeded: number | null = 1200): Plan {
  const { version } = given;
  return {
    ...planCleanup(choice, given),
    version:
      version === null
        ? null
        : { vault: VAULT, snapshot: SNAPSHOT, startedAt: version.startedAt, finishedAt: version.finishedAt },
    secondsNeeded,
    loss,
  };
}

export const estimates: OutputOf<'cleanup.estimates'> = {
  estimates: (
    [
      ['compress-photos', 9e9, 18_412, 'estimated'],
      ['delete-unreviewed-photos', 4.1e9, 1102, 'estimated'],
      ['large-videos', 19.5e9, 79, 'measured'],
      ['screenshots', 3.4e9, 2210, 'measured'],
      ['reviewed-duplicates', 2.8e9, 804, 'estimated'],
      ['bulk-duplicates', 4.1e9, 1102, 'estimated'],
      ['message-attachments', 7.1e9, 2341, 'measured'],
      ['chat-media', 5.2e9, 4100, 'measured'],
      ['remove-apps', 6e9, 12, 'measured'],
      ['safari-data', 0.6e9, null, 'measured'],
    ] as const
  ).map(([option, bytes, items, basis]) => ({
    option,
    bytes,
    items,
    basis,
    from: 'version' as const,
    at: daysAgo(0, 18, 2),
  })),
  apps: [
    { id: 'com.sketch.pad', name: 'Sketch Pad', bytes: 640e6, hasData: true },
    { id: 'org.whispersystems.signal', name: 'Signal', bytes: 2.1e9, hasData: false },
    { id: 'com.maps.offline', name: 'Offline Maps', bytes: 1.8e9, hasData: true },
    { id: 'com.example.diary', name: 'Little Diary', bytes: 84e6, hasData: null },
  ],
  freeBytes: 61e9,
  capacityBytes: 256e9,
  measuredAt: ago(60_000),
  version: { vault: VAULT, snapshot: SNAPSHOT, finishedAt: daysAgo(0, 18, 2) },
};

export function certificate(choice: CleanupChoice, given: CleanupFacts): Certificate {
  const verdict = decide(choice, given, { udid });
  if (verdict.verdict !== 'issued') throw new Error(`no certificate: ${JSON.stringify(verdict)}`);
  return verdict.certificate;
}

export function reasons(choice: CleanupChoice, given: CleanupFacts): CleanupView['reasons'] {
  const verdict = decide(choice, given, { udid });
  if (verdict.verdict !== 'refused') throw new Error(`not refused: ${verdict.verdict}`);
  return [...verdict.reasons];
}

export function view(change: Partial<CleanupView>): CleanupView {
  return {
    id: '3f1c52a0-8f0e-4a34-9a51-0d5f6f6c1a99',
    udid,
    choice: photosChoice,
    startedAt: ago(30 * 60_000),
    stage: 'cleaning',
    job: null,
    vault: VAULT,
    snapshot: SNAPSHOT,
    certificate: null,
    standing: null,
    reasons: [],
    failure: null,
    finishedAt: null,
    reviewed: null,
    ...change,
  };
}

const kind = (name: string, count: number, bytes: number, status = 'present') => ({ kind: name, status, count, bytes });

export function map(change: Partial<CoverageFacts> = {}): OutputOf<'risk.map'> {
  const seenAt = ago(120_000);
  const [row] = backups;
  return {
    at: new Date().toISOString(),
    loss: null,
    map: coverageMap({
      now: new Date().toISOString(),
      version: {
        snapshot: SNAPSHOT,
        startedAt: row?.finishedAt ?? seenAt,
        finishedAt: row?.finishedAt ?? seenAt,
        verified: { level: 'full', at: row?.finishedAt ?? seenAt },
        damaged: false,
        isOnline: true,
        coverage: {
          kinds: [
            kind('photos', 18_412, 61.8e9),
            kind('videos', 1206, 48.3e9),
            kind('messages', 84_207, 14.6e9),
            kind('notes', 473, 410e6),
            kind('contacts', 628, 18e6),
            kind('calendar', 2904, 22e6),
            kind('reminders', 41, 1e6),
            kind('health', 11, 1.4e9),
            kind('home', 1, 1e6),
            kind('voicemail', 0, 0, 'absent'),
            kind('safari-bookmarks', 311, 1e6),
            kind('safari-history', 9000, 96e6),
            kind('apps', 118, 13.9e9, 'partial'),
          ],
          originals: { here: 18_978, onlyInICloud: 640, unknown: 0 },
        },
      },
      secondCopy: 'none',
      phone: {
        seenAt,
        icloudPhotos: true,
        messagesInICloud: false,
        icloudBackup: false,
        lastICloudBackupAt: null,
        counted: { photos: { count: 19_618, at: seenAt } },
      },
      onlyOnPhone: 37,
      apps: [
        { id: 'net.whatsapp.WhatsApp', name: 'WhatsApp', bytes: 6.9e9, hasData: true },
        { id: 'org.whispersystems.signal', name: 'Signal', bytes: 2.1e9, hasData: false },
        { id: 'com.spotify.client', name: 'Spotify', bytes: 1.9e9, hasData: true },
        { id: 'com.sketch.pad', name: 'Sketch Pad', bytes: 640e6, hasData: null },
      ],
      declared: [{ row: 'notes-contacts-calendars', place: 'icloud', value: true, at: daysAgo(4) }],
      ...change,
    }),
  };
}
