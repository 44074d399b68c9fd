import { describe, expect, it } from 'vitest';
import { fenceOf, type HealthFacts, type HealthVersion, healthOf, isProven, protectedUntil } from './index.ts';

const NOW = new Date('2026-11-23T18:00:00Z');
const ago = (days: number, ms = 0): string => new Date(NOW.getTime() - days * 86_400_000 - ms).toISOString();

function version(finishedAt: string, more: Partial<HealthVersion> = {}): HealthVersion {
  return { finishedAt, encrypted: true, verified: { ok: true, level: 'quick' }, isDamaged: false, ...more };
}

const WELL: HealthFacts = {
  versions: [version(ago(1))],
  running: null,
  lastFailure: null,
  isConnected: true,
  connections: ['usb'],
  pairing: 'paired',
  lastSeenAt: ago(0),
  encrypted: true,
  disk: { name: 'Studio SSD', isOnline: true, room: 12 },
  limitDays: 3,
};
const health = (facts: Partial<HealthFacts>) => healthOf({ ...WELL, ...facts }, NOW);
const old = [version(ago(10))];

describe('the rules, from the top', () => {
  it.each<[string, Partial<HealthFacts>, string, object]>([
    ['it runs', { running: { percent: 58, wantsPasscode: false } }, 'backing-up', { percent: 58 }],
    ['it runs, unknown how far', { running: { percent: null, wantsPasscode: false } }, 'backing-up', { percent: null }],
    ['the phone asks', { running: { percent: 0, wantsPasscode: true } }, 'passcode-wanted', {}],
    ['nothing yet', { versions: [] }, 'no-backup', {}],
    ['nothing yet, and a failure', { versions: [], lastFailure: { at: ago(0), code: 'x' } }, 'no-backup', {}],
    [
      'the newest is damaged',
      { versions: [version(ago(5)), version(ago(1), { isDamaged: true })] },
      'newest-damaged',
      {},
    ],
    [
      'a check was bad',
      { versions: [version(ago(1), { verified: { ok: false, level: 'full' } })] },
      'newest-damaged',
      {},
    ],
    [
      'the last attempt failed',
      { lastFailure: { at: ago(0, 1), code: 'backup/connection-lost' } },
      'last-attempt-failed',
      { code: 'backup/connection-lost' },
    ],
    ['an attempt failed before the newest', { lastFailure: { at: ago(2), code: 'x' } }, 'well', {}],
    [
      'too old, on the air, a stranger',
      { versions: old, pairing: 'not-paired', connections: ['wifi'] },
      'pairing-expired',
      { seen: ago(0) },
    ],
    ['too old, by cable, a stranger', { versions: old, pairing: 'not-paired' }, 'trust-withdrawn', { seen: ago(0) }],
    [
      'too old, not here',
      { versions: old, isConnected: false, connections: [], pairing: 'unknown', lastSeenAt: ago(9) },
      'not-seen',
      { seen: ago(9) },
    ],
    ['too old, and here', { versions: old }, 'not-seen', { seen: ago(0) }],
    ['too old and not encrypted', { versions: old, encrypted: false }, 'not-seen', {}],
    [
      'a version without encryption',
      { versions: [version(ago(1), { encrypted: false })] },
      'unencrypted',
      { newest: 'open' },
    ],
    ['encryption was turned off', { encrypted: false }, 'unencrypted', { newest: 'encrypted' }],
    ['not known whether it encrypts', { encrypted: null }, 'well', {}],
    ['never checked', { versions: [version(ago(1), { verified: null })] }, 'not-verified', {}],
    [
      'only its structure',
      { versions: [version(ago(1), { verified: { ok: true, level: 'structure' } })] },
      'not-verified',
      {},
    ],
    [
      'waiting for its disk',
      { versions: [version(ago(1), { verified: null })], disk: { name: 'Studio SSD', isOnline: false, room: null } },
      'not-verified',
      { disk: 'Studio SSD' },
    ],
    [
      'an old one verified, a new one not yet',
      { versions: [...old, version(ago(1), { verified: null })] },
      'not-verified',
      {},
    ],
    ['little room', { disk: { name: 'SSD', isOnline: true, room: 1.9 } }, 'nearly-full', { disk: 'SSD', room: 1 }],
    ['no room at all', { disk: { name: 'SSD', isOnline: true, room: -1 } }, 'nearly-full', { disk: 'SSD', room: 0 }],
    ['room for two', { disk: { name: 'SSD', isOnline: true, room: 2 } }, 'well', {}],
    ['room not known', { disk: { name: 'SSD', isOnline: true, room: null } }, 'well', {}],
    ['no disk', { disk: null }, 'well', {}],
    ['all is well', {}, 'well', {}],
  ])('%s', (_name, facts, rule, expected) => {
    const found = health(facts);
    expect(found.rule).toBe(rule);
    expect(found.facts).toMatchObject(expected);
  });

  it('is not too old at the limit itself, and is a moment later', () => {
    expect(health({ versions: [version(ago(3))] }).rule).toBe('well');
    expect(health({ versions: [version(ago(3, 1))] }).rule).toBe('not-seen');
    expect(health({ versions: [version(ago(3, 1))], limitDays: 4 }).rule).toBe('well');
  });

  it('does not call a version old that another clock dated ahead', () => {
    expect(health({ versions: [version(ago(-400))] }).rule).toBe('well');
  });

  it('takes the newest by its time, whatever the order', () => {
    const versions = [version(ago(1)), version(ago(20), { isDamaged: true })];
    expect(health({ versions }).rule).toBe('well');
    expect(health({ versions: versions.toReversed() }).rule).toBe('well');
  });
});

