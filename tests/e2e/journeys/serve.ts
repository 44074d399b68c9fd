import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium } from 'playwright-core';
import { BUILT } from '../standin/build.ts';

const COMMAND = join(import.meta.dirname, '../../../src/main/cli/index.ts');

/** `backstop serve` as a person starts it, in a house of its own: nothing of this computer's user is seen or touched. */
export interface Served {
  readonly link: string;
  /** The person's own folder: places start here. */
  readonly house: string;
  /** Backstop's own folder. */
  readonly home: string;
  readonly child: ChildProcess;
  close(): Promise<void>;
}

export const WINDOW = { width: 1280, height: 832 } as const;

/** `env`: the address of a daemon with a phone, for one. */
export async function serve(env: NodeJS.ProcessEnv = {}): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'backstop-journey-'));
  const house = join(folder, 'house');
  const home = join(folder, 'home');
  for (const one of [house, home, join(house, 'Backups'), join(house, 'Saved')]) mkdirSync(one);
  const child = spawn(process.execPath, [COMMAND, 'serve', '--no-open', '--json', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      HOME: house,
      BACKSTOP_HOME: home,
      BACKSTOP_PAGES: join(BUILT, 'renderer'),
      USBMUXD_SOCKET_ADDRESS: join(folder, 'no-muxer'),
      ...env,
    },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const link = await firstLink(child);
  const close = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { link, house, home, child, close };
}

function firstLink(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) throw new Error('no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { link } = JSON.parse(line) as { link?: string };
      if (link !== undefined) resolve(link);
    });
    child.once('exit', (code) => reject(new Error(`backstop serve ended with ${code}`)));
  });
}

/** Debian's Chromium, or the one that was named. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}
