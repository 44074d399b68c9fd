import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { scenes } from './scenes.ts';
import { StagedEngine } from './staged-engine.ts';
import { serveStaged } from './staged-server.ts';

/** Looks for what keeps people out, in both themes: `node tests/e2e/staged/axe.ts [scene…]`. The pages must be built. */
const words = process.argv.slice(2);
const names = words.length === 0 ? Object.keys(scenes) : words;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
let failures = 0;
for (const name of names) {
  const staged = scenes[name];
  if (staged === undefined) {
    say(`no scene called ${name}`);
    failures += 1;
    continue;
  }
  for (const theme of ['light', 'dark'] as const) {
    const server = await serveStaged(new StagedEngine(staged.scene), staged.media);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 832 },
      locale: 'en-GB',
      colorScheme: theme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => {
      failures += 1;
      say(`${name} ${theme}: ${error.message}`);
    });
    await page.goto(`${server.url}${staged.address}`);
    await page.waitForSelector('main, [data-ready]');
    await page.waitForTimeout(500);
    await staged.steps?.(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    for (const { id, nodes } of violations) {
      failures += 1;
      say(`${name} ${theme}: ${id} (${nodes.length})`);
      for (const { html, failureSummary } of nodes.slice(0, 2)) {
        say(`  ${html.slice(0, 140)}\n  ${(failureSummary ?? '').replaceAll(/\s+/g, ' ').slice(0, 220)}`);
      }
    }
    await context.close();
    await server.close();
  }
}
await browser.close();
process.exitCode = failures === 0 ? 0 : 1;
