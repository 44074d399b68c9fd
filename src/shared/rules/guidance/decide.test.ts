import { describe, expect, it } from 'vitest';
import { decide, planCleanup } from './index.ts';
import { choose, daysAfter, facts, GB, hoursBefore, NOW } from './test-support/facts.ts';
import {
  type Certificate,
  type CleanupChoice,
  type CleanupFacts,
  cleanupChoiceSchema,
  cleanupFactsSchema,
  cleanupPlanSchema,
  verdictSchema,
} from './types.ts';

const WHO = { udid: '00008110-000000000000001E' };

function certificate(choice: CleanupChoice, known: CleanupFacts): Certificate {
  const verdict = decide(choice, known, WHO);
  expect(verdictSchema.parse(verdict)).toEqual(verdict);
  if (verdict.verdict !== 'issued') throw new Error(JSON.stringify(verdict));
  return verdict.certificate;
}

/** What stands in the way, as `check: status, reason, next`. */
function refusal(choice: CleanupChoice, known: CleanupFacts): string[] {
  const verdict = decide(choice, known, WHO);
  if (verdict.verdict !== 'refused') throw new Error(JSON.stringify(verdict));
  return verdict.reasons.map(({ id, status, reason, next }) => `${id}: ${status}, ${reason}, ${next}`);
}

const photos = choose('delete-unreviewed-photos');
const screenshots = choose('screenshots');

