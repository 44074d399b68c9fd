import { describe, expect, it } from 'vitest';
import { type Keys, shortcutOf } from './shortcuts.ts';

const press = (key: string, more: Partial<Keys> = {}): Keys => ({
  key,
  code: '',
  metaKey: false,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe('shortcuts', () => {
  it('follow the platform’s own command key', () => {
    expect(shortcutOf(press('3', { metaKey: true }), true, false)).toEqual({ does: 'show-history' });
    expect(shortcutOf(press('3', { ctrlKey: true }), true, false)).toBeNull();
    expect(shortcutOf(press('3', { ctrlKey: true }), false, false)).toEqual({ does: 'show-history' });
    expect(shortcutOf(press('b', { metaKey: true }), true, false)).toEqual({ does: 'back-up' });
    expect(shortcutOf(press('b', { ctrlKey: true }), false, false)).toEqual({ does: 'sidebar' });
    expect(shortcutOf(press('ß', { metaKey: true, altKey: true, code: 'KeyS' }), true, false)).toEqual({
      does: 'sidebar',
    });
    expect(shortcutOf(press('¡', { metaKey: true, altKey: true, code: 'Digit2' }), true, false)).toEqual({
      does: 'phone',
      index: 1,
    });
    expect(shortcutOf(press('F', { ctrlKey: true, shiftKey: true }), false, false)).toEqual({ does: 'search-all' });
  });

  it('leave plain keys to whoever types', () => {
    expect(shortcutOf(press('['), false, false)).toEqual({ does: 'older-backup' });
    expect(shortcutOf(press('['), false, true)).toBeNull();
    expect(shortcutOf(press('a'), false, false)).toBeNull();
    expect(shortcutOf(press('F6'), false, true)).toEqual({ does: 'next-pane' });
  });
});