describe('what could be brought back', () => {
  it('is the newest that was read back and is not damaged', () => {
    const versions = [
      version(ago(4)),
      version(ago(3), { isDamaged: true }),
      version(ago(2), { verified: null }),
      version(ago(1), { verified: { ok: true, level: 'structure' } }),
    ];
    expect(protectedUntil(versions)).toBe(ago(4));
    expect(protectedUntil([])).toBeNull();
    expect(health({ versions }).protectedUntil).toBe(ago(4));
  });

  it('is never a version whose check was bad', () => {
    expect(isProven(version(ago(1), { verified: { ok: false, level: 'open' } }))).toBe(false);
  });
});

describe('the fence', () => {
  it('has thirty days, today last', () => {
    const fence = fenceOf([version(ago(0)), version(ago(29), { verified: null }), version(ago(30))], NOW, 'UTC');
    expect(fence).toHaveLength(30);
    expect(fence.at(-1)).toBe('verified');
    expect(fence[0]).toBe('finished');
    expect(fence.filter((day) => day !== 'none')).toHaveLength(2);
  });

  it('counts days as the owner’s calendar does', () => {
    const late = version('2026-11-22T23:30:00Z');
    expect(fenceOf([late], NOW, 'UTC').at(-2)).toBe('verified');
    expect(fenceOf([late], NOW, 'Europe/Berlin').at(-1)).toBe('verified');
  });

  it.each([
    ['Europe/Berlin', '2026-10-25T22:30:00Z'],
    ['Europe/Berlin', '2026-03-29T21:30:00Z'],
    ['America/New_York', '2026-11-02T04:30:00Z'],
    ['Pacific/Apia', '2011-12-31T09:00:00Z'],
  ])('has one post for every day around a change of clocks in %s', (zone, text) => {
    const now = new Date(text);
    const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
    const days = new Map<string, HealthVersion>();
    for (let hours = 0; hours < 24 * 29; hours += 1) {
      const at = new Date(now.getTime() - hours * 3_600_000);
      days.set(format.format(at), version(at.toISOString()));
    }
    const fence = fenceOf([...days.values()], now, zone);
    expect(fence.filter((day) => day === 'verified')).toHaveLength(days.size);
  });

  it('shows a day as verified when one of its versions is', () => {
    const versions = [version(ago(1)), version(ago(1, 1), { verified: null })];
    expect(fenceOf(versions, NOW, 'UTC').at(-2)).toBe('verified');
    expect(fenceOf(versions.toReversed(), NOW, 'UTC').at(-2)).toBe('verified');
  });

  it('leaves out what lies ahead or has no date', () => {
    expect(fenceOf([version(ago(-2)), version('never')], NOW, 'UTC').every((day) => day === 'none')).toBe(true);
  });
});
