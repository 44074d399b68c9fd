import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { differenceOf } from './approved/difference.ts';
import type { StagedScreen } from './staged/scenes.ts';
import { StagedEngine } from './staged/staged-engine.ts';
import { serveStaged } from './staged/staged-server.ts';
import { BUILT } from './standin/build.ts';

/**
 * Key screens against pictures that somebody looked at and approved: `BACKSTOP_APPROVE=1 vitest run
 * tests/e2e/approved-looks.test.ts` makes them anew, and whoever commits them has looked. Small shifts of a letter are
 * let pass; a part that moved, vanished or changed its colour is not. Other fonts or another Chromium draw other
 * letters, so there it is skipped, and says so.
 */

const SCENES = [
  'first-run-password',
  'home',
  'home-connect',
  'job-running',
  'history',
  'history-retention',
  'contents',
  'browse-photos',
  'browse-messages',
  'browse-contacts',
  'browse-files',
  'changes',
  'verify',
  'verify-damaged',
  'destinations',
  'activity',
  'settings-general',
  'backups',
  'cleanup-choose-high',
  'cleanup-protect-missing',
  'cleanup-certificate',
  'cleanup-review',
  'risk',
] as const;
const THEMES = ['light', 'dark'] as const;
/** A Thursday, away from changes of clocks and ends of months. */
const NOW = new Date('2026-10-15T14:20:00Z');
/** Share of the picture's tiles that may differ. */
const MAY_DIFFER = 0.004;

const approved = fileURLToPath(new URL('./approved', import.meta.url));
const looked = fileURLToPath(new URL('./screenshots', import.meta.url));
const isApproving = process.env['BACKSTOP_APPROVE'] === '1';
const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

interface MadeWith {
  readonly chromium: string;
  readonly font: string;
}

function madeHere(): MadeWith {
  const version = execFileSync(chromiumPath, ['--version'], { encoding: 'utf8' });
  const font = execFileSync('fc-match', ['-f', '%{family}', 'system-ui'], { encoding: 'utf8' });
  return { chromium: /(\d+)\./.exec(version)?.[1] ?? 'unknown', font };
}

const made = madeHere();
const madeFile = join(approved, 'made-with.json');
const expected: MadeWith = isApproving ? made : JSON.parse(readFileSync(madeFile, 'utf8'));
const isComparable = expected.chromium === made.chromium && expected.font === made.font;
if (!isComparable) {
  console.warn(
    `SKIPPED: the approved pictures were drawn with Chromium ${expected.chromium} and ${expected.font}; here are ${made.chromium} and ${made.font}.`,
  );
}

let browser: Browser;
let scenes: Readonly<Record<string, StagedScreen>>;

beforeAll(async () => {
  process.env['TZ'] = 'UTC';
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  ({ scenes } = await import('./staged/scenes.ts'));
  mkdirSync(looked, { recursive: true });
  if (isApproving) writeFileSync(madeFile, `${JSON.stringify(made, null, 2)}\n`);
  browser = await chromium.launch({
    executablePath: chromiumPath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
});
afterAll(async () => {
  vi.useRealTimers();
  await browser?.close();
});

describe.skipIf(!isComparable)('looks as approved', () => {
  it.each(SCENES)('%s', async (name) => {
    const staged = scenes[name];
    if (staged === undefined) throw new Error(`no scene ${name}`);
    const server = await serveStaged(new StagedEngine(staged.scene), staged.media, join(BUILT, 'renderer'));
    const context = await browser.newContext({
      colorScheme: 'light',
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'UTC',
      viewport: { width: 1280, height: 832 },
    });
    try {
      const page = await context.newPage();
      await page.addInitScript(startClockAt, NOW.getTime());
      await page.goto(`${server.url}${staged.address}`);
      await page.waitForSelector('main, [data-ready]', { timeout: 15_000 });
      await staged.steps?.(page);
      const differences: Record<string, string> = {};
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.waitForSelector(`[data-theme="${theme}"]`);
        const difference = await compare(page, `${name}-${theme}`);
        if (difference > MAY_DIFFER) differences[theme] = `${(difference * 100).toFixed(1)} % differ`;
      }
      expect(differences, `see ${name}-*.now.png beside the other screenshots`).toEqual({});
    } finally {
      await context.close();
      await server.close();
    }
  });
});

/** Looks until the picture stands still, then holds it against the approved one. */
async function compare(page: Page, name: string): Promise<number> {
  const now = await settled(page);
  const file = join(approved, `${name}.png`);
  if (isApproving) {
    if (!existsSync(file) || (await differenceOf(page, readFileSync(file), now)) > 0) writeFileSync(file, now);
    return 0;
  }
  const difference = await differenceOf(page, readFileSync(file), now);
  if (difference > MAY_DIFFER) writeFileSync(join(looked, `${name}.now.png`), now);
  return difference;
}

async function settled(page: Page): Promise<Buffer> {
  await page.evaluate(() => document.fonts.ready);
  let last = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  for (let tries = 0; tries < 20; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const next = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    if (next.equals(last)) return next;
    last = next;
  }
  return last;
}

/** Runs in the page: its dates begin at this moment and go on from there; timers are its own. */
function startClockAt(beginning: number): void {
  const Real = Date;
  const ahead = beginning - Real.now();
  const now = (): number => Real.now() + ahead;
  globalThis.Date = new Proxy(Real, {
    construct: (target, values: [] | [number]) => (values.length === 0 ? new target(now()) : new target(...values)),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
}
