import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Far more than the tests take on two slow cores. What is not done by then hangs. */
const MAX_MS = 40 * 60_000;
/** From the report of the runner to its end. */
const FAREWELL_MS = 20_000;
const LOOK_EVERY_MS = 500;

/**
 * Runs the test runner in a process group of its own and leaves nothing of it alive: a process that a failed test left
 * behind would hold the runner's output open, and the gate would wait for it for ever. Resolves with whether it ended
 * well; `report` is the file that it writes last.
 */
export function runTests(command: readonly string[], report: string): Promise<boolean> {
  const [tool = '', ...args] = command;
  const hasGroups = process.platform !== 'win32';
  return new Promise((resolve) => {
    const child = spawn(join(import.meta.dirname, '../node_modules/.bin', tool), args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: hasGroups,
      shell: !hasGroups,
    });
    const end = (): void => killAll(child, hasGroups);
    const watch = setInterval(() => {
      if (!existsSync(report)) return;
      clearInterval(watch);
      timers.push(
        setTimeout(
          give('The test runner wrote its report and did not end: a test left a process behind.'),
          FAREWELL_MS,
        ),
      );
    }, LOOK_EVERY_MS);
    const give = (why: string) => () => {
      console.log(why);
      end();
    };
    const timers = [
      setTimeout(give(`The tests were not done after ${MAX_MS / 60_000} minutes: one of them hangs.`), MAX_MS),
    ];
    // The terminal's own signal reaches this group only.
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, end);
    const settle = (isOk: boolean): void => {
      clearInterval(watch);
      for (const timer of timers) clearTimeout(timer);
      for (const signal of signals) process.off(signal, end);
      end();
      resolve(isOk);
    };
    child.on('error', (error) => {
      console.log(error.message);
      settle(false);
    });
    // Not `close`: that waits for everybody who holds the output.
    child.on('exit', (code) => settle(code === 0));
  });
}

function killAll(child: ChildProcess, hasGroups: boolean): void {
  if (child.pid === undefined) return;
  try {
    if (hasGroups) process.kill(-child.pid, 'SIGKILL');
    else child.kill();
  } catch (error) {
    // Nobody of the group is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
