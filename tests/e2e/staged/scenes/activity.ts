import type { ActivityEntry } from '../../../../src/shared/contract/procedures/index.ts';
import type { StagedScreen } from '../scenes.ts';
import { base, daysAgo, snapshotIdOf, UDIDS, VAULT } from './base.ts';
import { runningJob } from './job.ts';

const entry = (id: number, at: string, what: string, facts: ActivityEntry['facts'] = {}): ActivityEntry => ({
  id,
  at,
  what,
  udid: UDIDS[id % 2 === 0 ? 0 : 1],
  vault: VAULT,
  snapshot: snapshotIdOf(id),
  facts,
});
const entries: ActivityEntry[] = [
  entry(20, daysAgo(0, 9, 31), 'verified', { files: 96_410, level: 'full' }),
  entry(19, daysAgo(0, 9, 2), 'backup-done', { newBytes: 1.9e9, files: 96_410 }),
  entry(18, daysAgo(1, 21, 40), 'backup-failed', { code: 'backup/passcode-not-entered' }),
  entry(17, daysAgo(1, 20, 12), 'loss-found', { kind: 'photos', before: 41_210, after: 40_108 }),
  entry(16, daysAgo(1, 18, 2), 'thinned', { count: 3, freedBytes: 4.1e9 }),
  entry(15, daysAgo(2, 12, 0), 'exported', { folder: 'iPhone 15 Pro', files: 241 }),
  entry(14, daysAgo(3, 8, 20), 'encryption-on'),
  entry(13, daysAgo(3, 8, 10), 'paired'),
  entry(12, daysAgo(3, 8, 5), 'something-new', { detail: 'of a newer engine' }),
];

export const activityScenes: Readonly<Record<string, StagedScreen>> = {
  activity: {
    address: '#/activity',
    scene: {
      ...base,
      'activity.list': { entries, more: true },
      'jobs.list': {
        jobs: [
          runningJob,
          { ...runningJob, id: 'job-2', udid: UDIDS[1], state: 'waiting', progress: null, percent: null },
        ],
      },
    },
    steps: async (page) => {
      await page.getByRole('button', { name: /Backup failed/ }).click();
      await page.getByRole('button', { name: 'Copy Details' }).waitFor();
    },
  },
  'activity-empty': { address: '#/activity', scene: base },
};
