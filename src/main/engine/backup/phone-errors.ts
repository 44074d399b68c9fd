import { BackstopError, type ErrorCode, mobileBackupCode } from '../../../shared/errors/index.ts';

/** After these the next session begins with an empty folder: the phone did not get along with what the last one held. */
const NEXT_IS_FULL: ReadonlySet<ErrorCode> = new Set(['backup/inconsistent', 'backup/transfer-failed']);

/**
 * The phone said that it failed. `number` null: without a number. What a number (MBErrorDomain) means is data of the
 * dictionary; one that is not there, or has no code of its own, keeps the phone's words under `backup/phone-error`.
 */
export function phoneError(number: number | null, text: string): BackstopError {
  const known = number === null ? null : mobileBackupCode(number);
  return new BackstopError(known?.code ?? 'backup/phone-error', {
    message: `the phone ended with error ${number ?? '?'}: ${text}`,
    data: {
      number,
      phoneText: text === '' ? 'it gave no reason' : text,
      meaning: known?.meaning ?? 'which has no known meaning',
      advice: known?.advice ?? 'Try again.',
    },
  });
}

export function makesNextFull(code: ErrorCode): boolean {
  return NEXT_IS_FULL.has(code);
}
