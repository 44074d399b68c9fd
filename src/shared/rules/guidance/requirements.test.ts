import { describe, expect, it } from 'vitest';
import { decide, guidance, levelOf, OPTIONS, planCleanup, protectionFor } from './index.ts';
import { calmPhone, choose, facts, GB } from './test-support/facts.ts';
import type { CleanupOption, RiskLevel } from './types.ts';

/**
 * The requirements as tables: what somebody wants to clean, how risky that is, and what Backstop advises. To check them, read
 * `product/requirements.md` 2.1 and 2.2 beside them; no programming is needed.
 */

const text = guidance('en');
const whatever = 'whatever';

const VERDICT: Record<RiskLevel, string> = {
  low: 'Usually no full backup needed.',
  medium: 'A backup is recommended.',
  high: 'A full backup is strongly recommended.',
};

interface Row {
  readonly rule: string;
  readonly example: string;
  readonly clean: readonly CleanupOption[];
  readonly phone?: 'nearly full';
  readonly risk: RiskLevel;
  /** A word or two of the advice that has to be there. */
  readonly advice: string;
}

const nearlyFull = { ...calmPhone, capacityBytes: 128 * GB, freeBytes: 1 * GB };

const TABLE: readonly Row[] = [
  // R5: low-risk examples.
  {
    rule: 'R5',
    example: 'compression that deletes nothing',
    clean: ['compress-photos'],
    risk: 'low',
    advice: 'keeps every photo',
  },
  {
    rule: 'R5',
    example: 'clearing Safari data',
    clean: ['safari-data'],
    risk: 'low',
    advice: 'only in encrypted backups',
  },
  {
    rule: 'R5',
    example: 'deleting obvious duplicates after review',
    clean: ['reviewed-duplicates'],
    risk: 'low',
    advice: 'You have looked at what goes',
  },
  {
    rule: 'R5',
    example: 'removing downloaded streaming media',
    clean: ['streamed-media'],
    risk: 'low',
    advice: 'download this again',
  },
  // R6: medium-risk examples.
  {
    rule: 'R6',
    example: 'large message attachments',
    clean: ['message-attachments'],
    risk: 'medium',
    advice: 'no separate copy',
  },
  {
    rule: 'R6',
    example: 'old files from iCloud Drive',
    clean: ['icloud-drive-files'],
    risk: 'medium',
    advice: 'Copy the folder to a disk first',
  },
  {
    rule: 'R6',
    example: 'cleaning screenshots quickly',
    clean: ['screenshots'],
    risk: 'medium',
    advice: 'Quick passes',
  },
  {
    rule: 'R6',
    example: 'cleaning large videos quickly',
    clean: ['large-videos'],
    risk: 'medium',
    advice: 'Quick passes',
  },
  // R7: high-risk examples.
  {
    rule: 'R7',
    example: 'large batches of photos without review',
    clean: ['delete-unreviewed-photos'],
    risk: 'high',
    advice: 'only a backup can bring them back',
  },
  {
    rule: 'R7',
    example: 'removing apps with important local-only data',
    clean: ['remove-apps'],
    risk: 'high',
    advice: 'exists nowhere else',
  },
  {
    rule: 'R7',
    example: 'major system cleanup, reset-style actions',
    clean: ['system-cleanup'],
    risk: 'high',
    advice: 'Only a full backup',
  },
  // R13–R15: matching rules.
  {
    rule: 'R13',
    example: 'compress photos: lower risk than deletion, and said so',
    clean: ['compress-photos'],
    risk: 'low',
    advice: 'Lower risk than deleting',
  },
  {
    rule: 'R14',
    example: 'delete duplicates in one large, quick pass',
    clean: ['bulk-duplicates'],
    risk: 'medium',
    advice: 'Encrypted backup on this computer, or photo copy',
  },
  {
    rule: 'R15',
    example: 'clean WhatsApp or Messenger media',
    clean: ['chat-media'],
    risk: 'medium',
    advice: 'Back up first if attachments or the context of a chat matter',
  },
  {
    rule: 'R15',
    example: '… and then see that the chats are in it',
    clean: ['chat-media'],
    risk: 'medium',
    advice: 'see that the chats are really in it',
  },
  // R16: emergency cleanup of a critically full phone.
  {
    rule: 'R16',
    example: 'a nearly full phone: large videos',
    clean: ['large-videos'],
    phone: 'nearly full',
    risk: 'high',
    advice: 'nearly full',
  },
  {
    rule: 'R16',
    example: 'a nearly full phone: even reviewed duplicates',
    clean: ['reviewed-duplicates'],
    phone: 'nearly full',
    risk: 'high',
    advice: 'nearly full',
  },
  {
    rule: 'R8',
    example: 'a nearly full phone: compressing deletes nothing',
    clean: ['compress-photos'],
    phone: 'nearly full',
    risk: 'low',
    advice: 'keeps every photo',
  },
  {
    rule: 'R8',
    example: 'a nearly full phone: Safari data',
    clean: ['safari-data'],
    phone: 'nearly full',
    risk: 'low',
    advice: 'download this again',
  },
  {
    rule: 'R8',
    example: 'a nearly full phone: films that can be loaded again',
    clean: ['streamed-media'],
    phone: 'nearly full',
    risk: 'low',
    advice: 'download this again',
  },
  // ux.md § 13.1: the riskiest one decides; three medium ones are a high one.
  {
    rule: 'R1',
    example: 'Safari data and screenshots: the riskier one decides',
    clean: ['safari-data', 'screenshots'],
    risk: 'medium',
    advice: 'Quick passes',
  },
  {
    rule: 'R1',
    example: 'screenshots and unreviewed photos',
    clean: ['screenshots', 'delete-unreviewed-photos'],
    risk: 'high',
    advice: 'without looking at each one',
  },
  {
    rule: 'R1',
    example: 'two medium ones stay medium',
    clean: ['screenshots', 'large-videos'],
    risk: 'medium',
    advice: 'Quick passes',
  },
  {
    rule: 'R1',
    example: 'three medium ones are high',
    clean: ['screenshots', 'large-videos', 'chat-media'],
    risk: 'high',
    advice: 'Three or more',
  },
];

