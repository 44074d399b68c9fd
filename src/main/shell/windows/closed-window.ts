import { app, BrowserWindow, type BrowserWindowConstructorOptions } from 'electron';
import { places } from '../places.ts';

/**
 * The only way to a window: every one is closed off alike. Much of this is the default; it is said all the same, so that a
 * reader and a checker can see it.
 */
export function closedWindow(options: Omit<BrowserWindowConstructorOptions, 'webPreferences'>): BrowserWindow {
  return new BrowserWindow({
    ...options,
    webPreferences: {
      preload: places.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // The dictionaries would come from the network.
      spellcheck: false,
      // Tools for whoever works on Backstop; in an installed copy they would be a way to make somebody run foreign code.
      devTools: !app.isPackaged,
    },
  });
}
