import { levelOf, protectionFor } from './level.ts';
import { chosenOptions, isCoverable } from './options.ts';
import { findingsFor, inOrder, isInTheWay } from './plan.ts';
import { HOUR_MS } from './threshold.ts';
import {
  bucketIdSchema,
  type CleanupChoice,
  type CleanupFacts,
  type Exclusion,
  type Verdict,
  type VersionFacts,
} from './types.ts';

/** Whether it is safe to clean (ux.md § 13.3). */

/** What came after the backup began is covered by no certificate. */
const ADDED_LATER: Exclusion = { what: 'added-later', count: null, names: [], isException: false };

/**
 * A certificate, or why there is none. It is earned by what was looked at and is known: a required check that fails or is
 * unknown refuses it, everything else that is not a pass is named in it first.
 */
export function decide(choice: CleanupChoice, facts: CleanupFacts, who: { readonly udid: string }): Verdict {
  const { level } = levelOf(choice, facts.phone);
  if (level === 'low') return { verdict: 'not-needed' };
  const found = findingsFor(choice, facts);
  const checks = inOrder(found.map(({ check }) => check));
  const reasons = checks.filter(isInTheWay);
  const { version } = facts;
  // Without a version `version-complete` is in the way already.
  if (reasons.length > 0 || version === null) return { verdict: 'refused', reasons };
  const covered = chosenOptions(choice).filter(isCoverable);
  const excludes = [...found.flatMap((one) => one.excludes), ADDED_LATER];
  const exceptions = excludes.filter(({ isException }) => isException);
  return {
    verdict: 'issued',
    certificate: {
      id: version.manifestId,
      verdict: exceptions.length > 0 ? 'safe-except' : 'safe',
      udid: who.udid,
      buckets: bucketIdSchema.options.filter((id) => covered.some(({ bucket }) => bucket === id)),
      choice: { options: [...choice.options], apps: [...choice.apps] },
      level,
      vault: version.vault,
      snapshot: version.snapshot,
      issuedAt: facts.now,
      coversUntil: version.startedAt,
      validUntil: validUntil(version, protectionFor(level).validHours),
      pinnedUntil: version.pinnedUntil,
      excludes: [...exceptions, ...excludes.filter(({ isException }) => !isException)],
      covers: covered.map(({ id }) => ({ option: id, items: version.items[id]?.present ?? null })),
      checks,
    },
  };
}

function validUntil({ startedAt, pinnedUntil }: VersionFacts, hours: number): string {
  const end = Date.parse(startedAt) + hours * HOUR_MS;
  return new Date(pinnedUntil === null ? end : Math.min(end, Date.parse(pinnedUntil))).toISOString();
}
