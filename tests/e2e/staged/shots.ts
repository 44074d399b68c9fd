import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { type StagedScreen, scenes } from './scenes.ts';
import { StagedEngine } from './staged-engine.ts';
import { serveStaged } from './staged-server.ts';

/**
 * Looks at staged screens: `node tests/e2e/staged/shots.ts [name…] [--widths 980,1280] [--themes light,dark] [--out DIR]`.
 * The pages must be built (`vite build -c vite.renderer.config.ts`).
 */
const words = process.argv.slice(2);
const option = (name: string, otherwise: string): string => {
  const at = words.indexOf(`--${name}`);
  return at < 0 ? otherwise : (words.splice(at, 2)[1] ?? otherwise);
};
const widths = option('widths', '980,1280').split(',').map(Number);
const themes = option('themes', 'light,dark').split(',');
const out = option('out', fileURLToPath(new URL('../screenshots', import.meta.url)));
const names = words.length === 0 ? Object.keys(scenes) : words;

await mkdir(out, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
let failures = 0;
for (const name of names) {
  const staged: StagedScreen | undefined = scenes[name];
  if (staged === undefined) {
    console.log(`no scene called ${name}`);
    failures += 1;
    continue;
  }
  const server = await serveStaged(new StagedEngine(staged.scene), staged.media);
  for (const width of widths) {
    for (const theme of themes) {
      const height = width <= 980 ? 640 : width <= 1280 ? 832 : 1080;
      const page = await browser.newPage({
        viewport: { width, height },
        locale: 'en-GB',
        colorScheme: theme === 'dark' ? 'dark' : 'light',
        reducedMotion: 'reduce',
      });
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') console.log(`${name}: ${message.text()}`);
      });
      page.on('pageerror', (error) => {
        failures += 1;
        console.log(`${name}: ${error.message}`);
      });
      await page.goto(`${server.url}${staged.address}`);
      await page.waitForSelector('main, [data-ready]');
      await page.waitForTimeout(350);
      await staged.steps?.(page);
      await page.screenshot({ path: `${out}/${name}-${theme}-${width}.png` });
      await page.close();
    }
  }
  await server.close();
}
await browser.close();
process.exitCode = failures === 0 ? 0 : 1;
