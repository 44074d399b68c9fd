import type { PhoneView, PlaceView, Settings } from '../../../../src/shared/contract/procedures/index.ts';
import type { StagedScreen } from '../scenes.ts';
import { base, phones } from './base.ts';
import { runningJob } from './job.ts';

const [phone] = phones;
const fresh = (facts: Partial<PhoneView>): PhoneView[] =>
  phone === undefined
    ? []
    : [{ ...phone, connections: ['usb'], backups: 0, newest: null, lastVerifiedAt: null, ...facts }];

const place = (facts: Partial<PlaceView> & Pick<PlaceView, 'name' | 'verdict' | 'level'>): PlaceView => ({
  token: `place-${facts.name.toLowerCase().replaceAll(' ', '-')}-0000000`,
  path: `/Volumes/${facts.name}`,
  kind: 'external',
  fileSystem: 'apfs',
  isEncrypted: true,
  freeBytes: 1.28e12,
  totalBytes: 2e12,
  bytesPerSecond: null,
  vault: null,
  ...facts,
});
const places: PlaceView[] = [
  place({ name: 'Studio SSD', verdict: 'good', level: 'pass' }),
  place({
    name: 'Home NAS',
    kind: 'network',
    fileSystem: 'smb',
    verdict: 'network',
    level: 'pass',
    bytesPerSecond: 64e6,
  }),
  place({
    name: 'This Mac',
    kind: 'internal',
    verdict: 'internal',
    level: 'note',
    freeBytes: 214e9,
    totalBytes: 512e9,
  }),
  place({
    name: 'Photos Disk',
    fileSystem: 'exfat',
    verdict: 'exfat',
    level: 'warn',
    freeBytes: 560e9,
    totalBytes: 1e12,
  }),
  place({ name: 'STICK', fileSystem: 'fat32', verdict: 'fat32', level: 'fail', freeBytes: 57e9, totalBytes: 64e9 }),
];

const at = (step: Settings['firstRunStep'], list: PhoneView[], more: StagedScreen['scene'] = {}): StagedScreen => ({
  address: '#/first-run',
  scene: {
    ...base,
    'settings.get': { ...(base['settings.get'] as Settings), firstRunStep: step },
    'phones.list': { phones: list, muxer: 'ready' },
    'vaults.list': { vaults: [] },
    'places.list': { places, firstBackupBytes: 149e9, dailyBytes: 1.2e9 },
    'phones.pair': { job: 'pair-1' },
    ...more,
  },
  // The phone in focus is kept by the window.
  steps: async (page) => {
    const [first] = list;
    if (first === undefined || step === 'connect') return;
    await page.evaluate((udid) => localStorage.setItem('backstop.phone', udid), first.udid);
    await page.reload();
    await page.waitForSelector('main h1, main h2');
    await page.waitForTimeout(400);
  },
});
const password = at('password', fresh({ encrypted: false }));

export const firstRunScenes: Readonly<Record<string, StagedScreen>> = {
  'first-run-connect': at('connect', []),
  'first-run-trust': at('connect', fresh({ pairing: 'not-paired' }), {
    'jobs.list': { jobs: [{ ...runningJob, id: 'pair-1', kind: 'pair', progress: null, percent: null }] },
  }),
  'first-run-found': at('connect', fresh({})),
  'first-run-where': at('where', fresh({})),
  'first-run-password': {
    ...password,
    steps: async (page) => {
      await password.steps?.(page);
      await page.getByRole('button', { name: 'Generate' }).click();
      await page.getByText('Very strong.').waitFor();
    },
  },
  'first-run-password-empty': password,
  'first-run-has-password': at('password', fresh({ password: { kept: 'none', testedAt: null } })),
  'first-run-backup': at('backup', fresh({})),
  'first-run-running': at('backup', fresh({}), { 'jobs.list': { jobs: [runningJob] } }),
  'first-run-passcode': at('backup', fresh({}), {
    'jobs.list': { jobs: [{ ...runningJob, percent: null, passcodeSince: runningJob.startedAt }] },
  }),
};
