import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { buildPages } from '../../scripts/build-app.ts';
import { openBrowser, serve, WINDOW } from '../e2e/journeys/serve.ts';
import { button, heading, PASSWORD, pickFolder, press } from '../e2e/journeys/steps.ts';
import { StagedEngine } from '../e2e/staged/staged-engine.ts';
import { serveStaged } from '../e2e/staged/staged-server.ts';
import { startSimulatorProcess } from '../support/simulator-process.ts';
import { median } from './measure.ts';
import { fullScene } from './pages/full-scene.ts';
import { type Tasks, tasksDuring } from './pages/tasks.ts';

const PAGES = join(import.meta.dirname, '../../out/renderer');
const VERSIONS = 500;
const PAINTS = 5;

/**
 * The window's page: how soon it shows something useful, how much program that takes, and whether it stays quick while a
 * backup runs. Prints figures; asserts nothing.
 */
export async function benchPages({ quick }: { readonly quick: boolean }): Promise<void> {
  await buildPages();
  const place = await mkdtemp(join(tmpdir(), 'backstop-bench-pages-'));
  const browser = await openBrowser();
  try {
    console.log(`${cpus().length} × ${cpus()[0]?.model}; load ${readFileSync('/proc/loadavg', 'utf8').trim()}`);
    console.log(`Chromium ${browser.version()}`);
    await firstPaint(browser);
    await whileBackingUp(browser, place, quick ? { files: 2000, bytes: '100M' } : { files: 20_000, bytes: '1G' });
  } finally {
    await browser.close();
    await rm(place, { recursive: true, force: true });
  }
}

/** From the start of the navigation to the frame in which all phones stand with what is said of them. */
async function firstPaint(browser: Browser): Promise<void> {
  const server = await serveStaged(new StagedEngine(fullScene(VERSIONS)), undefined, PAGES);
  try {
    console.log(`\nA warm start with ${VERSIONS} versions of 3 phones (median of ${PAINTS})`);
    const context = await browser.newContext({ viewport: WINDOW, locale: 'en-GB' });
    await context.addInitScript(tellPaint);
    const page = await context.newPage();
    let script = { files: 0, bytes: 0, gzipped: 0 };
    const answers: Promise<Buffer>[] = [];
    page.on('response', (response) => {
      if (new URL(response.url()).pathname.endsWith('.js')) answers.push(response.body());
    });
    const home: number[] = [];
    for (let run = 0; run <= PAINTS; run += 1) {
      answers.length = 0;
      await page.goto('about:blank');
      const painted = await paintOf(page, `${server.url}#/home`, 'main article');
      // The first start warms the browser up.
      if (run > 0) home.push(painted);
      const bodies = await Promise.all(answers);
      script = {
        files: bodies.length,
        bytes: bodies.reduce((sum, one) => sum + one.length, 0),
        gzipped: bodies.reduce((sum, one) => sum + gzipSync(one).length, 0),
      };
    }
    const history: number[] = [];
    const udid = '00008130-001A2B3C4D5E6F70';
    for (let run = 0; run < PAINTS; run += 1) {
      await page.goto('about:blank');
      history.push(await paintOf(page, `${server.url}#/history?udid=${udid}`, 'main [role=option]'));
    }
    say('Home, useful', `${ms(median(home))} (goal 1000 ms; ${home.map(ms).join(', ')})`);
    say('History, useful', ms(median(history)));
    const { files, bytes, gzipped } = script;
    say('its program', `${kb(gzipped)} gzipped, ${kb(bytes)} in ${files} files (goal 350 kB gzipped)`);
    await context.close();
  } finally {
    await server.close();
  }
}

/** A real backup of a simulated phone that is nice; the page shows it while it runs, then the other screens. */
async function whileBackingUp(
  browser: Browser,
  place: string,
  { files, bytes }: { readonly files: number; readonly bytes: string },
): Promise<void> {
  const args = [
    '--files',
    String(files),
    '--bytes',
    bytes,
    '--seed',
    '5',
    '--encrypted',
    '--password-env',
    'BENCH_PASSWORD',
  ];
  await using phone = await startSimulatorProcess({ args, env: { BENCH_PASSWORD: PASSWORD } });
  setPriority(phone.pid, 10);
  const served = await serve({ USBMUXD_SOCKET_ADDRESS: phone.address, BACKSTOP_PAGES: PAGES });
  try {
    const context = await browser.newContext({ viewport: WINDOW, locale: 'en-GB' });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    await page.goto(served.link);
    await heading(page, 'Where should backups live?').waitFor();
    await press(page, 'Choose a Folder…');
    await pickFolder(page, 'Backups');
    await press(page, 'Continue');
    await page
      .getByLabel(/password/i)
      .first()
      .fill(PASSWORD);
    await press(page, 'Continue');
    await button(page, 'Back Up Now').waitFor();
    const started = performance.now();
    const tasks = await tasksDuring(browser, page, join(place, 'trace.json'), async () => {
      await press(page, 'Back Up Now');
      await heading(page, 'Backed up and verified').waitFor({ timeout: 600_000 });
    });
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `\nWhile a backup of ${files} files, ${bytes}, runs for ${seconds.toFixed(0)} s (the phone at nice 10)`,
    );
    tell(tasks);
    await context.close();
  } finally {
    await served.close();
  }
}

function tell({ count, p99, longest, overFifty }: Tasks): void {
  say('tasks of the page', String(count));
  say('the 99th of a hundred', `${p99.toFixed(1)} ms (goal 50 ms)`);
  say('the longest', `${longest.toFixed(1)} ms; longer than 50 ms: ${overFifty}`);
}

async function paintOf(page: Page, url: string, selector: string): Promise<number> {
  await page.goto(url);
  return page.evaluate((what) => (globalThis as unknown as { painted: Painted }).painted(what), selector);
}

type Painted = (selector: string) => Promise<number>;

/** Runs in every page before its own scripts: tells when so much of something was painted first. */
function tellPaint(): void {
  const seen = new Map<string, number>();
  const watched = [
    ['main article', 3],
    ['main [role=option]', 5],
  ] as const;
  const look = (): void => {
    for (const [selector, least] of watched) {
      if (seen.has(selector) || document.querySelectorAll(selector).length < least) continue;
      seen.set(selector, 0);
      // After the frame that shows it.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => seen.set(selector, performance.now());
        port2.postMessage(null);
      });
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  const painted: Painted = (selector) =>
    new Promise((resolve) => {
      const ask = (): void => {
        const at = seen.get(selector) ?? 0;
        if (at > 0) resolve(at);
        else setTimeout(ask, 10);
      };
      ask();
    });
  Object.assign(globalThis, { painted });
}

function say(what: string, result: string): void {
  console.log(`  ${what}: ${result}`);
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function kb(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
