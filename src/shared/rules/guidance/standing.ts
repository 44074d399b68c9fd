import { addedIsBeyond } from './threshold.ts';
import type { Certificate, Standing, StandingFacts } from './types.ts';

/**
 * Does a certificate still hold? Its time, and what is known now of what it stands on.
 *
 * What is known to be wrong lapses it even while its disk is away. What cannot be told makes it uncertain, which is not
 * shown as safe. One thing is allowed to be unknown: how much was added since, because a phone in somebody's pocket cannot be
 * counted. It then holds as far as is known, says `not-counted`, and never covered what was added anyway.
 *
 * A lapse is for good: whoever keeps certificates keeps it, since a fact that is forgotten later would look like hope.
 */
export function standingOf(certificate: Certificate, facts: StandingFacts): Standing {
  // Written so that a time that cannot be read has passed.
  if (!(Date.parse(facts.now) < Date.parse(certificate.validUntil))) return { state: 'lapsed', reason: 'time' };
  if (facts.exists === false) return { state: 'lapsed', reason: 'gone' };
  if (facts.damaged === true) return { state: 'lapsed', reason: 'damaged' };
  if (facts.lastCheckOk === false) return { state: 'lapsed', reason: 'check-failed' };
  if (facts.pinned === false) return { state: 'lapsed', reason: 'unpinned' };
  if (facts.addedSince !== null && addedIsBeyond(facts.addedSince)) return { state: 'lapsed', reason: 'added' };
  if (!facts.isOnline) return { state: 'uncertain', reason: 'disk-away' };
  const { exists, damaged, lastCheckOk, pinned } = facts;
  if ([exists, damaged, lastCheckOk, pinned].includes(null)) return { state: 'uncertain', reason: 'not-counted' };
  return { state: 'valid', reason: facts.addedSince === null ? 'not-counted' : null };
}
