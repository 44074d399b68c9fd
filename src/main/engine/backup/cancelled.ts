import { BackstopError, isBackstopError } from '../../../shared/errors/index.ts';

/** The error of work that its caller stopped: whatever fell over on the way, that was the cause. */
export function cancelledBy(signal: AbortSignal | undefined, error: unknown): unknown {
  if (signal?.aborted !== true) return error;
  if (isBackstopError(error, 'backup/cancelled')) return error;
  return new BackstopError('backup/cancelled', { cause: error });
}
