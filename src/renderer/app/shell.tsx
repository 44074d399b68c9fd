import { useEffect, useRef } from 'react';
import { type FaceCommand, type FaceTold, faceTold } from '../../shared/contract/face.ts';
import type { PhoneView } from '../../shared/contract/procedures/index.ts';
import { type Navigation, useNavigation } from './navigation.tsx';

/** Menus, shortcuts and the tray of the desktop app, as the page meets them. In a browser nothing of this happens. */

/** Who carries out a command now; the one that came last is asked. Screens come and go. */
const handlers = new Map<FaceCommand, (() => void)[]>();
/** Sent with a screen that was not there yet: it waits for that screen a little while. */
let early: { readonly command: FaceCommand; readonly until: number } | null = null;
const EARLY_MS = 5000;

/**
 * Carries out a menu item while the component is there; its menu item can be chosen only then. Null: not now, as when
 * nothing is selected.
 */
export function useCommand(command: FaceCommand, handler: (() => void) | null): void {
  const newest = useRef(handler);
  useEffect(() => {
    newest.current = handler;
  });
  const isPossible = handler !== null;
  useEffect(() => {
    if (!isPossible) return;
    const run = (): void => newest.current?.();
    handlers.set(command, [...(handlers.get(command) ?? []), run]);
    tellPossible();
    if (early?.command === command && performance.now() < early.until) {
      early = null;
      run();
    }
    return () => {
      handlers.set(
        command,
        (handlers.get(command) ?? []).filter((one) => one !== run),
      );
      tellPossible();
    };
  }, [command, isPossible]);
}

/** Carries it out, or keeps it for the screen that is just coming. */
export function runCommand(command: FaceCommand): void {
  const run = handlers.get(command)?.at(-1);
  if (run === undefined) early = { command, until: performance.now() + EARLY_MS };
  else run();
}

/** Once, around all screens. */
export function useShell(phones: readonly PhoneView[]): void {
  const navigation = useNavigation();
  const { go, udid } = navigation;
  const newest = useRef({ navigation, phones });
  useEffect(() => {
    newest.current = { navigation, phones };
  });
  useEffect(() => {
    const bridge = window.backstop;
    if (bridge === undefined) return;
    const stop = bridge.onFrame((frame) => {
      const told = faceTold.safeParse(frame);
      if (told.success) hear(told.data, newest.current.navigation, newest.current.phones);
    });
    bridge.post({ type: 'face', wish: 'hello' });
    tellPossible();
    return stop;
  }, []);

  const phone = phones.find((one) => one.udid === udid) ?? phones[0];
  const ofPhone = (screen: 'history' | 'changes' | 'verify') =>
    phone === undefined ? null : () => go({ screen, udid: phone.udid });
  useCommand('show-history', ofPhone('history'));
  useCommand('show-changes', ofPhone('changes'));
  useCommand('show-verify', ofPhone('verify'));
  useCommand(
    'show-browse',
    phone === undefined ? null : () => go({ screen: 'browse', udid: phone.udid, kind: 'photos' }),
  );
  useCommand('search-all', () => go({ screen: 'search', text: '' }));
  useCommand('back', () => history.back());
  useCommand('forward', () => history.forward());
}

function hear(told: FaceTold, { choosePhone }: Navigation, phones: readonly PhoneView[]): void {
  switch (told.told) {
    case 'go':
      window.location.hash = told.route;
      return;
    case 'phone': {
      const phone = phones[told.index];
      if (phone !== undefined) choosePhone(phone.udid);
      return;
    }
    case 'window':
      // For styles: no room for the traffic lights is needed in full screen.
      document.documentElement.dataset['fullScreen'] = String(told.isFullScreen);
      document.documentElement.dataset['focused'] = String(told.isFocused);
      return;
    case 'command':
      runCommand(told.command);
      return;
    case 'status':
      // For the popover.
      return;
  }
}

function tellPossible(): void {
  const commands = [...handlers].filter(([, all]) => all.length > 0).map(([command]) => command);
  window.backstop?.post({ type: 'face', wish: 'can', commands });
}
