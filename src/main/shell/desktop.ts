import { app, type BrowserWindow, Menu, nativeTheme } from 'electron';
import type { FaceTold, FaceWish } from '../../shared/contract/face.ts';
import { shellText } from '../../shared/text/shell/index.ts';
import type { EngineProcess } from '../engine/client.ts';
import type { Logger } from '../engine/log/index.ts';
import { FactsWatch, liveJobs } from './facts/facts.ts';
import { faceAnswerer } from './ipc/face-answers.ts';
import { PagePorts } from './ipc/page-ports.ts';
import { setOpenAtLogin } from './login-item/login-item.ts';
import { appMenu, setPossible } from './menus/app-menu.ts';
import { notify } from './notifications/notifier.ts';
import { watchPower } from './power/power.ts';
import { openHelpPage } from './security/help-pages.ts';
import type { StateFile } from './state-file.ts';
import { trayActions } from './tray/tray-actions.ts';
import { TrayFace } from './tray/tray-face.ts';
import { canUpdate, Updates } from './updates/updates.ts';
import { sayHiddenOnce } from './windows/hidden-hint.ts';
import { MainWindow } from './windows/main-window.ts';
import { Quitting } from './windows/quitting.ts';

interface DesktopParts {
  readonly engine: EngineProcess;
  readonly state: StateFile;
  readonly log: Logger;
}

/** The desktop's face around an engine: made once, when Electron is ready. Returns its window. */
export function makeDesktop({ engine, state, log }: DesktopParts): MainWindow {
  const ports = new PagePorts(log);
  const facts = new FactsWatch(engine);
  const tell = ({ webContents }: BrowserWindow, told: FaceTold): void => ports.tell(webContents, told);
  const answerer = faceAnswerer({ engine, host: engine.host, window: () => window.window });
  const window: MainWindow = new MainWindow({
    state,
    log,
    tell,
    connect: ({ webContents }) => ports.add(webContents, { answerer, onWish: (wish) => wished(wish) }),
    onClose: () => onClose(),
  });
  const quitting = new Quitting({
    facts,
    closeEngine: () => engine.close(),
    window: () => window.window,
    onLater: () => tray.refresh(),
  });
  let install: () => void = () => undefined;
  const installUpdate = (): void => {
    if (liveJobs(facts.now).length === 0) void quitting.now(install);
  };
  const act = trayActions({ client: engine, facts, window, quitting, quit: () => app.quit(), installUpdate, log });
  const tray: TrayFace = new TrayFace({
    facts,
    quitting,
    act,
    tell,
    connect: ({ webContents }, onWish) => ports.add(webContents, { answerer: null, onWish }),
    openWindow: () => window.show(),
  });

  const wished = (wish: FaceWish): void => {
    if (wish.wish === 'hello') window.listens();
    else if (wish.wish === 'can') setPossible(menu, wish.commands);
  };
  const onClose = (): 'hide' | 'close' => {
    if (quitting.isOnItsWay) return 'close';
    // Without an icon a hidden program could not be found again; on macOS its Dock icon stays.
    if (!tray.isShown && process.platform !== 'darwin') {
      app.quit();
      return 'hide';
    }
    if (tray.isShown) {
      if (process.platform === 'darwin') app.setActivationPolicy('accessory');
      void sayHiddenOnce(state);
    }
    return 'hide';
  };

  const updates = new Updates({
    log,
    onReady: (ready) => {
      install = ready;
      tray.setExtra([{ id: 'update', label: shellText('tray.item.update'), action: { kind: 'update' } }]);
    },
  });
  facts.onChange(({ settings }, before) => {
    if (settings === null || settings === before.settings) return;
    nativeTheme.themeSource = settings.appearance;
    setOpenAtLogin(settings.openAtLogin);
    updates.setAutomatic(settings.checkForUpdates);
  });
  notify({
    facts,
    state,
    isWatched: () => window.isFocused,
    open: (route) => window.showAnd({ type: 'face', told: 'go', route }),
  });
  watchPower({
    facts,
    log,
    onResume: () => void engine.host.resumed().catch((error: unknown) => log.warn('shell.resume-unheard', { error })),
    onShutdown: () => void quitting.now(),
  });
  const menu = appMenu({
    tell: (told) => window.showAnd(told),
    help: (page) => void openHelpPage(page),
    checkForUpdates: canUpdate() ? () => void updates.check() : null,
  });
  Menu.setApplicationMenu(menu);
  return window;
}
