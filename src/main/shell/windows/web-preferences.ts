import { app, type WebPreferences } from 'electron';
import { places } from '../places.ts';

/** For every window alike. Said although they are defaults: a checker, and a reader, can see them. */
export const WEB_PREFERENCES: WebPreferences = {
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
  // Progress goes on being drawn right when the window comes back.
  backgroundThrottling: true,
};
