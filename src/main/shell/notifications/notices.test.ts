import { describe, expect, it } from 'vitest';
import { job, phone, VAULT_ID, vault } from '../../../../tests/support/shell-facts.ts';
import type { JobResult, JobView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import type { Facts } from '../facts/facts.ts';
import { noticesOf } from './notices.ts';

const settings: NonNullable<Facts['settings']> = {
  appearance: 'system',
  language: null,
  openAtLogin: true,
  menuBarIcon: true,
  lockBrowsing: false,
  autoLockMinutes: 5,
  verifyAfterUsb: 'quick',
  verifyAfterWifi: 'quick',
  limitDays: 3,
  notifyDone: false,
  notifyProblems: true,
  checkForUpdates: false,
  bytesPerSecond: null,
  dismissedHints: [],
  firstRunStep: 'done',
};
const facts = (change: Partial<Facts> = {}): Facts => ({
  engine: 'ready',
  phones: [phone()],
  vaults: [vault()],
  settings,
  jobs: [],
  ...change,
});
const NOW = new Date('2026-11-23T18:00:00.000Z');
const told = (now: Facts, before: Facts) => noticesOf(now, before, { now: NOW, locale: 'en-GB' });

type Backup = Extract<JobResult, { kind: 'backup' }>['backup'];
const scope = {
  filesPresent: 96_410,
  filesReread: 96_410,
  bytesReread: 1,
  manifestRows: null,
  keysUnwrapped: 0,
  filesDecrypted: 0,
  digestsChecked: 0,
  databasesOpened: [],
};

function backup(change: Partial<Backup> = {}, verification: Partial<Backup['verification']> = {}): JobResult {
  return {
    kind: 'backup',
    vault: VAULT_ID,
    backup: {
      snapshot: {
        id: 'a'.repeat(64),
        udid: 'phone-1',
        name: 'iPhone 15 Pro',
        finishedAt: '2026-11-23T10:00:00.000Z',
        files: 96_410,
        bytes: 1,
        newBytes: 1_900_000_000,
        encrypted: true,
        full: false,
        ios: '18.1',
        verified: null,
        pinned: false,
        pinnedUntil: null,
        pinReason: null,
        note: null,
      },
      verification: {
        level: 'full',
        ok: true,
        checked: 96_410,
        opened: true,
        scope,
        problems: [],
        moreProblems: 0,
        at: '2026-11-23T10:00:00.000Z',
        durationMs: 1,
        ...verification,
      },
      fullReason: null,
      notSent: [],
      losses: [],
      recovered: [],
      seconds: { backup: 1, verification: 1 },
      ...change,
    },
  };
}

/** What is told when a running job ends like this. */
function ending(end: Partial<JobView>, change: Partial<Facts> = {}) {
  const before = facts({ ...change, jobs: [job({ kind: end.kind ?? 'backup' })] });
  const jobs = [job({ state: 'done', endedAt: '2026-11-23T10:10:00.000Z', ...end })];
  return told({ ...before, jobs }, before);
}

describe('a backup that ends', () => {
  it('says nothing when all is well, unless that is wanted', () => {
    expect(ending({ result: backup() })).toEqual([]);
    expect(ending({ result: backup() }, { settings: { ...settings, notifyDone: true } })).toMatchObject([
      { title: 'iPhone 15 Pro is backed up and verified', body: '1.9 GB is new.', isGoodNews: true },
    ]);
  });

  it('is celebrated once, and says only what was read', () => {
    const first = { phones: [phone({ backups: 1 })] };
    expect(ending({ result: backup() }, first)).toMatchObject([
      { key: 'n4', title: 'Your first backup is done', body: '96,410 files were read back and match.' },
    ]);
    const quick = backup({}, { level: 'quick', scope: { ...scope, filesReread: 5000 } });
    expect(ending({ result: quick }, first)).toMatchObject([
      { body: '96,410 files are there at their size; a part was read back and matches.' },
    ]);
  });

  it('without the passcode is no failure to be alarmed about', () => {
    const failure = { code: 'backup/passcode-not-entered', data: {}, olderSnapshotsSafe: true };
    expect(ending({ state: 'failed', failure })).toMatchObject([
      { title: 'iPhone 15 Pro was not backed up', isLoud: false, action: 'Back Up Now' },
    ]);
  });

  it('with an unknown failure still says something true', () => {
    const failure = { code: 'nobody/knows', data: {}, olderSnapshotsSafe: true };
    const [one] = ending({ state: 'failed', failure });
    expect(one).toMatchObject({ title: 'iPhone 15 Pro could not be backed up', isLoud: true });
  });

  it('because its owner cancelled it says nothing', () => {
    expect(ending({ state: 'cancelled' })).toEqual([]);
  });

  it('damaged says how much', () => {
    const problem = { kind: 'x', severity: 'error', snapshot: 's', detail: 'd' } as const;
    const warning = { ...problem, severity: 'warning' } as const;
    const result = backup({}, { ok: false, problems: [problem, warning], moreProblems: 10 });
    expect(ending({ result })).toMatchObject([
      { title: 'A backup of iPhone 15 Pro is damaged', body: '11 files cannot be read. Everything else is fine.' },
    ]);
  });

  it('with sudden losses names them', () => {
    const losses = [{ kind: 'photos', before: 5000, after: 3898, pinned: 'x' }];
    expect(ending({ result: backup({ losses }) })).toMatchObject([
      { title: '1,102 fewer in photos than before', action: 'See What Changed', isLoud: true },
    ]);
  });

  it('without encryption says what is missing, once for a phone', () => {
    const result = backup();
    if (result.kind === 'backup') Object.assign(result.backup.snapshot, { encrypted: false });
    expect(ending({ result })).toMatchObject([
      { key: 'n20:phone-1', title: 'iPhone 15 Pro is backed up without Health and passwords' },
    ]);
  });

  it('before the shell looked says nothing', () => {
    const jobs = [job({ state: 'failed', endedAt: '2026-11-23T10:10:00.000Z' })];
    expect(told(facts({ jobs }), facts())).toEqual([]);
  });
});

describe('other work', () => {
  it('tells of damage that a check found, and of its repair', () => {
    const problem = { kind: 'x', severity: 'error', snapshot: 's', detail: 'd' } as const;
    const done = backup({}, { ok: false, problems: [problem] });
    const report = done.kind === 'backup' ? { ...done.backup.verification, snapshot: 's' } : null;
    if (report === null) throw new Error('no report');
    expect(ending({ kind: 'verify', result: { kind: 'verify', report } })).toMatchObject([
      { body: '1 file cannot be read. Everything else is fine.' },
    ]);
    const repaired = { repaired: [{ file: 'a', how: 'b' }], unrepaired: [], verified: [], needsPhone: [] };
    expect(ending({ kind: 'repair', result: { kind: 'repair', report: repaired } })).toMatchObject([
      { title: 'Repaired', body: '1 damaged file is whole again.' },
    ]);
  });
});

describe('a phone', () => {
  const away = (days: number, change: Partial<PhoneView> = {}): PhoneView => {
    const protectedUntil = new Date(NOW.getTime() - days * 86_400_000).toISOString();
    return phone({ health: { rule: 'not-seen', facts: {}, protectedUntil }, ...change });
  };

  it('rings at the owner’s limit and then at 7, 14, 21 and 28 days', () => {
    const keys = [2.9, 3, 6.9, 7, 14, 21, 28, 60].map((days) => {
      const now = facts({ phones: [away(days)] });
      return told(now, now)[0]?.key.split(':').at(-1) ?? null;
    });
    expect(keys).toEqual([null, '3', '3', '7', '14', '21', '28', '28']);
  });

  it('rings for nobody when it is the demo, or was never backed up', () => {
    const now = facts({
      phones: [
        away(30, { isDemo: true }),
        phone({ health: { rule: 'no-backup', facts: {}, protectedUntil: null } }),
        phone({ health: { rule: 'well', facts: {}, protectedUntil: '2026-01-01T00:00:00.000Z' } }),
      ],
    });
    expect(told(now, now)).toEqual([]);
  });

  it('whose encryption was turned off is told of', () => {
    const now = facts({ phones: [phone({ encrypted: false })] });
    expect(told(now, facts())).toMatchObject([
      { title: 'Backup encryption was turned off on iPhone 15 Pro', isLoud: true },
    ]);
    expect(told(now, now)).toEqual([]);
    expect(told(now, facts({ phones: null }))).toEqual([]);
  });
});

describe('before the settings are known', () => {
  it('nothing is said', () => {
    const now = facts({ settings: null, jobs: [job({ passcodeSince: '2026-11-23T10:00:05.000Z' })] });
    expect(told(now, facts({ jobs: [job()] }))).toEqual([]);
  });
});

describe('a certificate', () => {
  const brief: NonNullable<PhoneView['cleanup']> = {
    stage: 'cleaning',
    verdict: 'safe-except',
    coversUntil: '2026-11-23T17:00:00.000Z',
    validUntil: '2026-11-24T17:00:00.000Z',
    standing: 'valid',
    reason: null,
    pinnedUntil: '2027-02-21T17:00:00.000Z',
  };
  const having = (change: Partial<typeof brief> | null): Facts =>
    facts({ phones: [phone({ cleanup: change === null ? null : { ...brief, ...change } })] });
  const keys = (now: Facts, before: Facts) => told(now, before).map(({ key }) => key.split(':')[0]);

  it('is told when it was earned, once, and when it ends soon', () => {
    expect(told(having({}), having(null))).toMatchObject([{ title: 'iPhone 15 Pro is safe to clean', isLoud: true }]);
    expect(keys(having({}), having({}))).toEqual([]);
    expect(keys(having({ validUntil: '2026-11-23T19:30:00.000Z' }), having({}))).toEqual(['n15']);
  });

  it('is taken back aloud when it no longer holds, but not because its time is over', () => {
    const lapsed = having({ standing: 'lapsed', reason: 'added' });
    expect(told(lapsed, having({}))).toMatchObject([{ title: 'Back up again before you clean on', isLoud: true }]);
    expect(keys(lapsed, lapsed)).toEqual([]);
    expect(keys(having({ standing: 'lapsed', reason: 'time' }), having({}))).toEqual([]);
    expect(keys(having({ standing: 'uncertain' }), having({}))).toEqual([]);
  });

  it('is never told of what was refused, or not there before the shell looked', () => {
    expect(keys(having({ stage: 'refused', validUntil: null, standing: null }), having(null))).toEqual([]);
    expect(keys(having({}), facts({ phones: null }))).toEqual([]);
  });

  it('is followed by what went and was not in the plan', () => {
    const review = (unexpected: number): Facts =>
      facts({
        jobs: [
          job({ kind: 'cleanup-review', state: 'done', result: { kind: 'cleanup-review', expected: 9, unexpected } }),
        ],
      });
    const before = facts({ jobs: [job({ kind: 'cleanup-review', state: 'running' })] });
    expect(told(review(4), before)).toMatchObject([{ title: '4 things went that were not in your plan' }]);
    expect(told(review(0), before)).toEqual([]);
  });
});
