import { backups } from './backups.ts';
import { common } from './common.ts';
import { contents } from './contents.ts';
import { frame } from './frame.ts';
import { history } from './history.ts';
import { kinds } from './kinds.ts';
import { passwords } from './passwords.ts';

/** English, by screen. Another language has the same keys. */
export const en = { ...common, ...passwords, ...contents, ...kinds, ...frame, ...backups, ...history } as const;

export type TextKey = keyof typeof en;
