import { BackstopError } from '../../../shared/errors/index.ts';
import { formatBytes } from '../../../shared/text/index.ts';
import { freeBytes } from '../platform/index.ts';

/** What the disk says, in our words. `leftBytes`: what is still to come; null: not known yet. */
export async function asTargetError(error: unknown, path: string, leftBytes: number | null): Promise<unknown> {
  if (error instanceof BackstopError || !(error instanceof Error)) return error;
  const reason = (error as NodeJS.ErrnoException).code;
  if (leftBytes !== null && (reason === 'ENOSPC' || reason === 'EDQUOT')) return await noSpace(path, leftBytes, error);
  if (reason === undefined || !/^E[A-Z0-9]+$/.test(reason)) return error;
  return new BackstopError('rescue/unwritable', { cause: error, message: error.message, data: { path, reason } });
}

export async function noSpace(path: string, needed: number, cause?: unknown): Promise<BackstopError> {
  const free = await freeBytes(path).catch(() => 0n);
  return new BackstopError('rescue/no-space', {
    ...(cause === undefined ? {} : { cause }),
    data: { path, needed: formatBytes(needed), free: formatBytes(Number(free)) },
  });
}
