import { backups } from './backups.ts';
import { common } from './common.ts';
import { frame } from './frame.ts';
import { history } from './history.ts';
import { kinds } from './kinds.ts';

/** English, by screen. Another language has the same keys. */
export const en = { ...common, ...kinds, ...frame, ...backups, ...history } as const;

export type TextKey = keyof typeof en;
