import type { WorkOptions } from '../../../shared/contract/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import type { Outcome, Phone } from '../device/index.ts';
import { type Clock, scaledMs, sleep, systemClock } from '../platform/index.ts';
import { cancelledBy } from './cancelled.ts';
import { noticer } from './notices.ts';
import { converse } from './phone/index.ts';
import { phoneError } from './phone-errors.ts';
import { ProgressMeter } from './progress.ts';

/**
 * The encryption of a phone's backups: a setting of the phone, for all computers. The phone asks for its passcode before
 * it changes it, and what its `WillEncrypt` says afterwards is the truth, whatever the conversation said.
 */

export interface EncryptionState {
  readonly isOn: boolean;
  /** A profile forces encrypted backups. */
  readonly isForced: boolean;
}

export type EncryptionChange =
  | { readonly action: 'on'; readonly newPassword: string }
  | { readonly action: 'change'; readonly oldPassword: string; readonly newPassword: string }
  | { readonly action: 'off'; readonly oldPassword: string };

export interface EncryptionResult {
  readonly isOn: boolean;
  /** False: the phone hung up before its answer, and nothing tells whether the password is the old or the new one. */
  readonly isConfirmed: boolean;
}

/** What unencrypted backups leave out (Apple's public lists; device protocols 5.6). */
export const MISSING_WITHOUT_ENCRYPTION: readonly string[] = [
  'saved passwords and accounts',
  'Wi-Fi networks with their passwords',
  'Health and Activity data',
  'Home data',
  'call history',
  'Safari history',
];

export async function readEncryption(
  phone: Phone,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<EncryptionState> {
  const { willEncrypt, requiresEncryption } = await phone.backupSettings(options);
  return { isOn: willEncrypt, isForced: requiresEncryption };
}

/**
 * Turns encryption on or off, or changes its password. Throws `backup/encryption-already-on` and `-off` before the phone
 * is asked, `backup/wrong-password`, `backup/passcode-not-entered`, `backup/encryption-managed`,
 * `backup/encryption-not-changed`, `backup/cancelled`, and the connection's errors.
 */
export async function changeEncryption(
  phone: Phone,
  change: EncryptionChange,
  options: WorkOptions & { readonly clock?: Clock } = {},
): Promise<EncryptionResult> {
  const meter = new ProgressMeter(options.clock ?? systemClock, options.onProgress);
  const notice = noticer(options);
  const signal = options.signal ?? new AbortController().signal;
  try {
    await checkState(phone, change, signal);
    meter.enter('encrypting');
    const outcome = await converse(
      phone,
      (service, conversation) =>
        service.changePassword(
          {
            targetUdid: phone.udid,
            oldPassword: change.action === 'on' ? null : change.oldPassword,
            newPassword: change.action === 'off' ? null : change.newPassword,
          },
          conversation,
        ),
      {
        signal,
        listener: { notice, passcode: (isAsked) => meter.enter(isAsked ? 'waiting-for-passcode' : 'encrypting') },
      },
    );
    return await settle(phone, change, outcome, signal);
  } catch (error) {
    throw cancelledBy(signal, error);
  }
}

async function checkState(phone: Phone, change: EncryptionChange, signal: AbortSignal): Promise<void> {
  const { isOn } = await readEncryption(phone, { signal });
  if (change.action === 'on' && isOn) throw new BackstopError('backup/encryption-already-on');
  if (change.action !== 'on' && !isOn) throw new BackstopError('backup/encryption-already-off');
}

async function settle(
  phone: Phone,
  change: EncryptionChange,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<EncryptionResult> {
  switch (outcome.kind) {
    case 'failed':
      throw changeError(outcome.code, outcome.text);
    case 'cancelled':
      throw new BackstopError('backup/cancelled');
    case 'host-failed':
      throw outcome.error;
    case 'finished':
    case 'ended-without-answer': {
      const wanted = change.action !== 'off';
      const isOn = await readSettled(phone, wanted, signal);
      if (isOn !== wanted) {
        const state = isOn ? 'encryption is on' : 'encryption is off';
        throw new BackstopError('backup/encryption-not-changed', { data: { state } });
      }
      // On before and after: without the phone's answer there is no telling which password it is.
      return { isOn, isConfirmed: outcome.kind === 'finished' || change.action !== 'change' };
    }
  }
}

/** A general failure of a change of password is, as a rule, a profile that forbids it. */
const GENERAL_FAILURE = 1;

function changeError(code: number | null, text: string): BackstopError {
  if (code !== GENERAL_FAILURE) return phoneError(code, text);
  return new BackstopError('backup/encryption-managed', {
    message: text,
    data: { number: code, phoneText: text === '' ? 'it gave no reason' : text },
  });
}

const SETTLE_TRIES = 5;
const SETTLE_INTERVAL_MS = scaledMs(500);

/** The setting follows the answer within moments. */
async function readSettled(phone: Phone, wanted: boolean, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const { isOn } = await readEncryption(phone, { signal });
    if (isOn === wanted || attempt === SETTLE_TRIES) return isOn;
    await sleep(SETTLE_INTERVAL_MS, signal);
  }
}
