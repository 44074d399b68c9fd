import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../vault/index.ts';
import { planSession } from './plan.ts';

/** Only what the plan looks at. */
function version(id: string, encrypted: boolean): Snapshot {
  return { id, file: '', record: { encrypted } as Snapshot['record'] };
}

const ordinary = { isEncrypted: true, isFullAsked: false, note: null };
const parent = version('a', true);

describe('a session', () => {
  it('builds on the newest version', () => {
    expect(planSession({ parent, damaged: null }, ordinary)).toEqual({ parent, base: parent, fullReason: null });
  });

  it('without a version begins empty, and gives no reason', () => {
    expect(planSession({ parent: null, damaged: null }, ordinary)).toEqual({
      parent: null,
      base: null,
      fullReason: null,
    });
  });

  it.each([
    ['it was asked for', { ...ordinary, isFullAsked: true }],
    ['turned off', { ...ordinary, isEncrypted: false }],
    ['noted', { ...ordinary, note: 'noted' }],
  ])('begins empty because: %s', (reason, run) => {
    const plan = planSession({ parent, damaged: null }, run);
    expect(plan).toMatchObject({ parent, base: null });
    expect(plan.fullReason).toContain(reason);
  });

  it('begins empty beside a damaged version, which stays in the history', () => {
    expect(planSession({ parent: null, damaged: { snapshot: parent, reason: 'broken' } }, ordinary)).toEqual({
      parent,
      base: null,
      fullReason: 'broken',
    });
  });
});
