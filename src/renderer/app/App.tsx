import { lazy, Suspense, useEffect, useState } from 'react';
import { useEngine, useQuery } from '../api/engine.tsx';
import { Button } from '../components/Button.tsx';
import { Banner } from '../components/Parts.tsx';
import { Home } from '../screens/home/Home.tsx';
import { t } from '../text/index.ts';
import styles from './App.module.css';
import { type Route, useNavigation } from './navigation.tsx';
import { Sidebar } from './Sidebar.tsx';
import { useShell } from './shell.tsx';

/** Screens beyond the first are loaded when they are asked for: the first paint waits for Home only. */
const screens = {
  'first-run': lazy(() => import('../screens/first-run/FirstRun.tsx').then((m) => ({ default: m.FirstRun }))),
  backups: lazy(() => import('../screens/backups/AllBackups.tsx').then((m) => ({ default: m.AllBackups }))),
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
  const { route } = useNavigation();
  const settings = useQuery('settings.get', {}, ['settings']).data;
  useTheme(settings?.appearance ?? 'system');
  useShell(useQuery('phones.list', {}, ['phones']).data?.phones ?? []);
  if (route.screen === 'first-run') {
    return (
      <Suspense fallback={null}>
        <EngineBanner />
        <Screen route={route} />
      </Suspense>
    );
  }
  return (
    <div className={styles['window']}>
      <Sidebar />
      <div className={styles['main']}>
        <EngineBanner />
        <Suspense fallback={<div className={styles['loading']} />}>
          <Screen route={route} />
        </Suspense>
      </div>
    </div>
  );
}

function Screen({ route }: { readonly route: Route }) {
  switch (route.screen) {
    case 'home':
      return <Home />;
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
