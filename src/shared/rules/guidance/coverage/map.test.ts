import { describe, expect, it } from 'vitest';
import { type CoverageFacts, coverageMap, coverageMapSchema, type DataGroup } from '../index.ts';

const NOW = '2026-03-01T18:40:00.000Z';
const MADE = '2026-03-01T18:10:00.000Z';
const READ = '2026-03-01T18:20:00.000Z';

const kind = (name: string, status = 'present', count: number | null = 10) => ({
  kind: name,
  status,
  count,
  bytes: 1000,
});
const KINDS = [
  kind('photos'),
  kind('videos'),
  kind('messages'),
  kind('notes'),
  kind('contacts'),
  kind('calendar'),
  kind('reminders', 'absent', null),
  kind('health'),
  kind('home', 'present', null),
  kind('voicemail', 'present', 3),
  kind('safari-bookmarks'),
  kind('safari-history'),
  kind('apps'),
];

type Version = NonNullable<CoverageFacts['version']>;
const version: Version = {
  snapshot: 's',
  startedAt: '2026-03-01T18:00:00.000Z',
  finishedAt: MADE,
  verified: { level: 'full', at: READ },
  damaged: false,
  isOnline: true,
  coverage: { kinds: KINDS, originals: { here: 20, onlyInICloud: 0, unknown: 0 } },
};
const phone: CoverageFacts['phone'] = {
  seenAt: NOW,
  icloudPhotos: false,
  messagesInICloud: false,
  icloudBackup: false,
  lastICloudBackupAt: null,
  counted: {},
};
const facts: CoverageFacts = {
  now: NOW,
  version,
  secondCopy: 'none',
  phone,
  onlyOnPhone: null,
  apps: [],
  declared: [],
};

