import type { EngineClient } from '../../../shared/contract/procedures/index.ts';
import type { Logger } from '../../engine/log/index.ts';
import type { FactsWatch } from '../facts/facts.ts';
import type { MainWindow } from '../windows/main-window.ts';
import type { Quitting } from '../windows/quitting.ts';
import type { TrayAction } from './tray-status.ts';

interface TrayActionParts {
  readonly client: EngineClient;
  readonly facts: FactsWatch;
  readonly window: MainWindow;
  readonly quitting: Quitting;
  readonly quit: () => void;
  readonly installUpdate: () => void;
  readonly log: Logger;
}

/** What an item of the tray, its popover or its menu does. Whatever needs a question is asked in the window. */
export function trayActions(parts: TrayActionParts): (action: TrayAction) => void {
  const { client, facts, window, quitting, quit, installUpdate, log } = parts;
  const go = (route: string): void => window.showAnd({ type: 'face', told: 'go', route });
  const showJob = async (starting: Promise<{ readonly job: string }>): Promise<void> => {
    try {
      const { job } = await starting;
      go(`/job?${new URLSearchParams({ job })}`);
    } catch (error) {
      // The window shows the phone with what is in the way, and its own button says the error.
      log.warn('shell.tray-action-failed', { error });
      go('/home');
    }
  };
  const backUp = (udid: string): void => {
    const phone = facts.now.phones?.find((one) => one.udid === udid);
    const isPlain = phone?.encrypted === true;
    if (isPlain) {
      const question = { udid, vault: null, full: false, unencrypted: false, verify: null };
      void showJob(client.call('backups.start', question));
      return;
    }
    // Without encryption there is something to decide first.
    go(`/history?${new URLSearchParams({ udid })}`);
    window.tell({ type: 'face', told: 'command', command: 'back-up' });
  };
  return (action) => {
    switch (action.kind) {
      case 'open':
        window.show();
        return;
      case 'quit':
        quit();
        return;
      case 'update':
        installUpdate();
        return;
      case 'quit-later':
        quitting.setLater(action.isOn);
        return;
      case 'go':
        go(action.route);
        return;
      case 'command':
        go(action.route);
        window.tell({ type: 'face', told: 'command', command: action.command });
        return;
      case 'back-up':
        backUp(action.udid);
        return;
      case 'verify':
        void showJob(client.call('backups.verify', { vault: action.vault, snapshot: action.snapshot, level: 'quick' }));
        return;
      case 'skip-verification':
        client
          .call('jobs.skipVerification', { job: action.job })
          .catch((error: unknown) => log.warn('shell.tray-action-failed', { error }));
    }
  };
}
