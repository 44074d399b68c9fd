import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scenes } from './staged/scenes.ts';
import { StagedEngine } from './staged/staged-engine.ts';
import { serveStaged } from './staged/staged-server.ts';
import { BUILT } from './standin/build.ts';

/**
 * Every screen in every staged state, in both themes: no violation of accessibility rules, nothing wider than the window,
 * no error of the page. What the screens do is tested against the real engine elsewhere.
 */

const SIZES = { small: { width: 980, height: 640 }, usual: { width: 1280, height: 832 } } as const;
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
});
afterAll(() => browser.close());

it.each(Object.keys(scenes))('%s is accessible and fits, in both themes', async (name) => {
  const staged = scenes[name];
  if (staged === undefined) throw new Error(`no scene ${name}`);
  const server = await serveStaged(new StagedEngine(staged.scene), staged.media, join(BUILT, 'renderer'));
  const context = await browser.newContext({
    colorScheme: 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    viewport: SIZES.small,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  try {
    await page.goto(`${server.url}${staged.address}`);
    await page.waitForSelector('main, [data-ready]', { timeout: 10_000 });
    await page.waitForTimeout(200);
    await staged.steps?.(page);
    const light = [...(await violationsOf(page)), ...(await overflowOf(page))];
    expect(light, 'light, in the smallest window').toEqual([]);
    // Everything stays as it is, and is seen in the dark of a usual window.
    await page.setViewportSize(SIZES.usual);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.waitForSelector('[data-theme="dark"]');
    await page.waitForTimeout(100);
    const dark = [...(await violationsOf(page)), ...(await overflowOf(page))];
    expect(dark, 'dark, in the usual window').toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    await context.close();
    await server.close();
  }
});

async function violationsOf(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

/** What reaches beyond the window's edge, and is not in something that scrolls. */
function overflowOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > window.innerWidth;
    return wide ? [`the page is ${document.documentElement.scrollWidth} wide in ${window.innerWidth}`] : [];
  });
}
