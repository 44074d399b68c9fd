import type { BackupRow } from '../../../src/shared/contract/procedures/index.ts';
import { backups, base, daysAgo, phones, snapshotIdOf } from '../../e2e/staged/scenes/base.ts';
import type { Scene } from '../../e2e/staged/staged-engine.ts';

/** What somebody has after two years: three phones, and so many versions of all of them. */
export function fullScene(versions: number): Scene {
  const rows: readonly BackupRow[] = Array.from({ length: versions }, (_, n) => {
    const like = backups[n % backups.length];
    const { udid, name } = phones[n % phones.length] ?? {};
    if (like === undefined || udid === undefined || name === undefined) throw new Error('an empty scene');
    return { ...like, id: snapshotIdOf(n), udid, name, finishedAt: daysAgo(Math.floor(n / 3), 20 - (n % 3)) };
  });
  return {
    ...base,
    'phones.list': {
      muxer: 'ready',
      phones: phones.map((one) => ({ ...one, backups: rows.filter(({ udid }) => udid === one.udid).length })),
    },
    'backups.list': ({ udid }) => ({
      backups: rows.filter((one) => udid === null || one.udid === udid),
      unreadable: [],
    }),
  };
}
