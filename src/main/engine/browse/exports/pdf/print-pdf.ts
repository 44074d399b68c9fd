import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BackstopError } from '../../../../../shared/errors/index.ts';
import { scaledMs } from '../../../platform/index.ts';
import { findBrowser } from './browsers.ts';

/**
 * A page of ours as PDF, printed by a browser: text that can be selected, in every script and with emoji, as no library
 * for PDF sets it. In the window that will be Electron itself; the terminal asks a browser of this computer.
 */
export type PdfPrinter = (page: string, target: string, options?: PrintOptions) => Promise<void>;

export interface PrintOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A year of a talkative family is printed in seconds; what takes this long never ends. */
const PRINT_MS = scaledMs(10 * 60_000);
const MAX_WORDS = 4000;

/** The printer of this computer; throws `browse/no-printer` where there is no browser that can. */
export async function browserPrinter(env: NodeJS.ProcessEnv = process.env): Promise<PdfPrinter> {
  const browser = await findBrowser(env);
  if (browser === null) throw new BackstopError('browse/no-printer');
  return (page, target, options = {}) => print(browser, page, target, options);
}

async function print(browser: string, page: string, target: string, { signal }: PrintOptions): Promise<void> {
  // What the browser keeps for itself may hold what it shows: it lies where the owner exports to, and not for long.
  const folder = join(dirname(target), `.backstop-print-${randomUUID()}`);
  await mkdir(folder, { mode: 0o700 });
  const printed = join(folder, 'printed.pdf');
  try {
    signal?.throwIfAborted();
    await run(browser, [...switches(folder), `--print-to-pdf=${printed}`, pathToFileURL(page).href], signal);
    if (!(await isPdf(printed))) throw failed(browser, 'it wrote no PDF');
    await rename(printed, target);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function switches(folder: string): string[] {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return [
    '--headless=new',
    `--user-data-dir=${join(folder, 'profile')}`,
    '--no-pdf-header-footer',
    // The pages are ours, and forbid scripts themselves (the browser's own switch for that forbids printing too); nothing
    // in them may reach a network.
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-extensions',
    '--disable-gpu',
    '--disable-sync',
    '--no-first-run',
    '--no-default-browser-check',
    '--password-store=basic',
    '--use-mock-keychain',
    // Chromium refuses to run as root with its sandbox.
    ...(isRoot ? ['--no-sandbox'] : []),
  ];
}

function run(browser: string, args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(browser, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (words.length < MAX_WORDS) words += text;
    });
    // A browser is several processes: all of them end with the first.
    const end = (): void => {
      try {
        if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    };
    const timer = setTimeout(() => {
      end();
      reject(failed(browser, 'it did not come to an end'));
    }, PRINT_MS);
    const cancel = (): void => {
      end();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    };
    child.on('error', (error) => {
      done();
      reject(failed(browser, error.message));
    });
    child.on('exit', (code, by) => {
      done();
      if (code === 0) resolve();
      else reject(failed(browser, `it ended with ${code ?? by}: ${words.trim().slice(-400)}`));
    });
  });
}

async function isPdf(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, 0);
      return bytesRead === 5 && buffer.toString('latin1') === '%PDF-';
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

function failed(browser: string, reason: string): BackstopError {
  return new BackstopError('browse/print-failed', { message: `${browser}: ${reason}`, data: { browser, reason } });
}