describe('what is cleaned, how risky it is, and what is advised', () => {
  it.each(TABLE)('$rule: $example → $risk', ({ clean, phone, risk, advice }) => {
    const { level, reasons } = levelOf(choose(...clean), phone === undefined ? calmPhone : nearlyFull);
    expect(level).toBe(risk);
    expect(text.levels[level].verdict).toBe(VERDICT[level]);
    // What the person reads: the reason that decides, and what is said of the options.
    const read = reasons.flatMap(({ reason, option }) => {
      if (option === null) return reason === 'option' ? [] : [text.raised[reason]];
      const { why, note, bestFit, instead } = text.options[option];
      return [why, note ?? '', bestFit, instead ?? ''];
    });
    expect(read.join(' ')).toContain(advice);
  });

  it('R2: there are exactly five buckets, and every option belongs to one', () => {
    expect(Object.keys(text.buckets)).toEqual(['photos', 'duplicates', 'messages', 'apps', 'system']);
    expect([...new Set(OPTIONS.map(({ bucket }) => bucket))]).toEqual(Object.keys(text.buckets));
  });

  it('R4: three levels, each with its verdict and what protects', () => {
    const kinds = (['low', 'medium', 'high'] as const).map((level) => [
      text.levels[level].verdict,
      protectionFor(level).kind,
      protectionFor(level).verify,
      protectionFor(level).pinDays,
    ]);
    expect(kinds).toEqual([
      [VERDICT.low, 'none', null, 0],
      [VERDICT.medium, 'backup', 'quick', 30],
      [VERDICT.high, 'full-backup', 'full', 90],
    ]);
  });

  it('R5, R6, R7: the examples stand in the planner, word for word as it says them', () => {
    expect(text.levels.low.examples).toHaveLength(4);
    expect(text.levels.low.examples).toContain('Clearing Safari data');
    expect(text.levels.medium.examples).toContain('Deleting old files from iCloud Drive');
    expect(text.levels.high.examples).toContain('Removing apps with important data kept only on the phone');
  });

  it('R8: a low risk asks for nothing: no check, no backup, one sentence and what to do instead', () => {
    for (const { id, level } of OPTIONS.filter((one) => one.level === 'low')) {
      const nothing = facts({ version: null, place: null, phone: { connection: 'none', encrypted: false } });
      expect(planCleanup(choose(id), nothing)).toMatchObject({
        level,
        checks: [],
        missing: [],
        protection: { kind: 'none' },
      });
      expect(decide(choose(id), nothing, { udid: whatever })).toEqual({ verdict: 'not-needed' });
      expect(text.options[id].instead).not.toBeNull();
    }
    expect(text.goAhead).toBe('Go ahead. You do not need a new backup for this.');
  });
});

