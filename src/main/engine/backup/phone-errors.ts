import { BackstopError, type ErrorCode } from '../../../shared/errors/index.ts';

/**
 * What the phone's error numbers (MBErrorDomain, device protocols 4.10) mean for a backup or a change of password.
 * Numbers that are not here keep the phone's own words under `backup/phone-error`.
 */
const MEANING: ReadonlyMap<number, ErrorCode> = new Map([
  [3, 'backup/phone-snapshot-left'],
  [4, 'backup/inconsistent'],
  [5, 'backup/inconsistent'],
  [6, 'backup/inconsistent'],
  [7, 'backup/inconsistent'],
  [11, 'backup/inconsistent'],
  [13, 'backup/phone-occupied'],
  [14, 'backup/phone-occupied'],
  [17, 'backup/phone-occupied'],
  [22, 'backup/encryption-managed'],
  [103, 'backup/inconsistent'],
  [104, 'backup/transfer-failed'],
  [105, 'backup/computer-disk-full'],
  [106, 'backup/phone-full'],
  [202, 'backup/cancelled-on-phone'],
  [205, 'backup/inconsistent'],
  [207, 'backup/wrong-password'],
  [208, 'backup/passcode-not-entered'],
  [209, 'backup/inconsistent'],
  [212, 'backup/setup-not-finished'],
]);

/** After these the next session begins with an empty folder: the phone did not get along with what the last one held. */
const NEXT_IS_FULL: ReadonlySet<ErrorCode> = new Set(['backup/inconsistent', 'backup/transfer-failed']);

/** The phone said that it failed. `number` null: without a number. */
export function phoneError(number: number | null, text: string): BackstopError {
  const code = (number === null ? undefined : MEANING.get(number)) ?? 'backup/phone-error';
  const phoneText = text === '' ? 'it gave no reason' : text;
  return new BackstopError(code, {
    message: `the phone ended with error ${number ?? '?'}: ${text}`,
    data: { number, phoneText },
  });
}

export function makesNextFull(code: ErrorCode): boolean {
  return NEXT_IS_FULL.has(code);
}
