import type { StagedScreen } from '../scenes.ts';
import type { Scene } from '../staged-engine.ts';
import { ago, backups, base, daysAgo, snapshotIdOf, UDIDS, VAULT } from './base.ts';

const scope = {
  filesPresent: 96_410,
  filesReread: 96_410,
  bytesReread: 148.6e9,
  manifestRows: 96_410,
  keysUnwrapped: 11,
  filesDecrypted: 0,
  digestsChecked: 0,
  databasesOpened: [],
};
const checks = [
  { level: 'full' as const, ok: true, at: daysAgo(0), scope, problems: [], moreProblems: 0 },
  {
    level: 'quick' as const,
    ok: true,
    at: daysAgo(1),
    scope: { ...scope, filesReread: 5120, bytesReread: 8.1e9, keysUnwrapped: 0, manifestRows: null },
    problems: [],
    moreProblems: 0,
  },
  {
    level: 'structure' as const,
    ok: true,
    at: daysAgo(2),
    scope: { ...scope, filesReread: 0, bytesReread: 0, keysUnwrapped: 0, manifestRows: null },
    problems: [],
    moreProblems: 0,
  },
];
const scene: Scene = { ...base, 'backups.checks': { checks, nextFullAt: null } };
const at = (snapshot: string): string =>
  `#/verify?udid=${UDIDS[0]}&version=${encodeURIComponent(JSON.stringify({ vault: VAULT, snapshot }))}`;

export const verifyScenes: Readonly<Record<string, StagedScreen>> = {
  verify: { address: at(snapshotIdOf(0)), scene },
  'verify-never': {
    address: at(snapshotIdOf(4)),
    scene: { ...base, 'backups.checks': { checks: [], nextFullAt: null } },
  },
  'verify-damaged': {
    address: at(snapshotIdOf(9)),
    scene: {
      ...base,
      'backups.checks': {
        checks: [
          {
            level: 'full',
            ok: false,
            at: daysAgo(0),
            scope,
            moreProblems: 4,
            problems: Array.from({ length: 8 }, (_, n) => ({
              kind: 'object',
              severity: 'error' as const,
              snapshot: snapshotIdOf(9),
              path: `CameraRollDomain/Media/DCIM/100APPLE/IMG_${2000 + n}.HEIC`,
              detail: 'its bytes are not what was written',
            })),
          },
        ],
        nextFullAt: null,
      },
    },
    steps: async (page) => {
      await page.getByRole('button', { name: 'Show What Is Damaged' }).click();
    },
  },
  'verify-running': {
    address: at(snapshotIdOf(0)),
    scene: {
      ...scene,
      'jobs.list': {
        jobs: [
          {
            id: 'verify-1',
            kind: 'verify',
            state: 'running',
            udid: UDIDS[0],
            vault: VAULT,
            snapshot: snapshotIdOf(0),
            startedAt: ago(60_000),
            endedAt: null,
            progress: {
              type: 'progress',
              phase: 'reading-back',
              doneFiles: 61_204,
              doneBytes: 90e9,
              totalFiles: 96_410,
              totalBytes: 148.6e9,
              bytesPerSecond: 240e6,
              secondsLeft: 244,
            },
            phases: ['reading-back'],
            percent: null,
            lastDataAt: ago(500),
            newBytes: null,
            passcodeSince: null,
            notices: [],
            failure: null,
            result: null,
            cancelCosts: 'nothing',
          },
        ],
      },
    },
  },
  'verify-empty': {
    address: `#/verify?udid=${UDIDS[0]}`,
    scene: { ...base, 'backups.list': { backups: [], unreadable: [] } },
  },
  backups: {
    address: '#/backups',
    scene: {
      ...base,
      'backups.list': {
        backups: [
          ...backups,
          ...backups.slice(0, 30).map((one, n) => ({
            ...one,
            id: snapshotIdOf(100 + n),
            udid: UDIDS[n % 2 === 0 ? 1 : 2],
            origin: n % 5 === 0 ? ('imported' as const) : ('backstop' as const),
          })),
        ],
        unreadable: [],
      },
    },
  },
  'backups-empty': { address: '#/backups', scene: { ...base, 'backups.list': { backups: [], unreadable: [] } } },
};
