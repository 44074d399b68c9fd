import type { BackupRow, PhoneView, VaultView } from '../../../../src/shared/contract/procedures/index.ts';
import { retentionPresets } from '../../../../src/shared/rules/retention/index.ts';
import type { Scene } from '../staged-engine.ts';

/** Three phones as on the prototype's Home, fifty versions of the first, one disk. Times are relative to now. */

export const VAULT = '3f1c52a0-8f0e-4a34-9a51-0d5f6f6c1a01';
export const UDIDS = ['00008130-001A2B3C4D5E6F70', '00008110-000AAABBB1112223', '00008140-00112233445566AA'] as const;

const now = new Date();
const HOUR = 3_600_000;
export const ago = (ms: number): string => new Date(now.getTime() - ms).toISOString();
export const daysAgo = (days: number, hour = 19, minute = 46): string => {
  const date = new Date(now);
  date.setDate(date.getDate() - days);
  date.setHours(hour, minute, 0, 0);
  return (date.getTime() > now.getTime() ? new Date(date.getTime() - 24 * HOUR) : date).toISOString();
};
export const snapshotIdOf = (n: number): string => n.toString(16).padStart(64, 'a');

export function fence(text: string): PhoneView['fence'] {
  return [...text.padStart(30, '.').slice(-30)].map((char) =>
    char === 'v' ? 'verified' : char === 'u' ? 'finished' : 'none',
  );
}

function phone(facts: Partial<PhoneView> & Pick<PhoneView, 'udid' | 'name'>): PhoneView {
  return {
    productType: 'iPhone16,1',
    model: 'iPhone 15 Pro',
    ios: '26.4',
    capacityBytes: 256e9,
    usedBytes: 148.6e9,
    isConnected: true,
    isDemo: false,
    connections: ['wifi'],
    pairing: 'paired',
    encrypted: true,
    password: { kept: 'keychain', testedAt: daysAgo(3) },
    batteryPercent: 82,
    isCharging: true,
    lastSeenAt: ago(60_000),
    backups: 53,
    newest: {
      vault: VAULT,
      snapshot: snapshotIdOf(0),
      finishedAt: daysAgo(0),
      verified: { level: 'full', ok: true, at: daysAgo(0), opened: false },
    },
    lastVerifiedAt: daysAgo(0),
    lastFailure: null,
    health: { rule: 'well', facts: {}, protectedUntil: daysAgo(0) },
    next: { reason: 'off', at: null },
    cleanup: null,
    fence: fence('vvvvvv.vvvvvvvvvvvvvvvvvvuvvvv'),
    ...facts,
  };
}

export const phones: readonly PhoneView[] = [
  phone({ udid: UDIDS[0], name: 'iPhone 15 Pro' }),
  phone({
    udid: UDIDS[1],
    name: 'Travel iPhone',
    productType: 'iPhone14,4',
    model: 'iPhone 13 mini',
    capacityBytes: 128e9,
    isConnected: false,
    connections: [],
    pairing: 'unknown',
    batteryPercent: null,
    isCharging: null,
    lastSeenAt: daysAgo(9),
    backups: 17,
    newest: {
      vault: VAULT,
      snapshot: snapshotIdOf(60),
      finishedAt: daysAgo(9),
      verified: { level: 'quick', ok: true, at: daysAgo(9), opened: false },
    },
    lastVerifiedAt: daysAgo(9),
    health: { rule: 'trust-withdrawn', facts: {}, protectedUntil: daysAgo(9) },
    next: { reason: 'cable', at: null },
    cleanup: null,
    fence: fence('v.vv.vvv.vvvv.vvvvvvv.........'),
  }),
  phone({
    udid: UDIDS[2],
    name: 'Family iPhone',
    productType: 'iPhone17,5',
    model: 'iPhone 16e',
    capacityBytes: 128e9,
    connections: ['usb'],
    batteryPercent: 64,
    lastVerifiedAt: daysAgo(1, 21, 10),
    newest: {
      vault: VAULT,
      snapshot: snapshotIdOf(80),
      finishedAt: daysAgo(1, 21, 10),
      verified: { level: 'quick', ok: true, at: daysAgo(1, 21, 10), opened: false },
    },
    health: { rule: 'well', facts: {}, protectedUntil: daysAgo(1, 21, 10) },
    cleanup: null,
    fence: fence('vvvvvvvvvv.vvvvvvvvvvvv.vvvvv.'),
  }),
];

