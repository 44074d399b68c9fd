import type { JobView, OutputOf } from '../../../../src/shared/contract/procedures/index.ts';
import type { StagedScreen } from '../scenes.ts';
import type { Scene } from '../staged-engine.ts';
import { backups, base, daysAgo, UDIDS, VAULT } from './base.ts';
import { drawings } from './browse-data.ts';

/** What Changed: a cleanup, one that runs, nothing, one backup only. */

const JOB = 'compare-1';
const job = (facts: Partial<JobView>): JobView => ({
  id: JOB,
  kind: 'compare',
  state: 'done',
  udid: UDIDS[0],
  vault: VAULT,
  snapshot: null,
  startedAt: daysAgo(0),
  endedAt: null,
  progress: null,
  phases: [],
  percent: null,
  lastDataAt: null,
  newBytes: null,
  passcodeSince: null,
  notices: [],
  failure: null,
  result: null,
  cancelCosts: 'nothing',
  ...facts,
});

type Kinds = OutputOf<'compare.kinds'>['kinds'];
const kind = (name: string, gone: number, added: number, goneBytes: number | null): Kinds[number] => ({
  kind: name,
  added,
  changed: name === 'notes' ? 3 : 0,
  gone,
  addedBytes: added === 0 ? 0 : 2_400_000 * added,
  goneBytes,
  isCertain: name !== 'whatsapp',
});

const full: Scene = {
  ...base,
  'compare.start': { job: JOB },
  'jobs.list': { jobs: [job({})] },
  'compare.kinds': {
    kinds: [
      kind('photos', 1102, 46, 4.1e9),
      kind('videos', 79, 2, 19.5e9),
      kind('messages', 12, 214, null),
      kind('whatsapp', 3, 40, null),
      kind('recordings', 3, 0, 84e6),
      kind('notes', 0, 1, null),
    ],
    inTrash: 1169,
    unreadable: [],
  },
  'compare.items': ({ kind: name, change, limit }) => ({
    items: Array.from({ length: Math.min(limit, change === 'changed' ? 3 : 12) }, (_, n) => {
      const isPicture = name === 'photos' || name === 'videos';
      const token = `thumb-${String(n * 7 + name.length).padStart(14, '0')}`;
      return {
        id: `${name}-${n}`,
        title: isPicture
          ? `IMG_${4000 + n}.HEIC`
          : (['Choir rehearsal', 'Recipe idea', 'New Recording 14'][n % 3] ?? ''),
        at: daysAgo(n * 2),
        bytes: isPicture || name === 'recordings' ? 2_400_000 * (n + 1) : null,
        media: isPicture ? { token, type: 'image' as const, thumb: token } : null,
      };
    }),
    total: 1102,
    next: change === 'gone' && name === 'photos' ? '12' : null,
  }),
};

const address = `#/changes?udid=${UDIDS[0]}`;
export const changesScenes: Readonly<Record<string, StagedScreen>> = {
  changes: { address, scene: full, media: drawings },
  'changes-running': {
    address,
    scene: { ...full, 'jobs.list': { jobs: [job({ state: 'running', percent: 42 })] } },
  },
  'changes-failed': {
    address,
    scene: {
      ...full,
      'jobs.list': {
        jobs: [
          job({
            state: 'failed',
            failure: { code: 'browse/unsupported-backup', data: { path: 'Studio SSD' }, olderSnapshotsSafe: true },
          }),
        ],
      },
    },
  },
  'changes-same': {
    address,
    scene: { ...full, 'compare.kinds': { kinds: [], inTrash: 0, unreadable: [] } },
  },
  'changes-one': { address, scene: { ...full, 'backups.list': { backups: backups.slice(0, 1), unreadable: [] } } },
};
