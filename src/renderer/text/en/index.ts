import { backups } from './backups.ts';
import { common } from './common.ts';
import { contents } from './contents.ts';
import { destinations } from './destinations.ts';
import { folders } from './folders.ts';
import { frame } from './frame.ts';
import { history } from './history.ts';
import { kinds } from './kinds.ts';
import { passwords } from './passwords.ts';
import { verify } from './verify.ts';

/** English, by screen. Another language has the same keys. */
export const en = {
  ...common,
  ...folders,
  ...destinations,
  ...verify,
  ...passwords,
  ...contents,
  ...kinds,
  ...frame,
  ...backups,
  ...history,
} as const;

export type TextKey = keyof typeof en;
