import { useEffect, useRef } from 'react';
import type { JobView, PhoneView } from '../../shared/contract/procedures/index.ts';
import { isBackingUp } from '../../shared/contract/procedures/index.ts';
import { isLive } from '../api/engine.tsx';
import { useSheets } from '../components/sheets/sheets-context.ts';
import { useNavigation } from './navigation.tsx';
import { nextPane } from './panes.ts';
import { runCommand, useCommand } from './shell.tsx';
import { type Shortcut, shortcutOf } from './shortcuts.ts';

interface CommandParts {
  readonly phones: readonly PhoneView[];
  readonly jobs: readonly JobView[];
  readonly toggleSidebar: () => void;
}

/** What works on every screen, by menu or by key; and the keys themselves where no menu has them. */
export function useCommands({ phones, jobs, toggleSidebar }: CommandParts): void {
  const { go, choosePhone, udid, route } = useNavigation();
  const sheets = useSheets();
  const phone = phones.find((one) => one.udid === udid) ?? phones[0];
  const running = jobs.find((one) => isBackingUp(one) && isLive(one));
  useCommand('back-up', phone === undefined || sheets === null ? null : () => sheets.backUp(phone));
  useCommand(
    'cancel-backup',
    running === undefined || route.screen === 'job'
      ? null
      : () => {
          go({ screen: 'job', job: running.id });
          // The screen of the job asks as soon as it is there.
          setTimeout(() => runCommand('cancel-backup'), 50);
        },
  );
  useCommand('find', () => document.querySelector<HTMLInputElement>('main [data-search-field]')?.focus());
  useCommand('sidebar', toggleSidebar);

  const act = (shortcut: Shortcut): void => {
    switch (shortcut.does) {
      case 'home':
        go({ screen: 'home' });
        return;
      case 'cleanup':
        go({ screen: 'cleanup' });
        return;
      case 'settings':
        go({ screen: 'settings' });
        return;
      case 'next-pane':
        nextPane();
        return;
      case 'phone': {
        const wanted = phones[shortcut.index];
        if (wanted === undefined) return;
        choosePhone(wanted.udid);
        if (route.screen === 'history' || route.screen === 'changes' || route.screen === 'verify') {
          go({ screen: route.screen, udid: wanted.udid });
        } else if (route.screen === 'cleanup' || route.screen === 'risk') {
          go({ screen: route.screen, udid: wanted.udid });
        } else if (route.screen === 'browse') go({ screen: 'browse', udid: wanted.udid, kind: route.kind });
        return;
      }
      default:
        runCommand(shortcut.does);
    }
  };
  const newest = useRef(act);
  useEffect(() => {
    newest.current = act;
  });
  useEffect(() => {
    const isMac = navigator.platform.startsWith('Mac');
    const listen = (event: KeyboardEvent): void => {
      // Sheets and menus keep the keys to themselves.
      if (event.defaultPrevented || document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null) {
        return;
      }
      const target = event.target instanceof HTMLElement ? event.target : null;
      const isTyping = target?.matches('input, textarea, [contenteditable]') === true;
      const shortcut = shortcutOf(event, isMac, isTyping);
      // In the desktop app the menus have these keys; only what no menu has is taken here.
      if (shortcut === null || (window.backstop !== undefined && shortcut.does !== 'next-pane')) return;
      event.preventDefault();
      newest.current(shortcut);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
