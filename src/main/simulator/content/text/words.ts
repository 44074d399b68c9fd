import type { Random } from '../random.ts';
import { arabic } from './arabic.ts';
import { chinese } from './chinese.ts';
import { english } from './english.ts';
import { french } from './french.ts';
import { german } from './german.ts';
import { hebrew } from './hebrew.ts';
import { japanese } from './japanese.ts';
import type { Language } from './language.ts';
import { spanish } from './spanish.ts';

export const languages: readonly Language[] = [english, german, french, spanish, japanese, chinese, arabic, hebrew];

/** The phone's own language; English for locales we have no words for. */
export function languageOf(locale: string): Language {
  const tag = locale.split(/[-_]/)[0];
  return languages.find((language) => language.tag === tag) ?? english;
}

/** People know people of other countries: mostly the phone's own language, sometimes any of them. */
export function someLanguage(random: Random, own: Language): Language {
  return random.chance(70) ? own : random.pick(languages);
}
