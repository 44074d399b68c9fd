import { isNearlyFull, LONGEST_VALID_HOURS } from '../level.ts';
import { HOUR_MS } from '../threshold.ts';
import type { CleanupFacts, VersionFacts } from '../types.ts';
import { type Answer, type Finding, finding, lookAgain, NO_VERSION, type Situation } from './finding.ts';

/** What the version itself must be. Every one of these is required: if it fails or is unknown, there is no certificate. */

type Level = NonNullable<VersionFacts['verified']>['level'];
const STRENGTH: Readonly<Record<Level, number>> = { structure: 0, quick: 1, full: 2, open: 3, rehearsed: 4 };
const MANIFEST_ID = /^[0-9a-f]{12}$/;

export function versionFindings(situation: Situation): Finding[] {
  const { version } = situation.facts;
  const of = (answer: (version: VersionFacts) => Answer): Answer => (version === null ? NO_VERSION : answer(version));
  return [
    finding(
      'version-complete',
      'required',
      of((one) => complete(one, situation.facts)),
    ),
    finding('encrypted', 'required', encrypted(situation.facts)),
    finding(
      'verified',
      'required',
      of((one) => verified(one, situation)),
    ),
    finding('password-tested', 'required', of(passwordTested)),
    finding(
      'pinned',
      'required',
      of((one) => pinned(one, situation.facts)),
    ),
  ];
}

function complete({ complete, snapshot, manifestId, finishedAt }: VersionFacts, facts: CleanupFacts): Answer {
  const evidence = { snapshot, finishedAt };
  if (complete === false) return { status: 'fail', reason: 'incomplete', evidence, next: 'run' };
  if (complete === null) return { status: 'unknown', reason: 'record-not-readable', evidence, next: lookAgain(facts) };
  // Without it a certificate could not say which version it means.
  if (!MANIFEST_ID.test(manifestId)) return { status: 'unknown', reason: 'no-manifest', evidence, next: 'run' };
  return { status: 'pass', reason: 'complete', evidence };
}

function encrypted(facts: CleanupFacts): Answer {
  const { phone, version } = facts;
  const evidence = { version: version?.encrypted ?? null, phone: phone.encrypted };
  const next = phone.encrypted === false ? 'turn-on-encryption' : 'run';
  if (version === null) return { ...NO_VERSION, evidence, next };
  if (version.encrypted === null) return { status: 'unknown', reason: 'not-known', evidence, next: lookAgain(facts) };
  if (!version.encrypted) return { status: 'fail', reason: 'not-encrypted', evidence, next };
  return { status: 'pass', reason: 'encrypted', evidence };
}

function verified(version: VersionFacts, { facts, level, options }: Situation): Answer {
  const { damaged, verified: proof } = version;
  const evidence = { level: proof?.level ?? null, at: proof?.at ?? null, damaged };
  if (damaged === true) return { status: 'fail', reason: 'damaged', evidence, next: 'repair' };
  if (proof === null) return { status: 'fail', reason: 'not-verified', evidence, next: 'verify' };
  const needed = level === 'high' ? 'full' : 'quick';
  if (STRENGTH[proof.level] < STRENGTH[needed]) {
    return { status: 'fail', reason: 'too-weak', evidence: { ...evidence, needed }, next: 'verify' };
  }
  if (damaged === null) return { status: 'unknown', reason: 'damage-not-known', evidence, next: lookAgain(facts) };
  // A phone that is nearly full asks for more. As long as it is not known, less is not enough.
  const mayBeFull = isNearlyFull(facts.phone) === null && options.some(({ isDeletion }) => isDeletion);
  if (mayBeFull && STRENGTH[proof.level] < STRENGTH.full) {
    const next = isAway(facts) ? 'connect-phone' : 'verify';
    return { status: 'unknown', reason: 'room-not-known', evidence, next };
  }
  return { status: 'pass', reason: 'verified', evidence };
}

const isAway = ({ phone }: CleanupFacts): boolean => phone.connection === null || phone.connection === 'none';

function passwordTested({ passwordTestedAt, verified: proof }: VersionFacts): Answer {
  // To look into a version takes its password.
  const isOpened = proof !== null && STRENGTH[proof.level] >= STRENGTH.open;
  const at = passwordTestedAt ?? (isOpened ? proof.at : null);
  if (at === null) return { status: 'fail', reason: 'never-tested', next: 'test-password' };
  return { status: 'pass', reason: 'tested', evidence: { at } };
}

function pinned({ pinned, pinnedUntil, startedAt }: VersionFacts, facts: CleanupFacts): Answer {
  const evidence = { until: pinnedUntil };
  if (pinned === null) return { status: 'unknown', reason: 'not-known', evidence, next: lookAgain(facts) };
  if (!pinned) return { status: 'fail', reason: 'not-pinned', next: 'run' };
  if (pinnedUntil === null) return { status: 'pass', reason: 'for-ever', evidence };
  const isLong = Date.parse(pinnedUntil) >= Date.parse(startedAt) + LONGEST_VALID_HOURS * HOUR_MS;
  return isLong
    ? { status: 'pass', reason: 'until', evidence }
    : { status: 'fail', reason: 'too-short', evidence, next: 'run' };
}
