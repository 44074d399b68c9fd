/** Phone numbers and e-mail addresses as they name people: "+49 170 1234567" and "0170 1234567" are the same one. */

const SHORTEST_NUMBER = 7;
const KEY_DIGITS = 9;

/**
 * A key under which handles of one person are the same: e-mails in lower case, phone numbers by their last nine digits.
 * Short codes and names (of SMS senders) stay what they are. `HandleBook` is more exact, where many handles are held
 * against many contacts.
 */
export function normaliseHandle(handle: string): string {
  const text = handle.trim().replace(/^(?:tel|mailto|e|p):/i, '');
  if (text.includes('@')) return text.toLowerCase();
  const digits = digitsOf(text);
  if (digits === null) return text.toLowerCase();
  return digits.length < SHORTEST_NUMBER ? digits : digits.slice(-KEY_DIGITS);
}

/**
 * Finds whose handle it is. Numbers match when one ends with the other, but for the zeros that some countries dial first:
 * so a number that was saved without its country's code is found, and one of another area is not. Where two people fit
 * equally well, nobody is named.
 */
export class HandleBook<T> {
  readonly #words = new Map<string, T>();
  /** By the last seven digits, which all that can match have in common. */
  readonly #numbers = new Map<string, { readonly digits: string; readonly value: T }[]>();

  add(handle: string, value: T): void {
    const text = handle.trim();
    const digits = text.includes('@') ? null : digitsOf(text);
    if (digits === null || digits.length < SHORTEST_NUMBER) {
      const key = normaliseHandle(text);
      if (!this.#words.has(key)) this.#words.set(key, value);
      return;
    }
    const key = digits.slice(-SHORTEST_NUMBER);
    const list = this.#numbers.get(key) ?? [];
    list.push({ digits, value });
    this.#numbers.set(key, list);
  }

  find(handle: string): T | null {
    const text = handle.trim();
    const digits = text.includes('@') ? null : digitsOf(text);
    if (digits === null || digits.length < SHORTEST_NUMBER) return this.#words.get(normaliseHandle(text)) ?? null;
    let best = 0;
    let found: T | null = null;
    let isCertain = true;
    for (const one of this.#numbers.get(digits.slice(-SHORTEST_NUMBER)) ?? []) {
      if (!one.digits.endsWith(digits) && !digits.endsWith(one.digits)) continue;
      const common = Math.min(one.digits.length, digits.length);
      if (common < best) continue;
      if (common === best) isCertain &&= one.value === found;
      else isCertain = true;
      best = common;
      found = one.value;
    }
    return isCertain ? found : null;
  }
}

/** The digits, without leading zeros; null when it is no phone number. */
function digitsOf(text: string): string | null {
  // Invisible marks of direction stand in numbers that were copied from a screen.
  const plain = text
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf))
    .replace(/[\s\u00a0\u2010-\u2015\u200e\u200f\u202a-\u202e().\-/+]/g, '');
  return /^\d+$/.test(plain) ? plain.replace(/^0+/, '') || '0' : null;
}
