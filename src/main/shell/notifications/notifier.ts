import { Notification } from 'electron';
import type { FactsWatch } from '../facts/facts.ts';
import type { StateFile } from '../state-file.ts';
import { noticesOf, type ShellNotice } from './notices.ts';

interface NotifierOptions {
  readonly facts: FactsWatch;
  readonly state: StateFile;
  readonly isWatched: () => boolean;
  readonly open: (route: string) => void;
}

const KEPT_KEYS = 300;

/** Shows each notice once. The window says the same things: who switched notifications off misses nothing. */
export function notify({ facts, state, isWatched, open }: NotifierOptions): void {
  // A notification that nobody holds is collected, and its click leads nowhere.
  const shown = new Set<Notification>();
  facts.onChange((now, before) => {
    for (const notice of noticesOf(now, before, { now: new Date() })) {
      if (Object.hasOwn(state.now.shown, notice.key)) continue;
      state.change({ shown: withKey(state.now.shown, notice.key) });
      if (notice.isGoodNews && isWatched()) continue;
      if (Notification.isSupported()) show(notice, shown, open);
    }
  });
}

function show(notice: ShellNotice, shown: Set<Notification>, open: (route: string) => void): void {
  const one = new Notification({
    title: notice.title,
    body: notice.body,
    silent: !notice.isLoud,
    // Buttons exist on macOS; elsewhere the whole notification is the button.
    ...(notice.action === null ? {} : { actions: [{ type: 'button', text: notice.action }] }),
  });
  const act = (): void => {
    shown.delete(one);
    open(notice.route);
  };
  one.on('click', act);
  one.on('action', act);
  one.on('close', () => shown.delete(one));
  // Unsigned programs on macOS may show none; the window tells the same.
  one.on('failed', () => shown.delete(one));
  shown.add(one);
  one.show();
}

function withKey(keys: Readonly<Record<string, string>>, key: string): Record<string, string> {
  const all = [...Object.entries(keys), [key, new Date().toISOString()] as const];
  return Object.fromEntries(all.slice(-KEPT_KEYS));
}
