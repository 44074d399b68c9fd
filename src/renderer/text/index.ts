import { IntlMessageFormat } from 'intl-messageformat';
import { en, type TextKey } from './en/index.ts';

/**
 * All words of the window, as ICU messages by key; no sentence is built by joining pieces. A message that does not fit its
 * facts is a bug that a test finds (`text.test.ts` formats every one).
 */

export type { TextKey } from './en/index.ts';
export type TextValues = Readonly<Record<string, string | number | boolean | Date | null | undefined>>;

const formats = new Map<string, IntlMessageFormat>();
/** The language of the words; plurals follow it. */
const LANGUAGE = 'en';

/** How the owner's system writes numbers and dates: in its own way of the same language, else plainly. */
export function currentLocale(): string {
  const wanted = globalThis.navigator?.language ?? LANGUAGE;
  return wanted.split('-')[0] === LANGUAGE ? wanted : 'en-GB';
}

export function t(key: TextKey, values: TextValues = {}): string {
  let format = formats.get(key);
  if (format === undefined) {
    format = new IntlMessageFormat(en[key], LANGUAGE, undefined, { ignoreTag: true });
    formats.set(key, format);
  }
  const text = format.format(values as Record<string, string | number | boolean | Date | null | undefined>);
  return typeof text === 'string' ? text : String(text);
}
