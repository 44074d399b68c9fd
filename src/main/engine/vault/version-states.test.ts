import { describe, expect, it } from 'vitest';
import type { NewEvent, VaultEvent } from './events.ts';
import { versionStates } from './version-states.ts';

const about = { record: 'a'.repeat(64), device: 'phone-00000000', seq: 1 };

function story(...facts: NewEvent[]): VaultEvent[] {
  return facts.map((fact, at) => ({
    format: 'backstop-event',
    version: 1,
    vault: 'v',
    writer: 'w',
    at: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString(),
    id: idOf(at),
    file: `file-${at}`,
    ...fact,
  })) as VaultEvent[];
}

function idOf(at: number): string {
  return at.toString(16).padStart(64, '0');
}

function stateAfter(...facts: NewEvent[]) {
  return versionStates(story(...facts)).get(about.record);
}

describe('what events say about a version', () => {
  it('is pinned until the last of its pins may be taken back', () => {
    const until = (day: string | null): NewEvent => ({ kind: 'pin', until: day, reason: day, ...about });
    const [march, may] = ['2026-03-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z'];
    const both = stateAfter(until(may), until(march));
    expect(both).toMatchObject({ isPinned: true, pinnedUntilMs: Date.parse(may), pinReason: march });
    expect(stateAfter(until(may), until(null))).toMatchObject({ isPinned: true, pinnedUntilMs: null });
    expect(stateAfter({ kind: 'pin', ...about })).toMatchObject({ pinnedUntilMs: null, pinReason: null });
    expect(stateAfter(until('soon'))).toMatchObject({ isPinned: true, pinnedUntilMs: null });
    const left = stateAfter(until(null), until(march), { kind: 'unpin', pins: [idOf(0)], ...about });
    expect(left).toMatchObject({ isPinned: true, pinnedUntilMs: Date.parse(march) });
  });

  it('is forgotten until the forgetting is taken back', () => {
    expect(stateAfter({ kind: 'forget', by: 'owner', ...about })?.forgotten).toMatchObject({
      by: 'owner',
      forgets: [idOf(0)],
      isExpired: false,
    });
    const undone = stateAfter(
      { kind: 'forget', by: 'owner', ...about },
      { kind: 'unforget', forgets: [idOf(0)], ...about },
    );
    expect(undone?.forgotten).toBeNull();
  });

  it('stays forgotten when the undo did not know of another computer’s forgetting', () => {
    const state = stateAfter(
      { kind: 'forget', by: 'retention', ...about },
      { kind: 'forget', by: 'owner', ...about },
      { kind: 'unforget', forgets: [idOf(0)], ...about },
    );
    expect(state?.forgotten).toMatchObject({ by: 'owner', forgets: [idOf(1)] });
  });

  it('lets a pin beat a forgetting, and gives the whole undo time again when the pin goes', () => {
    const pinned = stateAfter({ kind: 'forget', by: 'retention', ...about }, { kind: 'pin', ...about });
    expect(pinned).toMatchObject({ isPinned: true, forgotten: null });
    const unpinned = stateAfter(
      { kind: 'forget', by: 'retention', ...about },
      { kind: 'pin', ...about },
      { kind: 'unpin', pins: [idOf(1)], ...about },
    );
    expect(unpinned?.forgotten?.restarts).toContain('file-2');
  });

  it('is expired only when every open forgetting is', () => {
    const facts: NewEvent[] = [
      { kind: 'forget', by: 'owner', ...about },
      { kind: 'expire', forgets: [idOf(0)], ...about },
    ];
    expect(stateAfter(...facts)?.forgotten?.isExpired).toBe(true);
    expect(stateAfter(...facts, { kind: 'forget', by: 'owner', ...about })?.forgotten?.isExpired).toBe(false);
  });

  it('keeps the newest note that no other stands in place of', () => {
    const first: NewEvent = { kind: 'note', text: 'before the trip', replaces: [], ...about };
    expect(stateAfter(first)?.note).toBe('before the trip');
    const second: NewEvent = { kind: 'note', text: 'after it', replaces: [idOf(0)], ...about };
    expect(stateAfter(first, second)?.note).toBe('after it');
    expect(stateAfter(first, { ...second, text: '' })?.note).toBeNull();
  });
});
