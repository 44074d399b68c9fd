import type { FaceCommand } from '../../shared/contract/face.ts';

/** Keys of ux.md § 19, for a browser: the desktop app has them in its menus. */

export interface Keys {
  readonly key: string;
  readonly code: string;
  readonly metaKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export type Shortcut =
  | { readonly does: FaceCommand }
  | { readonly does: 'home' | 'cleanup' | 'settings' | 'next-pane' }
  | { readonly does: 'phone'; readonly index: number };

const WITH_COMMAND: Readonly<Record<string, Shortcut>> = {
  '1': { does: 'home' },
  '2': { does: 'cleanup' },
  '3': { does: 'show-history' },
  '4': { does: 'show-browse' },
  '5': { does: 'show-changes' },
  '6': { does: 'show-verify' },
  f: { does: 'find' },
  e: { does: 'export' },
  p: { does: 'pin' },
  i: { does: 'inspector' },
  '.': { does: 'cancel-backup' },
  '[': { does: 'back' },
  ']': { does: 'forward' },
  ',': { does: 'settings' },
};

/** `isTyping`: the keys belong to a field; only those with ⌘ or Ctrl are ours then. Null: not one of ours. */
export function shortcutOf(keys: Keys, isMac: boolean, isTyping: boolean): Shortcut | null {
  const { key, code, altKey, shiftKey } = keys;
  if (key === 'F6') return { does: 'next-pane' };
  const isCommand = isMac ? keys.metaKey && !keys.ctrlKey : keys.ctrlKey && !keys.metaKey;
  if (!isCommand) {
    if (isTyping || altKey || keys.metaKey || keys.ctrlKey) return null;
    return key === '[' ? { does: 'older-backup' } : key === ']' ? { does: 'newer-backup' } : null;
  }
  // With Option the key is another character on a Mac: its place on the keyboard counts.
  if (altKey) {
    const digit = /^Digit([1-9])$/.exec(code)?.[1];
    if (digit !== undefined) return { does: 'phone', index: Number(digit) - 1 };
    return isMac && code === 'KeyS' ? { does: 'sidebar' } : null;
  }
  const letter = key.toLowerCase();
  if (shiftKey) return letter === 'f' ? { does: 'search-all' } : null;
  // Ctrl+B is the sidebar where there is no Option key, as ux.md § 2 has it; ⌘B backs up.
  if (letter === 'b') return { does: isMac ? 'back-up' : 'sidebar' };
  return WITH_COMMAND[letter] ?? null;
}
