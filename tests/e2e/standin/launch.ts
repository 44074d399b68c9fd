import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** The same shape as Playwright's `ElectronApplication`, so that the same specs drive real Electron where there is one. */
export interface LaunchedApp {
  /** The first window's page, loaded. */
  firstWindow(): Promise<Page>;
  /** Another window's page, by a part of its address. */
  window(part: string): Promise<Page>;
  /** Runs in the main process, with `electron`. The function travels as text: it sees nothing around it. */
  evaluate<T, A>(run: (electron: Electronish, arg: A) => T | Promise<T>, arg: A): Promise<Awaited<T>>;
  evaluate<T>(run: (electron: Electronish) => T | Promise<T>): Promise<Awaited<T>>;
  /** Tells when the process has ended, and how. */
  readonly ended: Promise<number | null>;
  readonly runtime: 'stand-in';
  close(): Promise<void>;
}

export type Electronish = typeof import('./electron.ts');

export interface LaunchOptions {
  /** The built program: `<folder>/main/index.js`. */
  readonly folder: string;
  /** Backstop's own folder for this run. */
  readonly home: string;
  readonly platform?: 'darwin' | 'win32' | 'linux';
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Debian's, or the one that was named; elsewhere the Chrome that is installed. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const browserChoice = existsSync(CHROMIUM) ? { executablePath: CHROMIUM } : { channel: 'chrome' };

export async function launchApp({ folder, home, platform, args = [], env = {} }: LaunchOptions): Promise<LaunchedApp> {
  const port = await freePort();
  mkdirSync(join(home, 'browser'), { recursive: true });
  const context = await chromium.launchPersistentContext(join(home, 'browser'), {
    ...browserChoice,
    viewport: null,
    args: [`--remote-debugging-port=${port}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  const child = spawn(
    process.execPath,
    ['--import', new URL('./register.ts', import.meta.url).href, join(folder, 'main/index.js'), ...args],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        ...process.env,
        BACKSTOP_HOME: home,
        STANDIN_BROWSER: `http://127.0.0.1:${port}`,
        // Node looks for temporary folders where the system it thinks it is on has them.
        ...(platform === undefined ? {} : { STANDIN_PLATFORM: platform, TEMP: tmpdir() }),
        ...env,
      },
    },
  );
  return new StandInApp(child, context);
}

class StandInApp implements LaunchedApp {
  readonly runtime = 'stand-in';
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #context: BrowserContext;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #next = 0;

  constructor(child: ChildProcess, context: BrowserContext) {
    this.#child = child;
    this.#context = context;
    this.ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    child.on('message', (message: { id: number; value?: unknown; error?: string }) => {
      const one = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) one?.resolve(message.value as never);
      else one?.reject(new Error(message.error));
    });
    void this.ended.then((code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the app ended with ${code}`));
    });
  }

  firstWindow(): Promise<Page> {
    return this.window('--app.standin.test/#');
  }

  async window(part: string): Promise<Page> {
    const wanted =
      part === '--app.standin.test/#' ? /--app\.standin\.test\/(#.*)?$/ : new RegExp(part.replaceAll('.', '\\.'));
    for (;;) {
      const page = this.#context.pages().find((one) => wanted.test(one.url()));
      if (page !== undefined) {
        await page.waitForLoadState('load');
        return page;
      }
      const ended = await Promise.race([
        this.ended,
        new Promise<'not yet'>((resolve) => setTimeout(resolve, 50, 'not yet')),
      ]);
      if (ended !== 'not yet') throw new Error(`the app ended with ${ended} before it showed a window`);
    }
  }

  evaluate(run: (electron: Electronish, arg: never) => unknown, arg?: unknown): Promise<never> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, text: run.toString(), arg });
    });
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.ended;
    await this.#context.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
