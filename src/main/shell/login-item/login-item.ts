import { app } from 'electron';

/** Starts with the system, without a window. Linux desktops have no common way: there it is not offered. */

const BACKGROUND_FLAG = '--background';

export function canOpenAtLogin(): boolean {
  // From a folder of sources it would register the bare runtime.
  return app.isPackaged && process.platform !== 'linux';
}

export function setOpenAtLogin(openAtLogin: boolean): void {
  if (!canOpenAtLogin()) return;
  const now = app.getLoginItemSettings({ args: [BACKGROUND_FLAG] });
  if (now.openAtLogin === openAtLogin) return;
  app.setLoginItemSettings({ openAtLogin, args: [BACKGROUND_FLAG] });
}

/** Did the system start the program, and not the owner? */
export function wasStartedInBackground(argv: readonly string[]): boolean {
  if (argv.includes(BACKGROUND_FLAG)) return true;
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin === true;
}
