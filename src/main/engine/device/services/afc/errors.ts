import { BackstopError, isBackstopError } from '../../../../../shared/errors/index.ts';

/** Status numbers that decide something here; the rest only has a name. */
export const AFC_STATUS = { ok: 0, readError: 4, notFound: 8, endOfData: 14, exists: 16, wouldBlock: 19 } as const;

const NAMES: Readonly<Record<number, string>> = {
  1: 'unknown error',
  2: 'bad header',
  3: 'no resources',
  4: 'read error',
  5: 'write error',
  6: 'unknown packet',
  7: 'invalid argument',
  8: 'not found',
  9: 'is a directory',
  10: 'permission denied',
  11: 'not connected',
  12: 'timed out',
  13: 'too much data',
  14: 'end of data',
  15: 'not supported',
  16: 'exists already',
  17: 'busy',
  18: 'no space left',
  19: 'would block',
  20: 'I/O error',
  21: 'interrupted',
  22: 'in progress',
  23: 'internal error',
  30: 'connection error',
  31: 'no memory',
  32: 'not enough data',
  33: 'directory not empty',
};

export function afcError(status: number, path: string): BackstopError {
  const reason = NAMES[status] ?? `status ${status}`;
  return new BackstopError('device/file-error', {
    message: `AFC answered ${status} (${reason}) for ${path}`,
    data: { reason, path, status },
  });
}

/** A missing file is answered with "not found" or "read error". */
export function isMissing(error: unknown): boolean {
  if (!isBackstopError(error, 'device/file-error')) return false;
  const { status } = error.data;
  return status === AFC_STATUS.notFound || status === AFC_STATUS.readError;
}

export function badReply(what: string): BackstopError {
  return badMessage(`the file service answered ${what} with something else`);
}

export function badMessage(problem: string): BackstopError {
  return new BackstopError('device/bad-message', { message: problem, data: { problem } });
}
