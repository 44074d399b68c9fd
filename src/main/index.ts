import { join } from 'node:path';
import { app, protocol, session } from 'electron';
import { startEngineProcess } from './engine/client.ts';
import { openLog } from './engine/log/index.ts';
import { appHome } from './engine/platform/app-home.ts';
import { makeDesktop } from './shell/desktop.ts';
import { spawnEngine } from './shell/engine-process.ts';
import { wasStartedInBackground } from './shell/login-item/login-item.ts';
import { places } from './shell/places.ts';
import { prepare } from './shell/prepare.ts';
import { lockSession } from './shell/security/lockdown.ts';
import { mediaScheme } from './shell/security/media-scheme.ts';
import { MEDIA_SCHEME, PAGE_SCHEME } from './shell/security/origins.ts';
import { pageFiles } from './shell/security/page-files.ts';
import { StateFile } from './shell/state-file.ts';
import { commandWords, runCommandLine } from './shell/terminal.ts';
import type { MainWindow } from './shell/windows/main-window.ts';

/** The desktop app: one instance, one engine in a process of its own, and the shell around it. */

const home = appHome();
const log = openLog(home).bind({ area: 'shell' });
const words = commandWords(process.argv);

if (words !== null) {
  // No lock: vaults have their own, and a window may be open.
  void runCommandLine(words);
} else {
  prepare(home, log);
  if (app.requestSingleInstanceLock()) start();
  else app.quit();
}

function start(): void {
  let window: MainWindow | null = null;
  let isWanted = !wasStartedInBackground(process.argv);
  const show = (): void => {
    isWanted = true;
    window?.show();
  };
  app.on('second-instance', show);
  app.on('activate', show);
  // Without a listener the app would end with its last window; it lives on in the tray.
  app.on('window-all-closed', () => undefined);

  app
    .whenReady()
    .then(() => {
      const engine = startEngineProcess({ spawn: () => spawnEngine(process.env), log });
      lockSession(session.defaultSession, log);
      protocol.handle(PAGE_SCHEME, pageFiles(places.pages));
      protocol.handle(MEDIA_SCHEME, mediaScheme(engine));
      window = makeDesktop({ engine, state: new StateFile(join(home, 'window', 'shell.json')), log });
      if (isWanted) window.show();
      else if (process.platform === 'darwin') app.setActivationPolicy('accessory');
      log.info('shell.ready');
    })
    .catch((error: unknown) => {
      log.error('shell.not-started', { error });
      app.exit(1);
    });
}
