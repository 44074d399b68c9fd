import { BackstopError, lockdownWord } from '../../../../shared/errors/index.ts';
import { type PlistDict, stringAt } from '../../formats/plist/index.ts';

/** lockdownd's word for why it did not do what was asked; null when it did (protocol reference 2.1, 2.8). */
export function refusalIn(reply: PlistDict): string | null {
  const error = stringAt(reply, 'Error');
  if (error !== undefined) return error;
  // Before iOS 5: `Result` = `Success` or `Failure`.
  return stringAt(reply, 'Result') === 'Failure' ? 'Failure' : null;
}

/** Answers after which a fresh connection and session may do better, once. */
export const STALE_SESSION: ReadonlySet<string> = new Set([
  'SessionInactive',
  'InvalidConnection',
  'InvalidSessionID',
  'MissingSessionID',
  'InvalidResponse',
]);

/** Keys that are not there or need a session: "not available" rather than a failure. */
export const NO_VALUE: ReadonlySet<string> = new Set(['MissingValue', 'MissingKey', 'GetProhibited', 'InvalidDomain']);

/** lockdownd's word as an error. What is not in the dictionary's data is `device/refused` with the phone's own word. */
export function refusalError(
  request: string,
  reason: string,
  data: Readonly<Record<string, string>> = {},
): BackstopError {
  const known = lockdownWord(reason);
  return new BackstopError(known?.code ?? 'device/refused', {
    message: `lockdownd answered ${request} with ${reason}`,
    data: { ...data, request, reason: printable(reason), meaning: known?.meaning ?? null },
  });
}

/** Words of a phone are shown to people: no control or bidi characters, no endless text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 500);
}
