import type { Language } from './text/language.ts';
import { someLanguage } from './text/words.ts';
import type { World } from './world.ts';

/** Somebody the owner knows: the same person in contacts, messages, calls and WhatsApp. */
export interface Person {
  readonly index: number;
  readonly language: Language;
  readonly first: string;
  readonly last: string;
  readonly fullName: string;
  /** E.164. */
  readonly phone: string;
  readonly email: string;
}

/** Person `index` of this phone: a pure function, so that nobody has to keep a list. */
export function person(world: World, index: number): Person {
  const random = world.stream(`person/${index}`);
  const language = someLanguage(random, world.language);
  const first = random.pick(language.firstNames);
  const last = random.pick(language.lastNames);
  const family = language.tag === 'ja' || language.tag === 'zh';
  return {
    index,
    language,
    first,
    last,
    fullName: family ? `${last}${first}` : `${first} ${last}`,
    phone: `+${language.dialCode}${random.between(2, 9)}${random.digits(8)}`,
    email: `person${index}.${random.hex(4)}@example.${random.pick(['com', 'org', 'net'])}`,
  };
}
