import type { PhoneView } from '../../../../src/shared/contract/procedures/index.ts';
import type { StagedScreen } from '../scenes.ts';
import { base, daysAgo, phones, vaults } from './base.ts';
import { runningJob } from './job.ts';

const [first, second, third] = phones;
const many = (count: number): PhoneView[] =>
  Array.from({ length: count }, (_, n) => ({
    ...(phones[n % phones.length] as PhoneView),
    udid: `00008140-00112233445566${String(n).padStart(2, '0')}`,
    name: n === 3 ? 'A phone whose owner gave it a name that is rather long for one line' : `iPhone ${n + 1}`,
  }));
const at = (list: readonly (PhoneView | undefined)[], more: StagedScreen['scene'] = {}): StagedScreen => ({
  address: '#/home',
  scene: {
    ...base,
    'phones.list': { phones: list.filter((one) => one !== undefined), muxer: 'ready' },
    ...more,
  },
});

export const homeScenes: Readonly<Record<string, StagedScreen>> = {
  'home-empty': at([], { 'vaults.list': { vaults: [] } }),
  'home-loading': at([first], { 'phones.list': () => new Promise(() => undefined) }),
  'home-muxer-missing': {
    address: '#/home',
    scene: { ...base, 'phones.list': { phones: [], muxer: 'missing' }, 'vaults.list': { vaults: [] } },
  },
  'home-one': at([first]),
  'home-nothing-yet': at([
    first === undefined
      ? undefined
      : {
          ...first,
          backups: 0,
          newest: null,
          lastVerifiedAt: null,
          encrypted: false,
          health: { rule: 'no-backup', facts: {}, protectedUntil: null },
          fence: first.fence.map(() => 'none' as const),
        },
  ]),
  'home-many': at(many(7)),
  'home-running': at(phones, { 'jobs.list': { jobs: [runningJob] } }),
  'home-disk-missing': at([first, third], {
    'vaults.list': { vaults: vaults.map((one) => ({ ...one, isOnline: false, lastSeenAt: daysAgo(2) })) },
  }),
  'home-damaged': at([
    first === undefined
      ? undefined
      : { ...first, health: { rule: 'newest-damaged', facts: {}, protectedUntil: daysAgo(1) } },
    second,
  ]),
  'home-connect': {
    ...at(phones),
    steps: async (page) => {
      await page.getByRole('button', { name: 'Connect with Cable' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  'home-encryption': {
    ...at([
      first === undefined
        ? undefined
        : { ...first, encrypted: false, health: { rule: 'unencrypted', facts: {}, protectedUntil: daysAgo(0) } },
    ]),
    steps: async (page) => {
      await page.getByRole('button', { name: 'Fix Encryption' }).click();
      await page.getByRole('button', { name: 'Generate' }).click();
      await page.getByText('Very strong.').waitFor();
    },
  },
};
