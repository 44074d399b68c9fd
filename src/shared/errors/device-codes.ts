import type { ErrorCode } from './catalogue.ts';
import data from './device-codes.json' with { type: 'json' };

/** One number of the phone's backup service (MBErrorDomain). */
export interface MobileBackupCode {
  readonly number: number;
  readonly meaning: string;
  readonly advice: string;
  /** The code under which the product says it. */
  readonly code: ErrorCode;
  /** `reported`: seen in the field. `analysed`: known from the phone's software only; used for words, never for decisions. */
  readonly evidence: 'reported' | 'analysed';
}

/** One status that a host answers to the phone (DeviceLink). */
export interface DeviceLinkCode {
  readonly status: number;
  readonly meaning: string;
}

/** One word with which lockdownd refuses. */
export interface LockdownWord {
  readonly name: string;
  readonly meaning: string;
  readonly code: ErrorCode;
}

export const mobileBackupCodes: readonly MobileBackupCode[] = data.mobileBackup as readonly MobileBackupCode[];
export const deviceLinkCodes: readonly DeviceLinkCode[] = data.deviceLink;

export const lockdownWords: readonly LockdownWord[] = data.lockdown as readonly LockdownWord[];

const byName = new Map(lockdownWords.map((entry) => [entry.name, entry]));
const byNumber = new Map(mobileBackupCodes.map((entry) => [entry.number, entry]));

/** What a number of the phone means; null for one that nobody has told of: then the phone's own text is shown. */
export function mobileBackupCode(number: number): MobileBackupCode | null {
  return byNumber.get(number) ?? null;
}

/** What a word of lockdownd means; null for one that nobody has told of. */
export function lockdownWord(name: string): LockdownWord | null {
  return byName.get(name) ?? null;
}
