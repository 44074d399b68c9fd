import { createContext, use } from 'react';
import type { PhoneView } from '../../../shared/contract/procedures/index.ts';

/** Sheets that any screen may open; the window holds them, so that a button beside an error can lead to them too. */
export interface Sheets {
  /** Starts a backup and shows it; asks first where encryption is off, says why where it cannot be. */
  readonly backUp: (phone: PhoneView) => void;
  /** Three steps to a phone that is connected and trusts this computer. */
  readonly connect: (udid: string | null) => void;
  readonly turnOnEncryption: (udid: string) => void;
  readonly turnOffEncryption: (udid: string) => void;
  readonly changePassword: (udid: string) => void;
  /** The backup password of a phone, or unlocking where that is what is missing. */
  readonly enterPassword: (udid: string, onGiven?: () => void) => void;
  readonly forgottenPassword: () => void;
}

export const SheetsContext = createContext<Sheets | null>(null);

/** Null outside the window's frame, as in a test of one part. */
export function useSheets(): Sheets | null {
  return use(SheetsContext);
}
