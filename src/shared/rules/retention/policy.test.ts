import { describe, expect, it } from 'vitest';
import { idleRules, presetOf, retentionPolicySchema, retentionPresets } from './index.ts';
import { rules } from './test-support/versions.ts';

describe('presets', () => {
  it('are known by their rules', () => {
    expect(presetOf(retentionPresets.light)).toBe('light');
    expect(presetOf({ ...retentionPresets.standard, budgetBytes: 5 })).toBe('standard');
    expect(presetOf({ ...retentionPresets.standard, dailyForWeeks: 4 })).toBeNull();
    expect(presetOf({ ...retentionPresets.standard, everyForDays: null })).toBe('everything');
  });

  it('come back from JSON', () => {
    for (const preset of Object.values(retentionPresets)) {
      expect(retentionPolicySchema.parse(JSON.parse(JSON.stringify(preset)))).toEqual(preset);
    }
  });
});

describe('rules from outside', () => {
  it.each([
    ['no day at all', { everyForDays: 0 }],
    ['half a day', { everyForDays: 1.5 }],
    ['more weeks than ten years', { dailyForWeeks: 521 }],
    ['fewer than no months', { monthlyForMonths: -1 }],
    ['months without end', { monthlyForMonths: Number.POSITIVE_INFINITY }],
    ['a limit of nothing', { budgetBytes: 0 }],
    ['a limit in words', { budgetBytes: '800 GB' }],
    ['years by a word', { thenYearly: 'yes' }],
    ['a rule left out', { thenYearly: undefined }],
  ])('are refused: %s', (_, change) => {
    expect(retentionPolicySchema.safeParse({ ...retentionPresets.standard, ...change }).success).toBe(false);
  });
});

describe('rules that keep nothing of their own', () => {
  it('are told', () => {
    expect(idleRules(retentionPresets.standard)).toEqual([]);
    expect(idleRules(retentionPresets.light)).toEqual([]);
    expect(idleRules(retentionPresets.everything)).toEqual(['daily', 'monthly', 'yearly']);
    expect(idleRules(rules(14, 2, 6, true))).toEqual(['daily']);
    expect(idleRules(rules(3, 0, 0, true))).toEqual(['daily', 'monthly']);
    expect(idleRules(rules(3, 30, 5, true))).toEqual(['monthly']);
    expect(idleRules(rules(3, 20, 5, true))).toEqual([]);
  });
});
