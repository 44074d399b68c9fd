import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog } from 'electron';
import { shellText } from '../../../shared/text/shell/index.ts';
import type { Logger } from '../../engine/log/index.ts';

interface UpdatesOptions {
  readonly log: Logger;
  /** An update waits: offer the restart. It is never installed while something runs. */
  readonly onReady: (install: () => void) => void;
}

/** electron-builder writes this file into a package that was given a feed. Without it nobody is ever asked. */
function feedFile(): string {
  return join(process.resourcesPath, 'app-update.yml');
}

export function canUpdate(): boolean {
  return app.isPackaged && existsSync(feedFile());
}

const DAY_MS = 86_400_000;

/** Looks for a newer version: once a day if the owner turned that on, and when asked. Off without a feed. */
export class Updates {
  readonly #options: UpdatesOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  setAutomatic(isOn: boolean): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!isOn || !canUpdate()) return;
    this.#timer = setInterval(() => void this.#look(), DAY_MS);
    void this.#look();
  }

  /** From the menu: says what came of it. */
  async check(): Promise<void> {
    const found = canUpdate() ? await this.#look() : 'off';
    if (found === 'found') return;
    const key = found === 'none' ? 'update.none' : found === 'off' ? 'update.off' : 'update.failed';
    await dialog.showMessageBox({ type: 'info', message: shellText(key) });
  }

  async #look(): Promise<'found' | 'none' | 'failed'> {
    try {
      // Not loaded before it is wanted: it brings a network client along.
      const { autoUpdater } = (await import('electron-updater')).default;
      autoUpdater.autoInstallOnAppQuit = false;
      autoUpdater.autoDownload = true;
      const result = await autoUpdater.checkForUpdates();
      if (result === null || !result.isUpdateAvailable) return 'none';
      await result.downloadPromise;
      this.#options.onReady(() => autoUpdater.quitAndInstall());
      return 'found';
    } catch (error) {
      this.#options.log.warn('shell.update-failed', { error });
      return 'failed';
    }
  }
}
