import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, crashReporter } from 'electron';
import type { Logger } from '../engine/log/index.ts';
import { lockDown } from './security/lockdown.ts';
import { registerSchemes } from './security/schemes.ts';

/** The installer's, so that Windows knows whose notifications these are. */
const APP_ID = 'app.backstop.desktop';

/** All that must be settled before Electron is ready. */
export function prepare(home: string, log: Logger): void {
  app.setName('Backstop');
  if (process.platform === 'win32') app.setAppUserModelId(APP_ID);
  // Chromium's own files stand apart from the engine's.
  const folder = join(home, 'window');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath('userData', folder);
  // Reports of crashes stay on this computer, for whoever is asked for help.
  crashReporter.start({ uploadToServer: false, submitURL: '' });
  // What ends the shell itself is written down first; what Electron does then stays as it is.
  process.on('uncaughtExceptionMonitor', (error) => log.error('shell.crashed', { error }));
  app.enableSandbox();
  registerSchemes();
  lockDown(log);
}
