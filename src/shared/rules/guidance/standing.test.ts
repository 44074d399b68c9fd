import { describe, expect, it } from 'vitest';
import { addedIsBeyond, decide, standingOf, THRESHOLD } from './index.ts';
import { choose, facts, NOW } from './test-support/facts.ts';
import { type StandingFacts, standingFactsSchema, standingSchema } from './types.ts';

const verdict = decide(choose('screenshots'), facts(), { udid: 'A' });
if (verdict.verdict !== 'issued') throw new Error('no certificate to begin with');
const { certificate } = verdict;

const good: StandingFacts = {
  now: NOW,
  isOnline: true,
  exists: true,
  damaged: false,
  lastCheckOk: true,
  pinned: true,
  addedSince: { items: 0, bytes: 0 },
};

const standing = (change: Partial<StandingFacts>): string => {
  const now = { ...good, ...change };
  expect(standingFactsSchema.parse(now)).toEqual(now);
  const { state, reason } = standingSchema.parse(standingOf(certificate, now));
  return `${state}, ${reason}`;
};

describe('a certificate holds', () => {
  it.each([
    ['as it was', {}, 'valid, null'],
    ['to its last moment', { now: '2026-03-04T17:59:59.999Z' }, 'valid, null'],
    ['not after its time', { now: '2026-03-04T18:00:00.000Z' }, 'lapsed, time'],
    ['with 50 new photos', { addedSince: { items: 50, bytes: 500_000_000 } }, 'valid, null'],
    ['not with 51', { addedSince: { items: 51, bytes: 0 } }, 'lapsed, added'],
    ['not with more than 500 MB', { addedSince: { items: 1, bytes: 500_000_001 } }, 'lapsed, added'],
    ['not on a damaged version', { damaged: true }, 'lapsed, damaged'],
    ['not after a check that failed', { lastCheckOk: false }, 'lapsed, check-failed'],
    ['not without its pin', { pinned: false }, 'lapsed, unpinned'],
    ['not without its version', { exists: false }, 'lapsed, gone'],
    ['perhaps, while the disk is away', { isOnline: false, damaged: null, exists: null }, 'uncertain, disk-away'],
    ['not with a disk that is away and known to be damaged', { isOnline: false, damaged: true }, 'lapsed, damaged'],
    ['perhaps, if damage is not known', { damaged: null }, 'uncertain, not-counted'],
    ['perhaps, if the last check is not known', { lastCheckOk: null }, 'uncertain, not-counted'],
    ['perhaps, if the pin is not known', { pinned: null }, 'uncertain, not-counted'],
    ['perhaps, if it is not known whether its version is there', { exists: null }, 'uncertain, not-counted'],
    ['as far as is known, while the phone is away', { addedSince: null }, 'valid, not-counted'],
  ] as const)('%s', (_, change, expected) => {
    expect(standing(change)).toBe(expected);
  });

  it('until a threshold that is not beyond itself', () => {
    expect(addedIsBeyond(THRESHOLD)).toBe(false);
    expect(addedIsBeyond({ ...THRESHOLD, items: THRESHOLD.items + 1 })).toBe(true);
    expect(addedIsBeyond({ ...THRESHOLD, bytes: Number.NaN })).toBe(true);
  });
});