const row = (id: DataGroup | `app:${string}`, change: Partial<CoverageFacts> = {}) => {
  const found = coverageMapSchema.parse(coverageMap({ ...facts, ...change })).rows.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no row ${id}`);
  return found;
};
const counted = (...kinds: ReturnType<typeof kind>[]): Partial<CoverageFacts> => ({
  version: {
    ...version,
    coverage: {
      kinds: KINDS.map((one) => kinds.find((other) => other.kind === one.kind) ?? one),
      originals: version.coverage?.originals ?? null,
    },
  },
});
const of = (change: Partial<Version>): Partial<CoverageFacts> => ({ version: { ...version, ...change } });

describe('the coverage map', () => {
  it('has the seven groups, and proves what a verified version holds, with the day of the proof', () => {
    const { rows } = coverageMap(facts);
    expect(rows).toHaveLength(7);
    for (const { cells, ifLost } of rows) {
      expect(cells.vault).toMatchObject({ state: 'proven', basis: 'verified', at: READ });
      expect(cells.phone).toMatchObject({ state: 'proven', at: MADE });
      expect(ifLost).toBe('comes-back');
    }
    expect(row('photos').cells.vault.count).toBe(20);
    expect(row('photos').bytes).toBe(2000);
  });

  it.each([
    ['that nobody read back', of({ verified: null }), 'unknown, not-verified'],
    [
      'of which only the structure was read',
      of({ verified: { level: 'structure', at: READ } }),
      'unknown, not-verified',
    ],
    ['that is damaged', of({ damaged: true }), 'partial, damaged'],
    ['of which damage is not known', of({ damaged: null }), 'unknown, damage-not-known'],
    ['on a disk in a drawer', of({ damaged: null, isOnline: false }), 'proven, verified-disk-away'],
    ['that could not be looked into', of({ coverage: null }), 'unknown, not-counted'],
    ['that is not there', { version: null }, 'no, no-version'],
  ] as const)('of a version %s', (_, change, expected) => {
    const { state, basis } = row('messages', change).cells.vault;
    expect(`${state}, ${basis}`).toBe(expected);
  });

  it('says without encryption that Health and Home are not there (R32), nor the history of Safari (R34)', () => {
    const open = counted(
      kind('health', 'only-if-encrypted', null),
      kind('home', 'only-if-encrypted', null),
      kind('safari-history', 'only-if-encrypted', null),
    );
    expect(row('health-home', open).cells.vault).toMatchObject({ state: 'no', basis: 'not-encrypted' });
    expect(row('health-home', open).cells.phone.state).toBe('unknown');
    expect(row('safari', open).cells.vault).toMatchObject({ state: 'partial', basis: 'not-encrypted' });
  });

  it('is partial where originals are elsewhere or something could not be read', () => {
    const away = of({ coverage: { kinds: KINDS, originals: { here: 5, onlyInICloud: 15, unknown: 0 } } });
    expect(row('photos', away)).toMatchObject({
      cells: { vault: { state: 'partial', basis: 'originals-elsewhere', count: 5 }, phone: { state: 'partial' } },
      ifLost: 'partly',
    });
    expect(row('messages', counted(kind('messages', 'partial'))).cells.vault.basis).toBe('not-all-readable');
    expect(row('voicemail', counted(kind('voicemail', 'unknown', null))).cells.vault.state).toBe('unknown');
  });

  it('has nothing to lose where there is nothing', () => {
    const none = row('voicemail', counted(kind('voicemail', 'absent', null)));
    expect(none).toMatchObject({ cells: { vault: { state: 'no', basis: 'nothing-in-it' } }, ifLost: 'comes-back' });
  });

  it('never calls a sync a backup (R37)', () => {
    const { cells, ifLost } = row('photos', { version: null, phone: { ...phone, icloudPhotos: true } });
    expect(cells.icloud).toMatchObject({ state: 'partial', basis: 'sync-not-backup', at: NOW });
    expect(ifLost).toBe('hoped');
    // Not even when the owner calls it one.
    const declared = [{ row: 'photos', place: 'icloud', value: true, at: NOW }] as const;
    expect(row('photos', { phone: { ...phone, icloudPhotos: true }, declared }).cells.icloud.state).toBe('partial');
  });

  it('takes the owner’s word where nobody can look, as a word with its date (R29, R98)', () => {
    const declared = [
      { row: 'photos', place: 'other', value: false, at: MADE },
      { row: 'photos', place: 'other', value: true, at: READ },
    ] as const;
    const photos = row('photos', { version: null, declared });
    expect(photos.cells.other).toEqual({ state: 'declared', basis: 'declared', at: READ, count: null });
    expect(photos.ifLost).toBe('hoped');
    expect(row('messages', { declared }).cells.other).toMatchObject({ state: 'unknown', basis: 'nobody-said' });
  });

  it('says what is lost without a backup (R33), and unknown only where it is', () => {
    expect(row('voicemail', { version: null }).ifLost).toBe('lost');
    expect(row('voicemail', { version: null, phone: { ...phone, icloudBackup: null } }).ifLost).toBe('unknown');
    expect(row('notes-contacts-calendars', { version: null }).ifLost).toBe('unknown');
  });

  it('counts what no account carries (R30)', () => {
    expect(row('notes-contacts-calendars', { onlyOnPhone: 12 }).onlyOnPhone).toBe(12);
    expect(row('messages', { onlyOnPhone: 12 }).onlyOnPhone).toBeNull();
  });

  it('shows an iCloud backup as what the phone says of it', () => {
    const on = { phone: { ...phone, icloudBackup: true, lastICloudBackupAt: MADE } };
    expect(row('voicemail', on).cells.icloud).toMatchObject({
      state: 'declared',
      basis: 'phone-says-backup',
      at: MADE,
    });
    expect(row('health-home', on).cells.icloud.state).toBe('unknown');
  });

  it('proves a second copy by reading that copy', () => {
    const copy = (secondCopy: CoverageFacts['secondCopy']) => row('messages', { secondCopy }).cells['second-copy'];
    expect(copy('none')).toMatchObject({ state: 'no', basis: 'no-copy' });
    expect(copy(null)).toMatchObject({ state: 'unknown', basis: 'not-known' });
    expect(copy({ at: READ, verifiedAt: null })).toMatchObject({ state: 'unknown', basis: 'copy-not-verified' });
    expect(copy({ at: READ, verifiedAt: NOW })).toMatchObject({ state: 'proven', at: NOW });
    expect(copy({ at: '2026-02-01T00:00:00.000Z', verifiedAt: NOW })).toMatchObject({
      state: 'partial',
      basis: 'copy-is-older',
    });
  });

  it('gives big apps a row of their own, in their three kinds (R35)', () => {
    const app = (id: string, hasData: boolean | null) =>
      row(`app:${id}`, { apps: [{ id, name: null, bytes: 5, hasData }] });
    expect(app('com.burbn.instagram', false)).toMatchObject({
      app: { cloud: 'server' },
      cells: { vault: { state: 'no', basis: 'no-data-of-app' }, other: { state: 'partial' } },
      ifLost: 'hoped',
    });
    const nowhere = (['icloud', 'other'] as const).map((place) => ({ row: 'app:a.b', place, value: false, at: NOW }));
    const local = { apps: [{ id: 'a.b', name: null, bytes: 5, hasData: false }], declared: nowhere };
    expect(row('app:a.b', local)).toMatchObject({ app: { cloud: 'none' }, ifLost: 'lost' });
    expect(app('net.whatsapp.WhatsApp', true)).toMatchObject({ app: { cloud: 'icloud-drive' }, ifLost: 'comes-back' });
    expect(app('toString', null)).toMatchObject({ app: { cloud: 'unknown' }, ifLost: 'unknown' });
  });

  it('takes what was counted on the phone before what a version shows', () => {
    const now = { phone: { ...phone, counted: { photos: { count: 25, at: NOW } } } };
    expect(row('photos', now).cells.phone).toMatchObject({ state: 'proven', basis: 'counted-on-phone', count: 25 });
  });

  it('proves nothing that was not read back, in all of its states', () => {
    let proven = 0;
    for (const level of [null, 'structure', 'quick', 'full', 'open'])
      for (const damaged of [true, null, false])
        for (const isOnline of [true, false])
          for (const isCounted of [true, false])
            for (const status of [
              'present',
              'partial',
              'absent',
              'in-icloud',
              'only-if-encrypted',
              'unknown',
              'new word',
            ])
              for (const verifiedAt of [READ, null]) {
                const kinds = KINDS.map((one) => ({ ...one, status }));
                const coverage = isCounted ? { kinds, originals: null } : null;
                const verified = level === null ? null : { level, at: READ };
                const change = {
                  ...of({ verified, damaged, isOnline, coverage }),
                  secondCopy: { at: READ, verifiedAt },
                };
                for (const { cells, ifLost } of coverageMap({ ...facts, ...change }).rows) {
                  const isSeen = isCounted && status === 'present';
                  const isRead =
                    level !== null && level !== 'structure' && damaged !== true && !(damaged === null && isOnline);
                  expect(cells.vault.state === 'proven').toBe(isSeen && isRead);
                  expect(cells['second-copy'].state === 'proven').toBe(isSeen && verifiedAt !== null);
                  if (cells.vault.state === 'proven') expect(cells.vault.at).toBe(READ);
                  const isNothing = isCounted && status === 'absent';
                  const isProven = [cells.vault, cells['second-copy']].some(({ state }) => state === 'proven');
                  expect(ifLost === 'comes-back').toBe(isProven || isNothing);
                  proven += Number(isProven);
                }
              }
    expect(proven).toBeGreaterThan(100);
  });
});
