import type { Check } from '../../../../shared/rules/guidance/index.ts';
import type { CheckMark } from './ChecksTable.tsx';

/** How a plan's checks are shown before the run: what it makes anyway is nothing that failed. */

export interface ShownCheck {
  readonly check: Check;
  readonly mark: CheckMark;
}

const BY_STATUS = { pass: 'pass', warn: 'warn', fail: 'bad', unknown: 'unknown' } as const;
const ORDER: readonly CheckMark[] = ['bad', 'unknown', 'warn', 'todo', 'run', 'pass'];

export function shownChecks(checks: readonly Check[], missing: readonly string[]): readonly ShownCheck[] {
  return checks
    .map((check) => ({ check, mark: markOf(check, missing) }))
    .sort((a, b) => ORDER.indexOf(a.mark) - ORDER.indexOf(b.mark));
}

function markOf({ id, status, reason }: Check, missing: readonly string[]): CheckMark {
  // The run pins in any case.
  if (id === 'pinned' && status === 'fail' && missing.includes('pin')) return 'pass';
  // Of a backup that is not there yet one failure is told, not six.
  if (reason === 'no-version' && id !== 'newer-than-cleanup' && id !== 'encrypted') return 'todo';
  return BY_STATUS[status];
}
