import type { JobView } from '../../../../src/shared/contract/procedures/index.ts';
import type { StagedScreen } from '../scenes.ts';
import { ago, backups, base, UDIDS, VAULT } from './base.ts';

const progress = (facts: Partial<NonNullable<JobView['progress']>>): NonNullable<JobView['progress']> => ({
  type: 'progress',
  phase: 'receiving',
  doneFiles: 24_318,
  doneBytes: 12.9e9,
  totalFiles: null,
  totalBytes: null,
  bytesPerSecond: 38e6,
  secondsLeft: 243,
  ...facts,
});

const job = (facts: Partial<JobView>): JobView => ({
  id: 'job-1',
  kind: 'backup',
  state: 'running',
  udid: UDIDS[0],
  vault: VAULT,
  snapshot: null,
  startedAt: ago(350_000),
  endedAt: null,
  progress: progress({}),
  phases: ['connecting', 'waiting-for-passcode', 'preparing', 'receiving'],
  percent: 58,
  lastDataAt: ago(400),
  newBytes: 1.1e9,
  passcodeSince: null,
  notices: [],
  failure: null,
  result: null,
  cancelCosts: 'this-run',
  ...facts,
});

export const runningJob: JobView = job({});
const [row] = backups;
const at = (facts: Partial<JobView>): StagedScreen => ({
  address: '#/job?job=job-1',
  scene: { ...base, 'jobs.list': { jobs: [job(facts)] }, 'jobs.get': { job: job(facts) } },
});
const ended = { progress: null, percent: 100, endedAt: ago(1000), cancelCosts: 'nothing' as const };

const result = (ok: boolean, level: 'quick' | 'full' | 'structure'): JobView['result'] =>
  row === undefined
    ? null
    : {
        kind: 'backup',
        vault: VAULT,
        backup: {
          snapshot: row,
          verification: {
            level,
            ok,
            checked: 96_410,
            opened: false,
            scope: {
              filesPresent: 96_410,
              filesReread: level === 'full' ? 96_410 : level === 'quick' ? 5120 : 0,
              bytesReread: 148e9,
              manifestRows: 96_410,
              keysUnwrapped: 11,
              filesDecrypted: 0,
              digestsChecked: 0,
              databasesOpened: [],
            },
            problems: [],
            moreProblems: ok ? 0 : 12,
            at: ago(1000),
            durationMs: 540_000,
          },
          fullReason: null,
          notSent: ok ? [] : [{ path: 'AppDomain/locked.db', reason: 'busy' }],
          losses: ok ? [] : [{ kind: 'photos', before: 41_210, after: 40_108, pinned: row.id }],
          recovered: [],
          seconds: { backup: 512, verification: 540 },
        },
      };

export const jobScenes: Readonly<Record<string, StagedScreen>> = {
  'job-running': at({}),
  'job-quiet': at({
    lastDataAt: ago(190_000),
    notices: [
      { type: 'notice', code: 'full-because', data: { reason: 'the last one was made by another computer.' } },
      { type: 'notice', code: 'space-tight', data: { used: '148.6 GB', free: '151 GB' } },
    ],
  }),
  'job-passcode': at({
    passcodeSince: ago(42_000),
    percent: null,
    progress: progress({ phase: 'waiting-for-passcode', doneFiles: 0, doneBytes: 0 }),
    cancelCosts: 'nothing',
  }),
  'job-verifying': at({
    cancelCosts: 'verification',
    phases: ['connecting', 'receiving', 'committing', 'rereading'],
    progress: progress({
      phase: 'rereading',
      totalFiles: 96_410,
      totalBytes: 148.6e9,
      doneBytes: 61e9,
      bytesPerSecond: 240e6,
    }),
  }),
  'job-waiting': at({ state: 'waiting', progress: null, percent: null }),
  'job-cancel': {
    ...at({}),
    steps: async (page) => {
      await page.getByRole('button', { name: 'Cancel Backup' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  'job-done': at({ ...ended, state: 'done', result: result(true, 'full') }),
  'job-done-unverified': at({ ...ended, state: 'done', result: result(true, 'structure') }),
  'job-done-bad': at({ ...ended, state: 'done', result: result(false, 'quick') }),
  'job-failed': at({
    ...ended,
    state: 'failed',
    failure: { code: 'backup/connection-lost', data: { phase: 'files were arriving' }, olderSnapshotsSafe: true },
  }),
  'job-cancelled': at({
    ...ended,
    state: 'cancelled',
    failure: { code: 'backup/cancelled', data: {}, olderSnapshotsSafe: true },
  }),
  'job-scrub': at({
    kind: 'scrub',
    udid: null,
    percent: null,
    progress: progress({
      phase: 'scrubbing',
      totalBytes: 312e9,
      totalFiles: null,
      doneFiles: 0,
      bytesPerSecond: 210e6,
    }),
    cancelCosts: 'nothing',
  }),
  'job-scrub-done': at({
    ...ended,
    kind: 'scrub',
    udid: null,
    state: 'done',
    result: {
      kind: 'scrub',
      report: {
        ok: true,
        coverage: 0.94,
        coveredBytes: 290e9,
        totalBytes: 312e9,
        readFiles: 1200,
        readBytes: 104e9,
        problems: [],
        moreProblems: 0,
        complete: false,
      },
    },
  }),
  'job-gone': { address: '#/job?job=other', scene: { ...base, 'jobs.get': { job: null } } },
};
