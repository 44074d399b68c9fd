import { clean, fill } from '../../errors/describe.ts';
import type { ErrorData } from '../../errors/index.ts';
import { dialogs } from './dialogs.ts';
import { menus } from './menus.ts';
import { notifications } from './notifications.ts';
import { tray } from './tray.ts';

/** All words that the desktop's shell shows by itself: menus, tray, notifications, dialogs. `{name}` is a fact. */
const words = { ...dialogs, ...menus, ...notifications, ...tray } as const;
export type ShellTextKey = keyof typeof words;

/** Facts may come from a phone: what would turn the writing around or break the line is taken out. */
export function shellText(key: ShellTextKey, facts: ErrorData = {}): string {
  return clean(fill(words[key], facts));
}

/** "1 file", "12 files": the key with `.one` or `.other`. */
export function shellCount(key: CountKey, count: number, facts: ErrorData = {}): string {
  const form = new Intl.PluralRules('en').select(count) === 'one' ? 'one' : 'other';
  return shellText(`${key}.${form}`, { ...facts, count: new Intl.NumberFormat('en').format(count) });
}

type CountKey = Extract<ShellTextKey, `${string}.one`> extends `${infer Key}.one` ? Key : never;
