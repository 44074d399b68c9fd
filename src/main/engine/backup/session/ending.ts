import { BackstopError } from '../../../../shared/errors/index.ts';
import { formatBytes } from '../../../../shared/text/index.ts';
import { FolderError, type Outcome } from '../../device/index.ts';
import { phoneError } from '../phone-errors.ts';
import type { BackupPhase } from '../progress.ts';
import type { BackupListener } from './listener.ts';

/** How a conversation ended: the phone said "done", or it left without a last word after what may be a whole backup. */
export type GoodEnding =
  | { readonly kind: 'answered' }
  /** `otherwise`: the error to throw when what is there is no finished backup. */
  | { readonly kind: 'unanswered'; readonly otherwise: (cause: BackstopError) => BackstopError };

const PHASE_WORDS: Readonly<Record<BackupPhase, string>> = {
  connecting: 'it was being connected',
  recovering: 'an earlier backup was being completed',
  encrypting: 'encryption was being turned on',
  'waiting-for-passcode': 'the iPhone was waiting for its passcode',
  preparing: 'the iPhone was preparing',
  receiving: 'files were arriving',
  moving: 'the iPhone was putting files in place',
  'verifying-on-phone': 'the iPhone was checking what had arrived',
  committing: 'the version was being stored',
};

/**
 * Judges the end of the conversation. Throws the error that tells what happened: what failed here first (`failure`)
 * counts more than what the phone says about it.
 */
export function judgeEnding(
  outcome: Outcome,
  facts: { readonly failure: BackstopError | null; readonly phase: BackupPhase; readonly listener: BackupListener },
): GoodEnding {
  if (facts.failure !== null) throw facts.failure;
  switch (outcome.kind) {
    case 'finished':
      return { kind: 'answered' };
    case 'failed':
      throw withNumbers(phoneError(outcome.code, outcome.text), facts.listener);
    case 'host-failed':
      throw hostError(outcome.error);
    case 'cancelled':
      throw new BackstopError('backup/cancelled');
    case 'ended-without-answer':
      if (outcome.insideMessage || !facts.listener.wasHeard) throw connectionLost(facts.phase, outcome.error);
      return { kind: 'unanswered', otherwise: (cause) => leftEarly(outcome.text, facts.phase, cause) };
  }
}

export function connectionLost(phase: BackupPhase, cause: unknown): BackstopError {
  return new BackstopError('backup/connection-lost', { cause, data: { phase: PHASE_WORDS[phase] } });
}

/** It said goodbye without its last word, or was just gone. */
function leftEarly(text: string | null, phase: BackupPhase, cause: BackstopError): BackstopError {
  if (text === null) return connectionLost(phase, cause);
  const reason = String(cause.data['reason']);
  return new BackstopError('backup/ended-without-answer', {
    message: `disconnected with “${text}”: ${reason}`,
    cause,
    data: { reason },
  });
}

/** The phone's "no room here" with the numbers of its own computation, where it gave them. */
function withNumbers(error: BackstopError, { freeBytes, neededBytes }: BackupListener): BackstopError {
  if (error.code !== 'backup/computer-disk-full' || freeBytes === null) return error;
  const free = formatBytes(Number(freeBytes));
  if (neededBytes === null || neededBytes <= 0n) {
    return new BackstopError(error.code, { message: error.message, data: { ...error.data, free } });
  }
  return new BackstopError('backup/computer-disk-full-needs', {
    message: error.message,
    data: { needed: formatBytes(Number(neededBytes)), free },
  });
}

/** Something that this computer could not do and that nobody has named yet. */
function hostError(error: Error): BackstopError {
  if (error instanceof BackstopError) return error;
  const reason =
    error instanceof FolderError
      ? `a file could not be put where the iPhone wanted it: ${error.message}`
      : error.message;
  return new BackstopError('backup/computer-failed', { message: reason, cause: error, data: { reason } });
}
