import { PanelLeft } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useEngine, useJobs, useQuery } from '../api/engine.tsx';
import { Button, IconButton } from '../components/Button.tsx';
import { ToolbarStart } from '../components/Page.tsx';
import { Banner } from '../components/Parts.tsx';
import { Home } from '../screens/home/Home.tsx';
import { t } from '../text/index.ts';
import styles from './App.module.css';
import { type Route, useNavigation } from './navigation.tsx';
import { SheetsProvider } from './Sheets.tsx';
import { Sidebar } from './Sidebar.tsx';
import { useShell } from './shell.tsx';
import { useCommands } from './use-commands.ts';

/** Screens beyond the first are loaded when they are asked for: the first paint waits for Home only. */
const screens = {
  'first-run': lazy(() => import('../screens/first-run/FirstRun.tsx').then((m) => ({ default: m.FirstRun }))),
  backups: lazy(() => import('../screens/backups/AllBackups.tsx').then((m) => ({ default: m.AllBackups }))),
  cleanup: lazy(() => import('../screens/cleanup/Cleanup.tsx').then((m) => ({ default: m.Cleanup }))),
  risk: lazy(() => import('../screens/risk/Risk.tsx').then((m) => ({ default: m.Risk }))),
  guide: lazy(() => import('../screens/cleanup/guide/Guide.tsx').then((m) => ({ default: m.Guide }))),
  history: lazy(() => import('../screens/history/History.tsx').then((m) => ({ default: m.History }))),
  contents: lazy(() => import('../screens/contents/Contents.tsx').then((m) => ({ default: m.Contents }))),
  browse: lazy(() => import('../screens/browse/Browse.tsx').then((m) => ({ default: m.Browse }))),
  changes: lazy(() => import('../screens/changes/Changes.tsx').then((m) => ({ default: m.Changes }))),
  verify: lazy(() => import('../screens/verify/Verify.tsx').then((m) => ({ default: m.Verify }))),
  job: lazy(() => import('../screens/job/JobScreen.tsx').then((m) => ({ default: m.JobScreen }))),
  search: lazy(() => import('../screens/search/Search.tsx').then((m) => ({ default: m.Search }))),
  destinations: lazy(() =>
    import('../screens/destinations/Destinations.tsx').then((m) => ({ default: m.Destinations })),
  ),
  activity: lazy(() => import('../screens/activity/Activity.tsx').then((m) => ({ default: m.Activity }))),
  settings: lazy(() => import('../screens/settings/Settings.tsx').then((m) => ({ default: m.Settings }))),
} as const;

export function App() {
  const settings = useQuery('settings.get', {}, ['settings']).data;
  useTheme(settings?.appearance ?? 'system');
  return (
    <SheetsProvider>
      <Frame />
    </SheetsProvider>
  );
}

const SIDEBAR_KEY = 'backstop.sidebar';

function Frame() {
  const { route } = useNavigation();
  const phones = useQuery('phones.list', {}, ['phones', 'backups']).data?.phones;
  const jobs = useJobs();
  const [isShown, setShown] = useState(() => localStorage.getItem(SIDEBAR_KEY) !== 'hidden');
  const toggleSidebar = useCallback(() => {
    setShown((old) => {
      localStorage.setItem(SIDEBAR_KEY, old ? 'hidden' : 'shown');
      return !old;
    });
  }, []);
  useShell(phones ?? []);
  useCommands({ phones: phones ?? [], jobs, toggleSidebar });
  useFirstRun();
  if (route.screen === 'first-run') {
    return (
      <Suspense fallback={null}>
        <EngineBanner />
        <Screen route={route} />
      </Suspense>
    );
  }
  const toggle = (
    <IconButton look="quiet" label={t('nav.sidebar')} onPress={toggleSidebar}>
      <PanelLeft size={17} strokeWidth={1.6} aria-hidden />
    </IconButton>
  );
  return (
    <div className={styles['window']}>
      {isShown ? <Sidebar toggle={toggle} /> : null}
      <div className={styles['main']}>
        <EngineBanner />
        <ToolbarStart value={isShown ? null : <span className={styles['toggle']}>{toggle}</span>}>
          <Suspense fallback={<div className={styles['loading']} />}>
            <Screen route={route} />
          </Suspense>
        </ToolbarStart>
      </div>
    </div>
  );
}

/** A window opened for the first time, with nowhere else to go, begins with setting up. Once: who closes it, may. */
function useFirstRun(): void {
  const { replace } = useNavigation();
  const client = useEngine();
  const isAsked = useRef(false);
  useEffect(() => {
    if (isAsked.current || !isFreshWindow) return;
    isAsked.current = true;
    void Promise.all([client.call('settings.get', {}), client.call('vaults.list', {})]).then(
      ([{ firstRunStep }, { vaults }]) => {
        const hasBackups = vaults.some((one) => one.backups > 0);
        if (firstRunStep !== 'done' && !hasBackups && window.location.hash === '') replace({ screen: 'first-run' });
      },
      // Without an answer there is nothing to begin with: Home says why.
      () => undefined,
    );
  }, [client, replace]);
}

/** The page was opened without an address of its own. */
const isFreshWindow = window.location.hash === '';

function Screen({ route }: { readonly route: Route }) {
  switch (route.screen) {
    case 'home':
      return <Home />;
    case 'cleanup':
      return <screens.cleanup route={route} />;
    case 'risk':
      return <screens.risk udid={route.udid ?? null} />;
    case 'guide':
      return <screens.guide page={route.page ?? null} />;
    case 'history':
      return <screens.history udid={route.udid} selected={route.snapshot ?? null} />;
    case 'contents':
      return <screens.contents udid={route.udid} version={route.version} />;
    case 'browse':
      return <screens.browse route={route} />;
    case 'changes':
      return <screens.changes udid={route.udid} older={route.older ?? null} newer={route.newer ?? null} />;
    case 'verify':
      return <screens.verify udid={route.udid} version={route.version ?? null} />;
    case 'job':
      return <screens.job id={route.job} />;
    case 'search':
      return <screens.search text={route.text} />;
    case 'settings':
      return <screens.settings section={route.section ?? null} />;
    default: {
      const Named = screens[route.screen];
      return <Named />;
    }
  }
}

/** True words while the engine is away; the window itself lives on. */
function EngineBanner() {
  const client = useEngine();
  const [state, setState] = useState<'ready' | 'restarting' | 'failed'>('ready');
  useEffect(
    () =>
      client.onEvent((event) => {
        if (event.type === 'engine') setState(event.state);
      }),
    [client],
  );
  if (state === 'ready') return null;
  return (
    <div className={styles['banner']}>
      <Banner
        kind={state === 'failed' ? 'bad' : 'warn'}
        action={
          state === 'failed' ? (
            <Button onPress={() => window.location.reload()}>{t('engine.reload')}</Button>
          ) : undefined
        }
      >
        {t(`engine.${state}`)}
      </Banner>
    </div>
  );
}

function useTheme(appearance: 'system' | 'light' | 'dark'): void {
  useEffect(() => {
    const media = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = (): void => {
      const isDark = appearance === 'dark' || (appearance === 'system' && media.matches);
      document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
    };
    apply();
    media.addEventListener('change', apply);
    return () => media.removeEventListener('change', apply);
  }, [appearance]);
}
