export type { ErrorAction } from './action.ts';
export { BackstopError, type BackstopErrorOptions, type ErrorData, isBackstopError } from './backstop-error.ts';
export { catalogue, type ErrorCode } from './catalogue.ts';
export { type DescribedError, describeError } from './describe.ts';
export {
  type DeviceLinkCode,
  deviceLinkCodes,
  type LockdownWord,
  lockdownWord,
  type MobileBackupCode,
  mobileBackupCode,
  mobileBackupCodes,
} from './device-codes.ts';
export type { ErrorEntry } from './entry.ts';
export { describeForWindow, type WindowError } from './window.ts';
