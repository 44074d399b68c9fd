import { describe, expect, it } from 'vitest';
import { levelOf, OPTIONS, protectionFor } from './index.ts';
import { calmPhone, choose, GB } from './test-support/facts.ts';

describe('how risky a cleanup is', () => {
  it('is what the riskiest option says, which is the first reason', () => {
    const { level, reasons } = levelOf(choose('compress-photos', 'screenshots', 'remove-apps'), calmPhone);
    expect(level).toBe('high');
    expect(reasons).toEqual([{ reason: 'option', option: 'remove-apps' }]);
  });

  it('is high from three medium options on, each counted once', () => {
    expect(levelOf(choose('screenshots', 'large-videos'), calmPhone).level).toBe('medium');
    expect(levelOf(choose('screenshots', 'screenshots', 'screenshots'), calmPhone).level).toBe('medium');
    const { level, reasons } = levelOf(choose('screenshots', 'large-videos', 'chat-media'), calmPhone);
    expect(level).toBe('high');
    expect(reasons[0]).toEqual({ reason: 'many-medium', option: null });
  });

  it('is high for every deletion below 5 % of room, and stays low for what deletes nothing', () => {
    const full = { ...calmPhone, capacityBytes: 100 * GB, freeBytes: 5 * GB - 1 };
    for (const { id, isDeletion, level } of OPTIONS) {
      expect([id, levelOf(choose(id), full).level]).toEqual([id, isDeletion ? 'high' : level]);
      expect([id, levelOf(choose(id), { ...full, freeBytes: 5 * GB }).level]).toEqual([id, level]);
      expect([id, levelOf(choose(id), { ...full, freeBytes: null }).level]).toEqual([id, level]);
    }
    expect(levelOf(choose('reviewed-duplicates'), full).reasons[0]).toEqual({ reason: 'nearly-full', option: null });
  });

  it('says what protects from it', () => {
    expect(protectionFor('low').kind).toBe('none');
    expect(protectionFor('medium')).toEqual({
      kind: 'backup',
      verify: 'quick',
      pinDays: 30,
      maxAgeHours: 24,
      validHours: 72,
    });
    expect(protectionFor('high')).toMatchObject({ kind: 'full-backup', verify: 'full', pinDays: 90, validHours: 24 });
  });
});
