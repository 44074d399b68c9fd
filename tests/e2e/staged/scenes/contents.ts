import { BackstopError } from '../../../../src/shared/errors/index.ts';
import type { StagedScreen } from '../scenes.ts';
import { base, snapshotIdOf, UDIDS, VAULT } from './base.ts';

const version = encodeURIComponent(JSON.stringify({ vault: VAULT, snapshot: snapshotIdOf(0) }));
const address = `#/contents?udid=${UDIDS[0]}&version=${version}`;
type Row = [kind: string, count: number | null, change: number | null, bytes: number | null, status?: string];
const rows: readonly Row[] = [
  ['photos', 18_412, 214, 61.8e9],
  ['videos', 1206, 9, 48.3e9],
  ['messages', 84_207, 163, 14.6e9],
  ['conversations', 312, 1, null],
  ['whatsapp', 31_940, -4102, 6.9e9],
  ['contacts', 628, 0, 18e6],
  ['notes', 473, 2, 410e6, 'partial'],
  ['calendar', 2904, 5, 22e6],
  ['reminders', 41, 0, 1e6],
  ['voicemail', null, null, null, 'absent'],
  ['voice-memos', 52, 0, 1.1e9],
  ['safari-bookmarks', 311, 0, 96e6],
  ['apps', 118, 1, 13.9e9],
  ['settings', null, null, 310e6],
  ['calls', 1000, 0, 3e6],
  ['safari-history', 9000, 240, null],
  ['health', 1_204_331, 4210, 1.4e9],
  ['wifi', 44, 0, null],
  ['passwords', null, null, 2e6],
  ['home', null, null, 1e6],
];
const coverage = {
  kinds: rows.map(([kind, count, change, bytes, status]) => ({
    kind,
    count,
    change,
    bytes,
    status: (status ?? 'present') as 'present',
    newest: null,
    notes: [],
  })),
  notIncluded: ['photo-originals', 'face-id', 'apple-pay', 'app-programs', 'store-media', 'mail', 'opted-out'].map(
    (kind) => ({ kind, reason: '' }),
  ),
  originals: { here: 17_772, onlyInICloud: 640, unknown: 0 },
  comparedWith: snapshotIdOf(1),
};

export const contentsScenes: Readonly<Record<string, StagedScreen>> = {
  contents: { address, scene: { ...base, 'browse.coverage': coverage } },
  'contents-unencrypted': {
    address,
    scene: {
      ...base,
      'browse.coverage': {
        ...coverage,
        kinds: coverage.kinds.map((one, n) =>
          n < 14 ? one : { ...one, count: null, change: null, bytes: null, status: 'only-if-encrypted' as const },
        ),
        notIncluded: [{ kind: 'encrypted-only', reason: '' }, ...coverage.notIncluded],
      },
    },
  },
  'contents-locked': {
    address,
    scene: {
      ...base,
      'browse.coverage': () => {
        throw new BackstopError('app/password-needed', { data: { purpose: 'backup password' } });
      },
    },
  },
  'contents-counting': { address, scene: { ...base, 'browse.coverage': () => new Promise<never>(() => undefined) } },
};
