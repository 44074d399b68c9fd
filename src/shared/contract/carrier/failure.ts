import { BackstopError, catalogue, type ErrorCode, type ErrorData } from '../../errors/index.ts';
import type { FailureFacts } from '../procedures/index.ts';

/** Errors cross as data: their classes and fields do not survive a border. What is no BackstopError stays a bug of ours. */
export function failureFrom(error: unknown): FailureFacts {
  const known = asBackstopError(error);
  return { code: known.code, data: { ...known.data } as FailureFacts['data'], olderSnapshotsSafe: isSafe(known.code) };
}

export function errorFrom({ code, data }: FailureFacts): BackstopError {
  const known: ErrorCode = Object.hasOwn(catalogue, code) ? (code as ErrorCode) : 'internal/bug';
  return new BackstopError(known, { data: data as ErrorData });
}

function isSafe(code: ErrorCode): boolean {
  return catalogue[code].olderSnapshotsSafe;
}

function asBackstopError(error: unknown): BackstopError {
  if (error instanceof BackstopError) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return error.cause instanceof BackstopError ? error.cause : new BackstopError('internal/cancelled');
  }
  return new BackstopError('internal/bug', {
    data: { detail: error instanceof Error ? error.message : String(error) },
  });
}