describe('a certificate', () => {
  it('is earned when every check passes, and says what it is', () => {
    const known = facts();
    expect(cleanupFactsSchema.parse(known)).toEqual(known);
    expect(cleanupChoiceSchema.parse(photos)).toEqual(photos);
    expect(certificate(photos, known)).toMatchObject({
      id: '0123456789ab',
      verdict: 'safe',
      udid: WHO.udid,
      buckets: ['photos'],
      level: 'high',
      issuedAt: NOW,
      coversUntil: known.version?.startedAt,
      validUntil: '2026-03-02T18:00:00.000Z',
      covers: [{ option: 'delete-unreviewed-photos', items: 4000 }],
      excludes: [{ what: 'added-later', isException: false }],
    });
  });

  it('holds 72 hours for a medium risk', () => {
    expect(certificate(screenshots, facts()).validUntil).toBe('2026-03-04T18:00:00.000Z');
  });

  it('names what limits it before anything else', () => {
    const known = facts({
      phone: { icloudPhotos: true, notUploaded: 3 },
      version: {
        addedSince: { items: 12, bytes: 40_000_000, at: NOW },
        items: { 'delete-unreviewed-photos': { present: 4000, onlyInICloud: 640, missing: 2 } },
      },
      secondCopy: 'none',
    });
    const { verdict, excludes } = certificate(photos, known);
    expect(verdict).toBe('safe-except');
    expect(excludes.map(({ what, count, isException }) => [what, count, isException])).toEqual([
      ['added-since', 12, true],
      ['originals-only-in-icloud', 640, true],
      ['originals-missing', 2, true],
      ['icloud-photos-sync', null, true],
      ['not-uploaded', 3, true],
      ['no-second-copy', null, true],
      ['added-later', null, false],
    ]);
  });

  it('is limited by what is not known of iCloud and of a second copy', () => {
    const known = facts({ phone: { icloudPhotos: null }, secondCopy: null });
    const { verdict, excludes, checks } = certificate(photos, known);
    expect(verdict).toBe('safe-except');
    expect(excludes.map(({ what }) => what)).toEqual(['icloud-photos-sync', 'no-second-copy', 'added-later']);
    expect(checks.filter(({ status }) => status === 'unknown').map(({ id }) => id)).toEqual([
      'icloud-photos',
      'second-copy',
    ]);
  });

  it('of message attachments says when deleting goes on in iCloud', () => {
    const choice = choose('message-attachments');
    const { excludes, buckets } = certificate(choice, facts({ phone: { messagesInICloud: true } }));
    expect(buckets).toEqual(['messages']);
    expect(excludes[0]).toMatchObject({ what: 'messages-in-icloud-sync', isException: true });
    expect(certificate(choice, facts()).verdict).toBe('safe');
  });

  it('of apps names those without data in the version', () => {
    const choice: CleanupChoice = { options: ['remove-apps'], apps: ['a.b', 'c.d'] };
    const some = facts({ version: { appsWithoutData: [{ id: 'c.d', name: 'Locker' }] } });
    expect(certificate(choice, some).excludes[0]).toMatchObject({ what: 'apps-without-data', names: ['Locker'] });
  });

  it('of several buckets covers each, and says of iCloud Drive that no version has it', () => {
    const choice = choose('icloud-drive-files', 'screenshots', 'safari-data');
    const { buckets, excludes, covers } = certificate(choice, facts());
    expect(buckets).toEqual(['photos']);
    expect(covers).toEqual([{ option: 'screenshots', items: 100 }]);
    expect(excludes[0]).toMatchObject({ what: 'icloud-drive-files', isException: true });
  });

  it('of a reset names what no backup holds, without being limited by it', () => {
    const { verdict, excludes } = certificate(choose('system-cleanup'), facts());
    expect(verdict).toBe('safe');
    expect(excludes[0]).toMatchObject({ what: 'not-in-any-backup', isException: false });
    expect(excludes[0]?.names).toContain('apple-pay');
  });

  it('of an older backup is limited to it: for a high risk after an hour, for a medium one when something came', () => {
    const old = { startedAt: hoursBefore(3), finishedAt: hoursBefore(2) };
    expect(certificate(photos, facts({ version: old })).excludes[0]).toMatchObject({ what: 'added-since' });
    expect(certificate(screenshots, facts({ version: old })).verdict).toBe('safe');
    const added = { ...old, addedSince: { items: 50, bytes: 500_000_000, at: NOW } };
    expect(certificate(screenshots, facts({ version: added })).excludes[0]).toMatchObject({ count: 50 });
  });

  it('gives a number of missing originals only where options do not overlap', () => {
    const lacks = { present: 10, onlyInICloud: 5, missing: 0 };
    const of = (...options: Parameters<typeof choose>) => {
      const items = Object.fromEntries(options.map((one) => [one, lacks]));
      const { excludes } = certificate(choose(...options), facts({ version: { items } }));
      return excludes.find(({ what }) => what === 'originals-only-in-icloud')?.count;
    };
    expect(of('screenshots')).toBe(5);
    expect(of('screenshots', 'bulk-duplicates')).toBeNull();
    expect(of('screenshots', 'delete-unreviewed-photos')).toBe(5);
    expect(of('screenshots', 'message-attachments')).toBe(10);
    expect(of('screenshots', 'system-cleanup')).toBe(5);
  });
});

