import { app, powerMonitor, powerSaveBlocker } from 'electron';
import { isBackingUp } from '../../../shared/contract/procedures/index.ts';
import type { Logger } from '../../engine/log/index.ts';
import type { FactsWatch } from '../facts/facts.ts';

interface PowerOptions {
  readonly facts: FactsWatch;
  readonly log: Logger;
  /** After sleep: phones may be gone and connections dead without anybody having said so. */
  readonly onResume: () => void;
  /** The computer shuts down: seconds are left, and no question may stand in the way. */
  readonly onShutdown: () => void;
}

/** Keeps the computer awake while a phone is being backed up, and no longer. */
export function watchPower({ facts, log, onResume, onShutdown }: PowerOptions): void {
  let blocker: number | null = null;
  facts.onChange(({ jobs }) => {
    const isCopying = jobs.some((job) => isBackingUp(job) && (job.state === 'running' || job.state === 'cancelling'));
    if (isCopying && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    else if (!isCopying && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  });
  powerMonitor.on('suspend', () => log.info('shell.suspend'));
  powerMonitor.on('resume', () => {
    log.info('shell.resume');
    onResume();
  });
  // Asked to wait, the system gives the engine its seconds. The typings leave the event out, the documentation has it.
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault();
    onShutdown();
  });
  // Windows tells its windows.
  app.on('browser-window-created', (_event, window) => window.on('session-end', onShutdown));
}
