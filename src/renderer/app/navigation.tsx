import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { BrowseKind } from '../../shared/contract/procedures/index.ts';

/** Where the window is. The address after `#` holds it, so that back, forward and reload work as in any browser. */

export interface Version {
  readonly vault: string;
  readonly snapshot: string;
}

export type Route =
  | { readonly screen: 'home' }
  | { readonly screen: 'first-run' }
  | { readonly screen: 'backups' }
  | {
      readonly screen: 'cleanup';
      /** Without: the phone in focus. */
      readonly udid?: string;
      /** Without: wherever the phone's cleanup is. */
      readonly step?: 'choose' | 'protect';
      /** What is chosen, with commas between. */
      readonly options?: string;
      readonly apps?: string;
    }
  | { readonly screen: 'risk'; readonly udid?: string }
  | { readonly screen: 'guide'; readonly page?: string }
  | { readonly screen: 'history'; readonly udid: string; readonly snapshot?: string }
  | { readonly screen: 'contents'; readonly udid: string; readonly version: Version }
  | {
      readonly screen: 'browse';
      readonly udid: string;
      readonly kind: BrowseKind;
      /** Without: the newest one. */
      readonly version?: Version;
      readonly group?: string;
      readonly item?: string;
      readonly text?: string;
    }
  | { readonly screen: 'changes'; readonly udid: string; readonly older?: Version; readonly newer?: Version }
  | { readonly screen: 'verify'; readonly udid: string; readonly version?: Version }
  | { readonly screen: 'job'; readonly job: string }
  | { readonly screen: 'search'; readonly text: string }
  | { readonly screen: 'destinations' }
  | { readonly screen: 'activity' }
  | { readonly screen: 'settings'; readonly section?: string };

export interface Navigation {
  readonly route: Route;
  /** The phone in focus; stays chosen while other screens are looked at. */
  readonly udid: string | null;
  readonly go: (route: Route) => void;
  /** As `go`, without a step to come back to. */
  readonly replace: (route: Route) => void;
  readonly choosePhone: (udid: string) => void;
}

const Context = createContext<Navigation | null>(null);
const PHONE_KEY = 'backstop.phone';

export function useNavigation(): Navigation {
  const navigation = useContext(Context);
  if (navigation === null) throw new Error('no navigation around this component');
  return navigation;
}

export function NavigationProvider({ children }: { readonly children: ReactNode }) {
  const [route, setRoute] = useState<Route>(() => readRoute(window.location.hash));
  const [chosen, setChosen] = useState<string | null>(() => localStorage.getItem(PHONE_KEY));
  useEffect(() => {
    const listen = (): void => setRoute(readRoute(window.location.hash));
    window.addEventListener('hashchange', listen);
    return () => window.removeEventListener('hashchange', listen);
  }, []);
  const udid = ('udid' in route ? route.udid : undefined) ?? chosen;
  useEffect(() => {
    if (udid !== null) localStorage.setItem(PHONE_KEY, udid);
  }, [udid]);
  const go = useCallback((next: Route) => {
    window.location.hash = writeRoute(next);
  }, []);
  const replace = useCallback((next: Route) => {
    history.replaceState(null, '', `#${writeRoute(next)}`);
    setRoute(next);
  }, []);
  const value = useMemo(() => ({ route, udid, go, replace, choosePhone: setChosen }), [route, udid, go, replace]);
  return <Context value={value}>{children}</Context>;
}

export function writeRoute(route: Route): string {
  const { screen, ...rest } = route;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    query.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const text = query.toString();
  return text === '' ? `/${screen}` : `/${screen}?${text}`;
}

/** An address that somebody made up leads home. */
export function readRoute(hash: string): Route {
  const [path = '', text = ''] = hash.replace(/^#\/?/, '').split('?');
  const query = new URLSearchParams(text);
  const word = (name: string): string | undefined => query.get(name) ?? undefined;
  const version = (name: string): Version | undefined => {
    try {
      const value: unknown = JSON.parse(query.get(name) ?? 'null');
      if (value === null || typeof value !== 'object') return undefined;
      const { vault, snapshot } = value as Record<string, unknown>;
      return typeof vault === 'string' && typeof snapshot === 'string' ? { vault, snapshot } : undefined;
    } catch {
      return undefined;
    }
  };
  const udid = word('udid');
  const optional = <K extends string, V>(key: K, value: V | undefined) =>
    (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
  switch (path) {
    case 'first-run':
    case 'backups':
    case 'destinations':
    case 'activity':
      return { screen: path };
    case 'cleanup': {
      const step = word('step');
      return {
        screen: 'cleanup',
        ...optional('udid', udid),
        ...(step === 'choose' || step === 'protect' ? { step } : {}),
        ...optional('options', word('options')),
        ...optional('apps', word('apps')),
      };
    }
    case 'risk':
      return { screen: 'risk', ...optional('udid', udid) };
    case 'guide':
      return { screen: 'guide', ...optional('page', word('page')) };
    case 'settings':
      return { screen: 'settings', ...optional('section', word('section')) };
    case 'search':
      return { screen: 'search', text: word('text') ?? '' };
    case 'job': {
      const job = word('job');
      return job === undefined ? { screen: 'home' } : { screen: 'job', job };
    }
    case 'history':
      return udid === undefined
        ? { screen: 'home' }
        : { screen: 'history', udid, ...optional('snapshot', word('snapshot')) };
    case 'contents': {
      const one = version('version');
      return udid === undefined || one === undefined ? { screen: 'home' } : { screen: 'contents', udid, version: one };
    }
    case 'browse':
      return udid === undefined
        ? { screen: 'home' }
        : {
            screen: 'browse',
            udid,
            kind: (word('kind') ?? 'photos') as BrowseKind,
            ...optional('version', version('version')),
            ...optional('group', word('group')),
            ...optional('item', word('item')),
            ...optional('text', word('text')),
          };
    case 'changes':
      return udid === undefined
        ? { screen: 'home' }
        : { screen: 'changes', udid, ...optional('older', version('older')), ...optional('newer', version('newer')) };
    case 'verify':
      return udid === undefined
        ? { screen: 'home' }
        : { screen: 'verify', udid, ...optional('version', version('version')) };
    default:
      return { screen: 'home' };
  }
}
