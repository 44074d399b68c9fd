import { common } from './common.ts';
import { frame } from './frame.ts';

/** English, by screen. Another language has the same keys. */
export const en = { ...common, ...frame } as const;

export type TextKey = keyof typeof en;
