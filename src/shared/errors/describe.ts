import { BackstopError, type ErrorData } from './backstop-error.ts';
import { catalogue, type ErrorCode } from './catalogue.ts';

export interface DescribedError {
  readonly code: ErrorCode;
  /** What happened, in a person's words. */
  readonly message: string;
  readonly olderSnapshotsSafe: boolean;
  /** What to do next. */
  readonly next: string;
  readonly exitCode: 1 | 2 | 3 | 130;
}

const MAX_TEXT = 500;

/** Any failure as a face shows it. What is no BackstopError is a bug of ours: its text may tell, its stack never does. */
export function describeError(error: unknown): DescribedError {
  const known = asBackstopError(error);
  const entry = catalogue[known.code];
  const explanation = fill(entry.explanation, known.data);
  const message = known.code === 'internal/bug' ? `${explanation} (${known.message})` : explanation;
  return {
    code: known.code,
    message: clean(`${entry.title}. ${message}`),
    olderSnapshotsSafe: entry.olderSnapshotsSafe,
    next: clean(fill(entry.recovery, known.data)),
    exitCode: entry.exitCode,
  };
}

function asBackstopError(error: unknown): BackstopError {
  if (error instanceof BackstopError) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return isBackstop(error.cause) ? error.cause : new BackstopError('internal/cancelled', { cause: error });
  }
  return new BackstopError('internal/bug', {
    message: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}

function isBackstop(value: unknown): value is BackstopError {
  return value instanceof BackstopError;
}

/** Fills `{name}` places; a place without a fact says "unknown" rather than showing braces. */
export function fill(text: string, data: ErrorData): string {
  return text.replace(/\{([A-Za-z]\w*)\}/g, (_place, name: string) => {
    const value = data[name];
    if (value === undefined || value === null) return 'unknown';
    return Array.isArray(value) ? value.join(', ') : String(value);
  });
}

/** Text may hold names that came from a phone: no control characters, no characters that turn the writing around, bounded. */
export function clean(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ').trim();
  // A cut between the halves of one character, or a half that came so, would not be text.
  return (plain.length <= MAX_TEXT ? plain : `${plain.slice(0, MAX_TEXT - 1)}…`).toWellFormed();
}
