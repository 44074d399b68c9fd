import { BackstopError, type ErrorCode } from '../../../../shared/errors/index.ts';
import { type PlistDict, stringAt } from '../../formats/plist/index.ts';

/** lockdownd's word for why it did not do what was asked; null when it did (protocol reference 2.1, 2.8). */
export function refusalIn(reply: PlistDict): string | null {
  const error = stringAt(reply, 'Error');
  if (error !== undefined) return error;
  // Before iOS 5: `Result` = `Success` or `Failure`.
  return stringAt(reply, 'Result') === 'Failure' ? 'Failure' : null;
}

/** lockdownd's error names → our codes. What is not here is `device/refused` with the phone's own word. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  PasswordProtected: 'device/locked',
  DeviceLocked: 'device/locked',
  EscrowLocked: 'device/locked-since-restart',
  PairingDialogResponsePending: 'pairing/pending-timeout',
  UserDeniedPairing: 'pairing/denied',
  InvalidHostID: 'pairing/invalid-record',
  MissingHostID: 'pairing/invalid-record',
  MissingPairRecord: 'pairing/invalid-record',
  InvalidPairRecord: 'pairing/invalid-record',
  PairingProhibitedOverThisConnection: 'pairing/prohibited',
  MCProtected: 'device/managed',
  MCChallengeRequired: 'device/managed',
  InvalidConnection: 'device/connection-lost',
  InvalidService: 'device/service-refused',
  MissingService: 'device/service-refused',
  ServiceProhibited: 'device/service-refused',
  ServiceLimit: 'device/service-refused',
};

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

export function refusalError(
  request: string,
  reason: string,
  data: Readonly<Record<string, string>> = {},
): BackstopError {
  return new BackstopError(CODES[reason] ?? 'device/refused', {
    message: `lockdownd answered ${request} with ${reason}`,
    data: { ...data, request, reason: printable(reason) },
  });
}

/** Words of a phone are shown to people: no control or bidi characters, no endless text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 500);
}
