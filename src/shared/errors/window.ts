import type { ErrorAction } from './action.ts';
import { inWindow } from './areas/in-window.ts';
import type { BackstopError } from './backstop-error.ts';
import { catalogue, type ErrorCode } from './catalogue.ts';
import { clean, fill } from './describe.ts';

export interface WindowError {
  readonly code: ErrorCode;
  readonly title: string;
  readonly explanation: string;
  readonly next: string;
  readonly olderSnapshotsSafe: boolean;
  readonly action: ErrorAction | null;
  /** False where asking once more cannot end otherwise. */
  readonly canRetry: boolean;
}

/** A failure in the words of a window: for whom there are buttons, not commands. */
export function describeForWindow(error: BackstopError): WindowError {
  const entry = catalogue[error.code];
  const own = inWindow[error.code] ?? {};
  const say = (text: string): string => clean(fill(text, error.data));
  return {
    code: error.code,
    title: say(own.title ?? entry.title),
    explanation: say(own.explanation ?? entry.explanation),
    next: say(own.next ?? entry.recovery),
    olderSnapshotsSafe: entry.olderSnapshotsSafe,
    action: own.action ?? null,
    canRetry: entry.retry !== 'never',
  };
}
