import { words } from './words.ts';

/** Digits of the number, and the places between words where it may stand. */
const DIGITS = 3;
const WORDS = 4;

/** How hard a generated password is to guess for somebody who knows this program: bits. */
export const ENTROPY_BITS = WORDS * Math.log2(words.length) + DIGITS * Math.log2(10) + Math.log2(WORDS - 1);

/** Four words and a number, "harbor-velvet-507-anchor-mill": typed once on a phone, and read from paper years later. */
export function generatePassword(random: (below: number) => number = randomBelow): string {
  const parts = Array.from({ length: WORDS }, () => words[random(words.length)] ?? '');
  const number = String(random(10 ** DIGITS)).padStart(DIGITS, '0');
  parts.splice(1 + random(WORDS - 1), 0, number);
  return parts.join('-');
}

/** Evenly below `below`: values of the last, incomplete round are drawn again. */
function randomBelow(below: number): number {
  const range = 2 ** 32;
  const limit = range - (range % below);
  const drawn = new Uint32Array(1);
  do crypto.getRandomValues(drawn);
  while ((drawn[0] ?? 0) >= limit);
  return (drawn[0] ?? 0) % below;
}
