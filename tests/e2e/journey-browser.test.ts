import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { afterwards, everythingInside, everywhere, type Face, firstBackup } from './journeys/main-path.ts';
import { type Complaints, complaintsOf, look, whereItStopped } from './journeys/seen.ts';
import { openBrowser, type Served, serve, WINDOW } from './journeys/serve.ts';
import { pickFolder } from './journeys/steps.ts';

/**
 * A new user's first hour in a browser: `backstop serve`, the real engine, the demo phone. One story, told in order; each
 * screen on the way is looked at in both themes.
 */
describe('the journey in a browser', () => {
  let browser: Browser;
  let page: Page;
  let served: Served;
  let complaints: Complaints;

  beforeAll(async () => {
    served = await serve();
    browser = await openBrowser();
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', viewport: WINDOW });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    complaints = complaintsOf(page);
    await page.goto(served.link);
  });
  afterEach(async ({ task }) => {
    await whereItStopped(page, task);
    expect(complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  const face = (): Face => ({
    page,
    home: served.home,
    saved: join(served.house, 'Saved'),
    chooseFolder: async (name, ask) => {
      await ask();
      await page.getByRole('dialog', { name: 'Choose a folder', exact: true }).waitFor();
      if (name === 'Backups') await look(page, 'folder-picker');
      await pickFolder(page, name);
    },
    look: (name, themes) => look(page, name, themes),
  });
  firstBackup(face);
  afterwards(face);
  everywhere(face);
  everythingInside(face);
});