describe('the ways to back up', () => {
  const method = (id: string) => text.methods.find((one) => one.id === id);

  it('R9: iCloud is the easiest, a backup on the computer is fuller, photos only when photos are what goes', () => {
    expect(method('icloud')?.summary).toContain('easiest');
    expect(method('encrypted-local')?.when).toContain('not limited by the space in iCloud');
    expect(method('photos-only')?.summary).toContain('when photos are all that goes');
  });

  it('R10: the encrypted backup on this computer comes first, as the strongest all-round choice', () => {
    expect(text.methods[0]).toMatchObject({ id: 'encrypted-local' });
    expect(text.methods[0]?.summary).toContain('strongest all-round choice before a high-risk cleanup');
  });

  it('R12: photos only: (a) check iCloud Photos, (b) copy originals, (c) or compress first', () => {
    expect(text.photoPath).toHaveLength(3);
    for (const [step, word] of [...['iCloud Photos', 'Copy the originals', 'compression'].entries()]) {
      expect(text.photoPath[step]).toContain(word);
    }
  });

  it('R38, R96, R97: what is partial is called partial', () => {
    const partial = text.methods.filter(({ isPartial }) => isPartial);
    expect(partial.map(({ id }) => id)).toEqual(['photos-only', 'photo-apps', 'backup-apps']);
    for (const one of partial) expect(JSON.stringify(one)).toMatch(/[Pp]artial/);
    expect(JSON.stringify(method('photo-apps'))).toContain('as published in 2020');
  });
});

describe('what to do when', () => {
  it('R16: a critically full phone: copy photos, offload apps, back up, and only then clean', () => {
    const { steps, why } = text.emergency;
    expect(why).toContain('Rushed decisions');
    for (const [step, word] of [
      ...['Copy photos', 'offload apps', 'full encrypted backup', 'Only then clean'].entries(),
    ]) {
      expect(steps[step]).toContain(word);
    }
  });

  it('R17: iCloud is full: this computer; or old backups, cloud files, media, in this order', () => {
    expect(text.icloudFull.first).toContain('Back up to this computer');
    for (const [step, word] of [...['old backups', 'iCloud Drive', 'media'].entries()]) {
      expect(text.icloudFull.steps[step]).toContain(word);
    }
  });

  it('R18: the neighbouring guides are there', () => {
    expect(text.guides.map(({ title }) => title)).toEqual([
      'Free iCloud storage without upgrading',
      'Clear WhatsApp without losing chats',
      'Free Messenger storage',
      'Make photos smaller instead of deleting them',
      'Review duplicates',
    ]);
    for (const { steps, options } of text.guides) expect(Math.min(steps.length, options.length)).toBeGreaterThan(0);
  });

  it.each([
    ['same approach for every task', 'Using the same protection for every cleanup.'],
    ['iCloud Photos taken for a full-device backup', 'Taking iCloud Photos for a backup.'],
    ['skipping verification', 'Skipping verification.'],
  ])('R25: a mistake to avoid: %s', (_, title) => {
    expect(text.mistakes.map((one) => one.title)).toContain(title);
  });

  it.each([
    ['do I always need a full backup?', 'always-full', 'No. It depends on the cleanup.'],
    ['is compression safer than deletion?', 'compress-or-delete', 'Usually.'],
    ['safest option before a big cleanup?', 'safest', 'A full encrypted backup on a Mac or PC'],
    ['iCloud full and backup fails?', 'icloud-full', 'Back up to this computer, or first remove old iCloud backups'],
  ])('R27: %s', (_, id, answer) => {
    expect(text.questions.find((one) => one.id === id)?.answer).toContain(answer);
  });

  it('R19, R23: the list to verify by ends on what it is about', () => {
    expect(text.checklist).toHaveLength(6);
    expect(text.checklistEnd).toContain('A half-finished backup is not a safety net.');
  });

  it('R103, R109: Backstop promises neither to delete nor to compress on the phone', () => {
    expect(JSON.stringify(text.questions)).toContain('It never deletes anything there');
    expect(text.options['compress-photos'].note).toContain('never compresses or changes anything on the phone');
  });

  it('R108: exact and near duplicates are told apart', () => {
    for (const id of ['reviewed-duplicates', 'bulk-duplicates'] as const) {
      expect(text.options[id].note).toMatch(/Exact duplicates .* Near duplicates/);
    }
  });
});
