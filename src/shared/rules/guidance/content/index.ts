import { english } from './en/index.ts';
import type { Guidance } from './guidance.ts';

/** The texts in this language, or in English until somebody has translated them. */
export function guidance(locale: string): Guidance {
  return TEXTS.get(locale.toLowerCase().split('-')[0] ?? '') ?? english;
}

const TEXTS: ReadonlyMap<string, Guidance> = new Map([['en', english]]);
