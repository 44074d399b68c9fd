import { advisoryFindings } from './checks/advisory.ts';
import { type Finding, finding, type Situation } from './checks/finding.ts';
import { newerFinding } from './checks/newer.ts';
import { originalsFinding } from './checks/originals.ts';
import { runFindings } from './checks/run.ts';
import { versionFindings } from './checks/version.ts';
import { levelOf, protectionFor } from './level.ts';
import { chosenOptions, isCoverable } from './options.ts';
import {
  type Check,
  type CheckStatus,
  type CleanupChoice,
  type CleanupFacts,
  type CleanupPlan,
  checkIdSchema,
} from './types.ts';

/** What a cleanup needs, and what of it there is (ux.md § 13.2). */

/** The checks that a certificate rests on, with what each of them leaves uncovered. */
export function findingsFor(choice: CleanupChoice, facts: CleanupFacts): Finding[] {
  const { level } = levelOf(choice, facts.phone);
  if (level === 'low') return [];
  const situation: Situation = { choice, options: chosenOptions(choice), level, facts };
  if (!situation.options.some(isCoverable)) return [onlyCopyHelps()];
  return [
    ...versionFindings(situation),
    newerFinding(situation),
    originalsFinding(situation),
    ...advisoryFindings(situation),
  ];
}

/** Files of iCloud Drive are in no backup of a phone: no version, however good, brings one of them back. */
function onlyCopyHelps(): Finding {
  return finding('not-in-backups', 'required', {
    status: 'fail',
    reason: 'only-a-copy-helps',
    next: 'copy-icloud-drive',
  });
}

export function planCleanup(choice: CleanupChoice, facts: CleanupFacts): CleanupPlan {
  const { level, reasons } = levelOf(choice, facts.phone);
  const found = findingsFor(choice, facts);
  const missing = missingOf(found, facts);
  const checks = inOrder([...found, ...runFindings(facts, missing)].map(({ check }) => check));
  return { level, reasons: [...reasons], protection: protectionFor(level), checks, missing };
}

const ORDER: readonly CheckStatus[] = ['fail', 'unknown', 'warn', 'pass'];
const IDS: readonly string[] = checkIdSchema.options;

export function inOrder(checks: readonly Check[]): Check[] {
  return checks.toSorted(
    (a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || IDS.indexOf(a.id) - IDS.indexOf(b.id),
  );
}

/** A required check that does not pass, not even with a warning. */
export const isInTheWay = ({ role, status }: Check): boolean =>
  role === 'required' && (status === 'fail' || status === 'unknown');

/** A new backup takes away what only a new one can, and needs the rest anew. Originals that are elsewhere it does not bring. */
function missingOf(found: readonly Finding[], { phone }: CleanupFacts): CleanupPlan['missing'] {
  const open = found.map(({ check }) => check).filter(isInTheWay);
  const has = (id: Check['id']): boolean => open.some((check) => check.id === id);
  const isDamaged = open.some(({ id, reason }) => id === 'verified' && reason === 'damaged');
  if (isDamaged || has('version-complete') || has('encrypted') || has('newer-than-cleanup')) {
    const before = phone.encrypted === false ? (['turn-on-encryption'] as const) : [];
    return [...before, 'backup', 'verify', 'test-password', 'pin'];
  }
  const steps: CleanupPlan['missing'] = [];
  if (has('verified')) steps.push('verify');
  if (has('password-tested')) steps.push('test-password');
  if (has('pinned')) steps.push('pin');
  return steps;
}
