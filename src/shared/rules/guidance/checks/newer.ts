import { protectionFor } from '../level.ts';
import { addedIsBeyond, HOUR_MS } from '../threshold.ts';
import type { VersionFacts } from '../types.ts';
import { type Answer, exception, type Finding, finding, NO_VERSION, type Situation } from './finding.ts';

/** Is the version newer than what is about to go? */

/** A backup that ended within this counts as made now. */
const NOW_MS = HOUR_MS;
/** Counting is for this moment: what was counted longer ago, or before the backup, says nothing. */
const COUNT_HOLDS_MS = HOUR_MS;
/** Clocks of two computers may differ by so much. */
const CLOCK_MS = 5 * 60_000;

export function newerFinding(situation: Situation): Finding {
  const { version } = situation.facts;
  const answer = version === null ? NO_VERSION : newer(version, situation);
  return finding('newer-than-cleanup', 'required', answer);
}

function newer(version: VersionFacts, { facts, level }: Situation): Answer {
  const { startedAt, finishedAt, addedSince } = version;
  const [now, started, finished] = [facts.now, startedAt, finishedAt].map(Date.parse) as [number, number, number];
  const evidence = {
    startedAt,
    finishedAt,
    addedItems: addedSince?.items ?? null,
    addedBytes: addedSince?.bytes ?? null,
    countedAt: addedSince?.at ?? null,
  };
  if (started > finished || finished > now + CLOCK_MS) {
    return { status: 'unknown', reason: 'clock', evidence, next: 'run' };
  }
  // From its start: what came while it ran may be in it or not, and the certificate counts from there too.
  if (!(now - started < protectionFor(level).maxAgeHours * HOUR_MS)) {
    return { status: 'fail', reason: 'too-old', evidence, next: 'run' };
  }
  const { connection } = facts.phone;
  const count = connection === 'usb' || connection === 'wifi' ? 'run' : 'connect-phone';
  if (addedSince === null) return { status: 'unknown', reason: 'not-counted', evidence, next: count };
  if (addedIsBeyond(addedSince)) return { status: 'fail', reason: 'much-added', evidence, next: 'run' };
  const counted = Date.parse(addedSince.at);
  if (!(counted >= started && counted > now - COUNT_HOLDS_MS)) {
    return { status: 'unknown', reason: 'counted-too-early', evidence, next: count };
  }
  if (addedSince.items > 0 || addedSince.bytes > 0) {
    const status = level === 'high' ? 'warn' : 'pass';
    return { status, reason: 'added-since', evidence, excludes: [exception('added-since', addedSince.items)] };
  }
  if (level !== 'high') return { status: 'pass', reason: 'recent', evidence };
  if (now - finished < NOW_MS) return { status: 'pass', reason: 'made-now', evidence };
  // No photo came, but messages and the like may have, and nobody counted them.
  return { status: 'warn', reason: 'hours-old', evidence, excludes: [exception('added-since')] };
}
