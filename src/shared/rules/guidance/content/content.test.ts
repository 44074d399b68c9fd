import { describe, expect, it } from 'vitest';
import { guidance, OPTIONS } from '../index.ts';

const text = guidance('en');

/** Every text, with the way to it. */
function* texts(value: unknown, way = ''): Generator<[string, string]> {
  if (typeof value === 'string') yield [way, value];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* texts(inner, `${way}.${key}`);
  }
}
const all = [...texts(text)];
const prose = all.filter(([way]) => !/\.(id|source|asOf|reviewedOn|locale|address|group)$/.test(way));

describe('the guidance', () => {
  it('is dated, and every fact names its date and source (R100, R115)', () => {
    expect(text.reviewedOn).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const stated = [
      ...text.facts,
      ...text.questions,
      ...text.guides,
      ...text.notInLocalBackup,
      ...text.notInICloudBackup,
      ...text.methods.flatMap(({ limits }) => limits),
    ];
    expect(stated.length).toBeGreaterThan(40);
    for (const { source, asOf } of stated) {
      expect(Object.keys(text.sources)).toContain(source);
      expect(asOf).toMatch(/^20\d{2}(-\d{2}(-\d{2})?)?$/);
      expect(asOf.localeCompare(text.reviewedOn)).toBeLessThanOrEqual(0);
    }
  });

  it('has the facts of R42–R45, R58, R91–R98 and R110', () => {
    const ids = new Set(text.facts.map(({ id }) => id));
    for (const id of 'R42 R43 R44 R45 R58 R91 R92 R93 R94 R95 R96 R97 R98 R110'.split(' ')) expect(ids).toContain(id);
    expect(text.notInLocalBackup).toHaveLength(7);
    expect(text.notInICloudBackup).toHaveLength(6);
  });

  it('speaks of every option: why, what a backup of each kind holds of it, and what suits it', () => {
    expect(Object.keys(text.options)).toEqual(OPTIONS.map(({ id }) => id));
    for (const { title, why, bestFit, bestFitWhy, local, icloud } of Object.values(text.options)) {
      for (const one of [title, why, bestFit, bestFitWhy, local, icloud]) expect(one.length).toBeGreaterThan(3);
    }
  });

  it('compares what is lost without a backup with what each kind of backup holds', () => {
    expect(text.compared).toHaveLength(14);
    const health = text.compared.find(({ id }) => id === 'health-home');
    expect(health).toMatchObject({ encrypted: 'yes', unencrypted: 'no' });
    expect(new Set(text.compared.flatMap(({ group }) => group ?? [])).size).toBe(7);
  });

  it('names no price (R115), and no address that it does not use as a source', () => {
    for (const [way, one] of prose) {
      expect(`${way}: ${one}`).not.toMatch(/[$€£¥]|\b(USD|EUR|dollars?|euros?|cents?)\b/i);
      expect(`${way}: ${one}`).not.toMatch(/https?:/);
    }
  });

  it('keeps the tone: no alarm, no jargon, no contractions, no exclamation marks', () => {
    for (const [way, one] of prose) {
      expect(`${way}: ${one}`).not.toMatch(/!|\b\w+(n't|n’t|'ll|’ll|'re|’re)\b/);
      expect(`${way}: ${one}`).not.toMatch(/\b(snapshots?|delta|dedup\w*|hash(es)?|repositor\w+|manifest|vault)\b/i);
      expect(`${way}: ${one}`).not.toMatch(/\b(critical\w*|warning|fatal|danger\w*|military|bulletproof|100 ?%)\b/i);
    }
  });

  it('ends sentences with a full stop, and titles and cells of a table without', () => {
    for (const [way, one] of prose) {
      if (/\.(why|answer|verdict|note|instead|lead|summary|when|checklist|steps|goAhead)(\.|$)/.test(way)) {
        expect(`${way}: ${one}`).toMatch(/[.]$/);
      }
      if (/options\..*\.title$|guides\..*\.title$/.test(way)) expect(`${way}: ${one}`).not.toMatch(/[.]$/);
    }
  });

  it('never calls a sync a backup (R37, R44)', () => {
    for (const [way, one] of prose) expect(`${way}: ${one}`).not.toMatch(/iCloud Photos (is|as) a backup[.]/i);
    expect(text.questions.find(({ id }) => id === 'icloud-photos')?.answer).toContain('It is sync.');
  });

  it('is given in English until there is another language, whatever is asked for', () => {
    for (const locale of ['en', 'en-GB', 'de', '', 'constructor', '__proto__']) expect(guidance(locale)).toBe(text);
  });
});
