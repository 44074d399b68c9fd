import type { JobView, PhoneView, VaultView } from '../../src/shared/contract/procedures/index.ts';

/** A phone, a disk and a backup that runs, as the engine tells of them; a test names only what it is about. */

export function phone(change: Partial<PhoneView> = {}): PhoneView {
  return {
    udid: 'phone-1',
    name: 'iPhone 15 Pro',
    productType: 'iPhone16,1',
    model: 'iPhone 15 Pro',
    ios: '18.1',
    capacityBytes: 256e9,
    usedBytes: 100e9,
    isConnected: true,
    isDemo: false,
    connections: ['usb'],
    pairing: 'paired',
    encrypted: true,
    password: { kept: 'keychain', testedAt: null },
    batteryPercent: 80,
    isCharging: true,
    lastSeenAt: '2026-11-23T10:00:00.000Z',
    backups: 3,
    newest: { vault: VAULT_ID, snapshot: 'a'.repeat(64), finishedAt: '2026-11-23T10:00:00.000Z', verified: null },
    lastVerifiedAt: '2026-11-23T10:00:00.000Z',
    lastFailure: null,
    health: { rule: 'well', facts: {}, protectedUntil: '2026-11-23T10:00:00.000Z' },
    next: { reason: 'off', at: null },
    cleanup: null,
    fence: Array.from({ length: 30 }, () => 'none' as const),
    ...change,
  };
}

export const VAULT_ID = '11111111-2222-3333-4444-555555555555';

export function vault(change: Partial<VaultView> = {}): VaultView {
  return {
    id: VAULT_ID,
    name: 'Studio SSD',
    path: '/somewhere',
    isMain: true,
    isOnline: true,
    isReadOnly: false,
    isCopy: false,
    bytes: 1,
    backups: 3,
    phones: 1,
    coverage: null,
    damagedBackups: 0,
    lastSeenAt: null,
    lastVerifiedAt: null,
    destination: null,
    readErrors: 0,
    roomForBackups: null,
    roomForMonths: null,
    ...change,
  };
}

export function job(change: Partial<JobView> = {}): JobView {
  return {
    id: 'job-1',
    kind: 'backup',
    state: 'running',
    udid: 'phone-1',
    vault: null,
    snapshot: null,
    startedAt: '2026-11-23T10:00:00.000Z',
    endedAt: null,
    progress: progress('receiving', 240),
    phases: [],
    percent: 58.4,
    lastDataAt: null,
    newBytes: null,
    passcodeSince: null,
    notices: [],
    failure: null,
    result: null,
    cancelCosts: 'this-run',
    ...change,
  };
}

export function progress(phase: string, secondsLeft: number | null = null): NonNullable<JobView['progress']> {
  return {
    type: 'progress',
    phase,
    doneFiles: 1,
    doneBytes: 1,
    totalFiles: null,
    totalBytes: null,
    bytesPerSecond: null,
    secondsLeft,
  };
}
