import { activity } from './activity.ts';
import { backups } from './backups.ts';
import { browse } from './browse.ts';
import { changes } from './changes.ts';
import { cleanup } from './cleanup.ts';
import { cleanupChecks } from './cleanup-checks.ts';
import { common } from './common.ts';
import { contents } from './contents.ts';
import { destinations } from './destinations.ts';
import { errors } from './errors.ts';
import { exportWords } from './export.ts';
import { firstRun } from './first-run.ts';
import { folders } from './folders.ts';
import { frame } from './frame.ts';
import { guide } from './guide.ts';
import { health } from './health.ts';
import { history } from './history.ts';
import { home } from './home.ts';
import { job } from './job.ts';
import { kinds } from './kinds.ts';
import { passwords } from './passwords.ts';
import { risk } from './risk.ts';
import { search } from './search.ts';
import { settings } from './settings.ts';
import { verify } from './verify.ts';

/** English, by screen. Another language has the same keys. */
export const en = {
  ...common,
  ...errors,
  ...health,
  ...home,
  ...firstRun,
  ...job,
  ...settings,
  ...activity,
  ...folders,
  ...browse,
  ...exportWords,
  ...changes,
  ...search,
  ...destinations,
  ...verify,
  ...passwords,
  ...contents,
  ...kinds,
  ...frame,
  ...backups,
  ...history,
  ...cleanup,
  ...cleanupChecks,
  ...guide,
  ...risk,
} as const;

export type TextKey = keyof typeof en;
