import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { main } from '../src/main/cli/main.ts';
import { buildDesktop, buildPages, say } from './build-app.ts';
import { electronBinary } from './electron-binary.ts';

/**
 * What `npm start` does: Backstop in a window of its own where Electron is there or can be fetched, else in the browser.
 * Words after `--` are those of `backstop serve` and mean the browser: `npm start -- --no-open` only prints the link.
 */

const root = join(import.meta.dirname, '..');
/** A window that ends so soon, and not well, never was one. */
const NEVER_A_WINDOW_MS = 5000;

process.exitCode = await start(process.argv.slice(2));

async function start(words: readonly string[]): Promise<number> {
  if (words.length === 0) {
    const binary = await electronBinary();
    if (binary.path === null) say(`${binary.why}, so Backstop opens in your browser.`);
    else if (await openWindow(binary.path)) return 0;
    else say('Electron could not open a window here, so Backstop opens in your browser.');
  }
  try {
    await buildPages();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
  return main(['serve', ...words]);
}

/** False: there was no window. */
async function openWindow(binary: string): Promise<boolean> {
  try {
    await buildDesktop();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return false;
  }
  const started = performance.now();
  const env = { ...process.env };
  delete env['ELECTRON_RUN_AS_NODE'];
  const child = spawn(binary, [root], { stdio: 'inherit', env });
  // Ctrl-C reaches the window as well, and it ends its work in its own time.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', resolve);
  });
  return code === 0 || performance.now() - started > NEVER_A_WINDOW_MS;
}
