import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';

/** Node's errno name of a failed disk operation (`ENOENT`), or null when the error is something else. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const code: unknown = error.code;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : null;
}

/** What an errno means to the owner of a vault. Errors that already have a code, and aborts, pass unchanged. */
export function asVaultError(error: unknown, path: string): unknown {
  if (isBackstopError(error)) return error;
  const errno = errnoOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const data = { path, reason: errno ?? message };
  switch (errno) {
    case null:
      if (!isSqliteFailure(error)) return error;
      return new BackstopError('vault/cache-failed', { cause: error, message, data });
    case 'ENOSPC':
    case 'EDQUOT':
      return new BackstopError('vault/disk-full', { cause: error, message, data });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new BackstopError('vault/unwritable', { cause: error, message, data });
    default:
      return new BackstopError('vault/disk-error', { cause: error, message, data });
  }
}

export function isDiskFull(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOSPC' || errno === 'EDQUOT' || isBackstopError(error, 'vault/disk-full');
}

function isSqliteFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'SqliteError';
}

const MEDIA_ERRORS: ReadonlySet<string | null> = new Set(['EIO', 'EBADMSG', 'EUCLEAN', 'ENODATA']);

/** The disk answers, and cannot read this place of it. */
export function isMediaError(error: unknown): boolean {
  return MEDIA_ERRORS.has(errnoOf(error));
}