describe('no certificate', () => {
  const cases: ReadonlyArray<readonly [string, CleanupFacts, string]> = [
    ['an unfinished version', facts({ version: { complete: false } }), 'version-complete: fail, incomplete, run'],
    [
      'a record that cannot be read',
      facts({ version: { complete: null } }),
      'version-complete: unknown, record-not-readable, verify',
    ],
    [
      'a version without a name',
      facts({ version: { manifestId: 'nope' } }),
      'version-complete: unknown, no-manifest, run',
    ],
    ['an open version', facts({ version: { encrypted: false } }), 'encrypted: fail, not-encrypted, run'],
    [
      'an open version of a phone that does not encrypt',
      facts({ version: { encrypted: false }, phone: { encrypted: false } }),
      'encrypted: fail, not-encrypted, turn-on-encryption',
    ],
    ['unknown encryption', facts({ version: { encrypted: null } }), 'encrypted: unknown, not-known, verify'],
    ['no check', facts({ version: { verified: null } }), 'verified: fail, not-verified, verify'],
    [
      'too weak a check',
      facts({ version: { verified: { level: 'quick', at: NOW } } }),
      'verified: fail, too-weak, verify',
    ],
    ['damage', facts({ version: { damaged: true } }), 'verified: fail, damaged, repair'],
    [
      'a disk that is away',
      facts({ version: { damaged: null }, place: { isOnline: false } }),
      'verified: unknown, damage-not-known, connect-disk',
    ],
    [
      'a password never tested',
      facts({ version: { passwordTestedAt: null } }),
      'password-tested: fail, never-tested, test-password',
    ],
    ['no pin', facts({ version: { pinned: false } }), 'pinned: fail, not-pinned, run'],
    ['an unknown pin', facts({ version: { pinned: null } }), 'pinned: unknown, not-known, verify'],
    ['a short pin', facts({ version: { pinnedUntil: daysAfter(2) } }), 'pinned: fail, too-short, run'],
    [
      'yesterday’s backup',
      facts({ version: { startedAt: hoursBefore(24), finishedAt: hoursBefore(23) } }),
      'newer-than-cleanup: fail, too-old, run',
    ],
    [
      '51 new photos',
      facts({ version: { addedSince: { items: 51, bytes: 1, at: NOW } } }),
      'newer-than-cleanup: fail, much-added, run',
    ],
    [
      'one huge new film',
      facts({ version: { addedSince: { items: 1, bytes: 500_000_001, at: NOW } } }),
      'newer-than-cleanup: fail, much-added, run',
    ],
    [
      'a phone that cannot be counted',
      facts({ version: { addedSince: null }, phone: { connection: 'none' } }),
      'newer-than-cleanup: unknown, not-counted, connect-phone',
    ],
    [
      'a count from before the backup',
      facts({ version: { addedSince: { items: 0, bytes: 0, at: hoursBefore(0.8) } } }),
      'newer-than-cleanup: unknown, counted-too-early, run',
    ],
    [
      'a clock that is wrong',
      facts({ version: { startedAt: hoursBefore(-2), finishedAt: hoursBefore(-3) } }),
      'newer-than-cleanup: unknown, clock, run',
    ],
    [
      'originals that nobody counted',
      facts({ version: { items: { 'delete-unreviewed-photos': null } } }),
      'originals-present: unknown, not-counted, run',
    ],
    [
      'originals that are all in iCloud',
      facts({ version: { items: { 'delete-unreviewed-photos': { present: 0, onlyInICloud: 9, missing: 0 } } } }),
      'originals-present: fail, none-present, show-items',
    ],
  ];
  it.each(cases)('for %s', (_, known, reason) => {
    expect(refusal(photos, known)).toEqual([reason]);
  });

  it('for a phone without any version: every required check says so', () => {
    const reasons = refusal(photos, facts({ version: null }));
    expect(reasons).toHaveLength(7);
    expect(reasons.every((one) => one.includes('fail, no-version, run'))).toBe(true);
  });

  it('for apps of which nobody looked whether they have data, or of which none has', () => {
    const choice: CleanupChoice = { options: ['remove-apps'], apps: ['a.b'] };
    expect(refusal(choice, facts({ version: { appsWithoutData: null } }))).toEqual([
      'originals-present: unknown, not-counted, run',
    ]);
    expect(refusal(choice, facts({ version: { appsWithoutData: [{ id: 'a.b', name: null }] } }))).toEqual([
      'originals-present: fail, none-present, show-apps',
    ]);
  });

  it('for files of iCloud Drive alone, however good the version: a copy is what helps', () => {
    const reason = 'not-in-backups: fail, only-a-copy-helps, copy-icloud-drive';
    expect(refusal(choose('icloud-drive-files'), facts())).toEqual([reason]);
    expect(refusal(choose('icloud-drive-files', 'streamed-media'), facts())).toEqual([reason]);
    expect(planCleanup(choose('icloud-drive-files'), facts()).missing).toEqual([]);
  });

  it('for one bucket that is not in the version, however good the other one is', () => {
    const items = {
      'large-videos': { present: 0, onlyInICloud: 10, missing: 0 },
      'message-attachments': { present: 500, onlyInICloud: 0, missing: 0 },
    };
    const choice = choose('large-videos', 'message-attachments');
    expect(refusal(choice, facts({ version: { items } }))).toHaveLength(1);
  });

  it('by a quick check while the phone may be nearly full', () => {
    const quick = { verified: { level: 'quick', at: NOW } } as const;
    expect(certificate(screenshots, facts({ version: quick })).level).toBe('medium');
    expect(refusal(screenshots, facts({ version: quick, phone: { freeBytes: null } }))).toEqual([
      'verified: unknown, room-not-known, verify',
    ]);
    expect(certificate(screenshots, facts({ phone: { freeBytes: null } })).level).toBe('medium');
  });
});

