/**
 * A stand-in for the `electron` module, for tests where no Electron is: the real bundle of the shell, the real preload, the
 * real pages in a real Chromium; everything else of Electron is a record that a test reads or presses. What is not
 * modelled throws. What it cannot show is in README.md.
 */
export { app } from './app.ts';
export { MenuStandIn as Menu, TrayStandIn as Tray } from './menus.ts';
export { protocol } from './protocol.ts';
export { session } from './session.ts';
export {
  crashReporter,
  dialog,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  screen,
  shell,
  systemPreferences,
} from './system.ts';
export { utilityProcess } from './utility-process.ts';
export { BrowserWindowStandIn as BrowserWindow, ipcMain } from './windows.ts';
