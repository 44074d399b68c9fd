import { chromium } from 'playwright-core';
import { scenes } from './scenes.ts';
import { StagedEngine } from './staged-engine.ts';
import { serveStaged } from './staged-server.ts';

/**
 * Scrolls a staged screen as fast as a hand would and says how long tasks and frames were:
 * `node tests/e2e/staged/scroll.ts <scene> <selector of what scrolls>`. The pages must be built.
 */
const [name = 'browse-photos', selector = '[role="listbox"]'] = process.argv.slice(2);
const staged = scenes[name];
if (staged === undefined) throw new Error(`no scene called ${name}`);
const server = await serveStaged(new StagedEngine(staged.scene), staged.media);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 832 }, locale: 'en-GB' });
await page.goto(`${server.url}${staged.address}`);
await page.waitForSelector(selector);
await page.waitForTimeout(1200);
const result = await page.evaluate(async (wanted) => {
  const element = document.querySelector(wanted);
  if (element === null) throw new Error('nothing scrolls');
  const tasks: number[] = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) tasks.push(entry.duration);
  }).observe({ type: 'longtask' });
  const frames: number[] = [];
  const up = element.scrollTop > 0;
  let before = performance.now();
  const end = before + 6000;
  let step = 0;
  while (performance.now() < end) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    frames.push(now - before);
    before = now;
    // A steady pace, and now and then a throw through a tenth of everything.
    step += 1;
    const by = step % 120 === 0 ? element.scrollHeight / 10 : 90;
    element.scrollTop += up ? -by : by;
  }
  frames.sort((a, b) => a - b);
  return {
    height: element.scrollHeight,
    longTasks: tasks.length,
    longest: Math.max(0, ...tasks),
    frames: frames.length,
    median: frames[Math.floor(frames.length / 2)],
    p95: frames[Math.floor(frames.length * 0.95)],
  };
}, selector);
process.stdout.write(`${JSON.stringify({ scene: name, ...result })}\n`);
await browser.close();
await server.close();