export const vaults: readonly VaultView[] = [
  {
    id: VAULT,
    name: 'Studio SSD',
    path: '/Volumes/Studio SSD/Backstop',
    isMain: true,
    isOnline: true,
    isReadOnly: false,
    isCopy: false,
    bytes: 312e9,
    backups: 88,
    phones: 3,
    coverage: 0.94,
    damagedBackups: 0,
    lastSeenAt: ago(1000),
    lastVerifiedAt: daysAgo(0),
    destination: {
      volumeId: 'studio',
      fileSystem: 'apfs',
      attachment: 'removable',
      readOnly: 'no',
      reflink: 'yes',
      encryptedAtRest: 'yes',
      timeMachine: 'none',
      freeBytes: 1.12e12,
      totalBytes: 2e12,
    },
    readErrors: 0,
    roomForBackups: 560,
    roomForMonths: 14,
  },
];

export const backups: readonly BackupRow[] = Array.from({ length: 53 }, (_, n) => {
  const at = n < 4 ? ago((n * 5 + 1) * HOUR) : n < 40 ? daysAgo(n - 3) : daysAgo((n - 38) * 30);
  return {
    id: snapshotIdOf(n),
    udid: UDIDS[0],
    name: 'iPhone 15 Pro',
    finishedAt: at,
    files: 96_410 - n * 13,
    bytes: 148.6e9 - n * 0.2e9,
    newBytes: [1.9e9, 212e6, 3.4e9, 96e6, 640e6, 1.1e9, 12.4e9][n % 7] ?? 0,
    encrypted: n < 50,
    full: n % 20 === 0,
    ios: '26.4',
    verified: n === 4 ? null : { level: n % 3 === 0 ? 'full' : 'quick', ok: n !== 9, at, opened: n % 6 === 0 },
    pinned: n === 0 || n === 12,
    pinnedUntil: n === 0 ? new Date(now.getTime() + 90 * 24 * HOUR).toISOString() : null,
    pinReason: n === 0 ? 'before-cleanup' : null,
    note: n === 0 ? 'Before cleanup' : n === 12 ? 'Before the trip' : null,
    vault: VAULT,
    isOnline: true,
    damage: n === 9 ? { files: 12, items: { photos: 2, files: 9, messages: 1 }, foundAt: daysAgo(2) } : null,
    connection: n % 4 === 0 ? 'usb' : 'wifi',
    origin: 'backstop',
    keptUntil: n === 0 ? null : new Date(now.getTime() + (7 - Math.min(6, n / 5)) * 24 * HOUR).toISOString(),
  };
});

export const base: Scene = {
  'system.info': {
    version: '0.1.0',
    platform: 'darwin',
    computerName: 'Studio',
    face: 'desktop',
    keychain: 'keychain',
    canReveal: true,
    canOpenAtLogin: true,
    timeZone: 'Europe/London',
    cacheBytes: 214e6,
  },
  'settings.get': {
    appearance: 'system',
    language: null,
    openAtLogin: true,
    menuBarIcon: true,
    lockBrowsing: false,
    autoLockMinutes: 5,
    verifyAfterUsb: 'quick',
    verifyAfterWifi: 'quick',
    limitDays: 3,
    notifyDone: false,
    notifyProblems: true,
    checkForUpdates: false,
    bytesPerSecond: null,
    dismissedHints: [],
    firstRunStep: 'done',
  },
  'phones.list': { phones: [...phones], muxer: 'ready' },
  'vaults.list': { vaults: [...vaults] },
  'backups.list': ({ udid }) => ({
    backups: backups.filter((one) => udid === null || one.udid === udid),
    unreadable: [],
  }),
  'jobs.list': { jobs: [] },
  'lock.state': { isOn: false, isLocked: false, systemUnlock: 'none' },
  'trash.list': { trash: [], wouldFreeBytes: 0 },
  'retention.get': { policy: retentionPresets.standard, preset: 'standard' },
  'activity.list': { entries: [], more: false },
  'cleanup.get': { cleanup: null },
};