describe('the plan', () => {
  it('has what must be done first on top, and says what the one button does', () => {
    const plan = planCleanup(photos, facts({ version: null, phone: { encrypted: false, connection: 'none' } }));
    expect(cleanupPlanSchema.parse(plan)).toEqual(plan);
    expect(plan.missing).toEqual(['turn-on-encryption', 'backup', 'verify', 'test-password', 'pin']);
    const statuses = plan.checks.map(({ status }) => status);
    expect(statuses).toEqual(
      statuses.toSorted((a, b) => 'fail unknown warn pass'.indexOf(a) - 'fail unknown warn pass'.indexOf(b)),
    );
    expect(plan.checks.find(({ id }) => id === 'connected')).toMatchObject({ role: 'run', status: 'fail' });
  });

  it('does just what is missing', () => {
    const missing = (version: Parameters<typeof facts>[0] extends infer F ? NonNullable<F> : never) =>
      planCleanup(photos, facts(version)).missing;
    expect(missing({})).toEqual([]);
    expect(missing({ version: { verified: null } })).toEqual(['verify']);
    expect(missing({ version: { passwordTestedAt: null, pinned: false } })).toEqual(['test-password', 'pin']);
    expect(missing({ version: { damaged: true } })).toEqual(['backup', 'verify', 'test-password', 'pin']);
    expect(missing({ version: { addedSince: { items: 90, bytes: 0, at: NOW } } })).toContain('backup');
  });

  it('speaks of the disk and the cable only when they are needed', () => {
    const ids = (known: CleanupFacts) => planCleanup(photos, known).checks.filter(({ role }) => role === 'run');
    expect(ids(facts({ place: null }))).toEqual([]);
    expect(ids(facts({ place: { isOnline: false }, version: { verified: null } }))).toMatchObject([
      { id: 'room', status: 'fail', reason: 'disk-away', next: 'connect-disk' },
    ]);
  });

  it.each([
    ['no disk chosen', facts({ version: null, place: null }), 'room', 'fail', 'no-disk'],
    ['too little room', facts({ version: null, place: { freeBytes: 39 * GB } }), 'room', 'fail', 'not-enough'],
    ['room for one', facts({ version: null, place: { freeBytes: 41 * GB } }), 'room', 'warn', 'little'],
    ['room for two', facts({ version: null, place: { freeBytes: 80 * GB } }), 'room', 'pass', 'enough'],
    ['room unknown', facts({ version: null, place: { freeBytes: null } }), 'room', 'unknown', 'not-measured'],
    ['charging', facts({ version: null }), 'connected', 'pass', 'charging'],
    [
      'a weak battery',
      facts({ version: null, phone: { isCharging: false, batteryPercent: 19 } }),
      'connected',
      'fail',
      'battery-low',
    ],
    [
      'by cable',
      facts({ version: null, phone: { isCharging: false, batteryPercent: 20 } }),
      'connected',
      'pass',
      'cable',
    ],
    [
      'by air with half a battery',
      facts({ version: null, phone: { connection: 'wifi', isCharging: false, batteryPercent: 49 } }),
      'connected',
      'warn',
      'battery-half',
    ],
    [
      'by air with enough',
      facts({ version: null, phone: { connection: 'wifi', isCharging: false, batteryPercent: 50 } }),
      'connected',
      'pass',
      'wifi',
    ],
    ['unknown', facts({ version: null, phone: { connection: null } }), 'connected', 'unknown', 'not-known'],
  ] as const)('before a run: %s', (_, known, id, status, reason) => {
    expect(planCleanup(photos, known).checks).toContainEqual(expect.objectContaining({ id, status, reason }));
  });
});
