import { isBackstopError } from '../../../../../shared/errors/index.ts';
import { printable } from '../../lockdown/index.ts';
import { FOLDER_STATUS, FolderError, type FolderStatus } from './host-folder.ts';

/** Errors of the system → what the phone is told. Others are `io`. */
const STATUS_OF_ERRNO: Readonly<Record<string, FolderStatus>> = {
  ENOSPC: FOLDER_STATUS.noSpace,
  EDQUOT: FOLDER_STATUS.noSpace,
  EFBIG: FOLDER_STATUS.noSpace,
};

const NO_SPACE_CODE = /\/(?:no-space|disk-full|full)$/;

/** A failure on this side: what it was, and the status that the phone gets for it. */
export interface LocalFailure {
  readonly error: Error;
  readonly status: FolderStatus;
  /** For the phone's log. */
  readonly text: string;
}

export function localFailure(thrown: unknown): LocalFailure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { error, status: statusOf(error), text: printable(error.message) };
}

function statusOf(error: Error): FolderStatus {
  if (error instanceof FolderError) return error.status;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const errno = 'code' in cause && typeof cause.code === 'string' ? STATUS_OF_ERRNO[cause.code] : undefined;
    if (errno !== undefined) return errno;
    if (isBackstopError(cause) && NO_SPACE_CODE.test(cause.code)) return FOLDER_STATUS.noSpace;
  }
  return FOLDER_STATUS.io;
}
