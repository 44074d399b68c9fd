import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Keyboard } from './journeys/keyboard.ts';
import { type Complaints, complaintsOf, whereItStopped } from './journeys/seen.ts';
import { openBrowser, type Served, serve, WINDOW } from './journeys/serve.ts';
import { backedUp, button, heading, PASSWORD } from './journeys/steps.ts';

/** The main path without a mouse: every stop shows that it has the focus. One story, told in order. */
describe('the journey by keyboard', () => {
  let browser: Browser;
  let page: Page;
  let served: Served;
  let complaints: Complaints;
  let keys: Keyboard;

  beforeAll(async () => {
    served = await serve();
    browser = await openBrowser();
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', viewport: WINDOW });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    complaints = complaintsOf(page);
    keys = new Keyboard(page);
    await page.goto(served.link);
  });
  afterEach(async ({ task }) => {
    await whereItStopped(page, task);
    expect([...keys.unseen], 'focus that nobody sees').toEqual([]);
    expect(complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  const option = (name: string | RegExp) => page.getByRole('option', { name });

  async function pickFolder(name: string): Promise<void> {
    const sheet = page.getByRole('dialog', { name: 'Choose a folder', exact: true });
    await sheet.getByRole('listbox', { name: 'Places', exact: true }).getByRole('option').first().waitFor();
    const folders = sheet.getByRole('listbox', { name: /^Folders in/ });
    const wanted = folders.getByRole('option', { name, exact: true });
    await keys.goTo(folders.getByRole('option').first());
    await keys.goTo(wanted, 'ArrowDown');
    await keys.press('Enter');
    await sheet.getByRole('listbox', { name: `Folders in ${name}`, exact: true }).waitFor();
    await keys.use(sheet.getByRole('button', { name: 'Choose This Folder', exact: true }));
    await sheet.waitFor({ state: 'detached' });
  }

  it('starts the demo phone, and chooses a place', async () => {
    await keys.use(button(page, 'Try with a Demo iPhone'));
    await heading(page, 'Where should backups live?').waitFor();
    await keys.use(button(page, 'Choose a Folder…'));
    await pickFolder('Backups');
    await option(/^Backups/).waitFor();
    await keys.use(button(page, 'Continue'));
  });

  it('sets a password', async () => {
    await keys.goTo(page.getByLabel('Password', { exact: true }));
    await keys.type(PASSWORD);
    await keys.goTo(page.getByLabel('Repeat it', { exact: true }));
    await keys.type(PASSWORD);
    await keys.use(page.getByRole('checkbox', { name: 'I have kept a copy of it.', exact: true }), 'Space');
    await button(page, 'Continue').and(page.locator(':enabled')).waitFor();
    await keys.use(button(page, 'Continue'));
  });

  it('backs up', async () => {
    await keys.use(button(page, 'Back Up Now'));
    await backedUp(page);
    await keys.use(button(page, 'Look Inside'));
  });

  it('finds a photo, and opens it', async () => {
    const wall = page.getByRole('listbox', { name: /^Photos, \d+ items$/ });
    await wall.getByRole('option').first().waitFor();
    await keys.goTo(wall);
    await keys.press('ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'Enter');
    const viewer = page.getByRole('dialog');
    await viewer.getByRole('img').waitFor();
    const first = await viewer.getByRole('definition').first().textContent();
    await keys.press('ArrowRight');
    await expect.poll(() => viewer.getByRole('definition').first().textContent()).not.toBe(first);
    await keys.press('Escape');
    await viewer.waitFor({ state: 'detached' });
    await keys.press('Control+f');
    await keys.type('IMG_0192');
    await page.getByRole('listbox', { name: 'Photos, 1 item' }).waitFor();
  });

  it('exports a conversation', async () => {
    const kinds = page.getByRole('navigation', { name: 'Kinds of data', exact: true });
    await keys.use(kinds.getByRole('link', { name: /^Messages/ }));
    await option(/^Zoë Nguyen/).waitFor();
    await keys.goTo(option(/^Zoë Nguyen/));
    await keys.press('ArrowDown', 'ArrowUp');
    await keys.use(button(page, 'Export Conversation…'));
    const sheet = page.getByRole('dialog');
    await keys.use(sheet.getByRole('button', { name: /Format$/ }));
    await keys.goTo(page.getByRole('option', { name: 'HTML, for any browser', exact: true }), 'ArrowDown');
    await keys.press('Enter');
    await keys.use(button(page, 'Choose…'));
    await pickFolder('Saved');
    await keys.use(button(page, 'Save'));
    await page.getByText('16 messages saved to “Saved”.', { exact: true }).waitFor();
    expect(existsSync(join(served.house, 'Saved', 'index.html'))).toBe(true);
  });

  it('backs up again, and compares', async () => {
    await keys.press('Control+5');
    await heading(page, 'One backup so far').waitFor();
    await keys.use(button(page, 'Use the Demo iPhone for a Day, Then Back Up'));
    await backedUp(page);
    await keys.press('Control+5');
    await heading(page, '6 items left the phone').waitFor();
    await keys.goTo(page.getByRole('radio', { name: /^Gone/ }));
    await keys.press('ArrowRight', 'Space');
    await page.getByRole('region', { name: '9 photos', exact: true }).waitFor();
  });

  it('verifies', async () => {
    await keys.press('Control+6');
    await keys.goTo(page.getByRole('radio', { name: /^Full/ }));
    await keys.press('ArrowUp');
    expect(await page.getByRole('radio', { name: /^Quick/ }).isChecked()).toBe(true);
    await keys.press('ArrowDown');
    await keys.use(button(page, 'Verify Now'));
    await heading(page, 'All 606 files were read back and match.').waitFor();
  });

  it('goes through History, opens a backup, and comes back', async () => {
    await keys.press('Control+3');
    const list = page.getByRole('listbox', { name: /^Backups of/ });
    await list.getByRole('option').nth(1).waitFor();
    await keys.goTo(list.getByRole('option').first());
    await keys.press('ArrowDown', 'Enter');
    await heading(page, 'What is in this backup').waitFor();
    await keys.press('Control+BracketLeft');
    await list.waitFor();
    await keys.press('F6', 'F6');
    await keys.press('Control+1');
    await heading(page, 'Your iPhone is protected.').waitFor();
  });

  it('reaches everything of Home and Settings', async () => {
    for (const name of ['Home', 'Settings'] as const) {
      if (name === 'Settings') await keys.press('Control+Comma');
      const main = page.getByRole('main', { name, exact: true });
      await main.waitFor();
      const wanted = await main.getByRole('button').and(page.locator(':enabled')).count();
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      const reached = new Set<string>();
      for (let stop = 0; stop < 60; stop += 1) {
        await keys.press('Tab');
        const id = await main
          .getByRole('button')
          .evaluateAll((all: Element[]) => all.indexOf(document.activeElement as Element));
        if (id >= 0) reached.add(String(id));
      }
      expect(reached.size, name).toBe(wanted);
    }
  });
});
