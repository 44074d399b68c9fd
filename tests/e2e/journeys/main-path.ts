import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { photosOf, textsWith } from './demo-phone.ts';
import type { Theme } from './seen.ts';
import { backedUp, button, choose, choosePassword, heading, open, openKind, press } from './steps.ts';

/** Where a journey goes: a browser, or a window of the desktop. */
export interface Face {
  readonly page: Page;
  /** Backstop's own folder. */
  readonly home: string;
  /** A folder that stands ready for what is saved. */
  readonly saved: string;
  /** Presses what asks for a folder, and answers as this face's system does. */
  chooseFolder(name: 'Backups' | 'Saved', ask: () => Promise<void>): Promise<void>;
  /** Looks at the screen as it is; not every journey does. */
  look(name: string, themes?: readonly Theme[]): Promise<void>;
}

/** From nothing to the first verified backup: phone, place, password, backup, each asked for once. */
export function firstBackup(face: () => Face): void {
  it('opens with the first run, and offers a demo phone', async () => {
    const { page, look } = face();
    await heading(page, 'A copy of your iPhone, on a disk you own').waitFor();
    await look('first-run-connect');
    await press(page, 'Try with a Demo iPhone');
    await heading(page, 'Where should backups live?').waitFor();
  });

  it('asks where backups live, and takes a folder', async () => {
    const { page, look, chooseFolder } = face();
    await chooseFolder('Backups', () => press(page, 'Choose a Folder…'));
    const chosen = page.getByRole('option', { name: /^Backups/ });
    await chosen.waitFor();
    expect(await chosen.getAttribute('aria-selected')).toBe('true');
    await look('first-run-where');
    await press(page, 'Continue');
  });

  it('asks for a backup password', async () => {
    const { page, look } = face();
    await heading(page, 'Choose a backup password').waitFor();
    expect(await button(page, 'Continue').isDisabled()).toBe(true);
    await choosePassword(page);
    await button(page, 'Continue').and(page.locator(':enabled')).waitFor();
    await look('first-run-password');
    await press(page, 'Continue');
  });

  it('makes the first backup, which can be watched, and reads it back', async () => {
    const { page, look } = face();
    await heading(page, 'Make the first backup').waitFor();
    await look('first-run-backup');
    await press(page, 'Back Up Now');
    await heading(page, 'Enter the passcode on your iPhone').waitFor();
    await heading(page, 'Copying from the phone').waitFor();
    await page.getByText('Last data: just now', { exact: true }).waitFor();
    await copiedAtLeast(page, 20);
    await copiedAtLeast(page, 60);
    await backedUp(page);
    await page.getByText('Its structure was checked and 600 files were read back and match.').waitFor();
    await look('first-run-verified');
  });
}

/** Looking inside, saving, the phone changing, and what the second backup says of it. */
export function afterwards(face: () => Face): void {
  it('looks inside, and finds a photo', async () => {
    const { page, home, look } = face();
    const [wanted] = [...photosOf(home)].filter((name) => name.endsWith('.PNG'));
    await press(page, 'Look Inside');
    const wall = page.getByRole('listbox', { name: /^Photos, \d+ items$/ });
    await wall.getByRole('option').first().waitFor();
    await allPicturesShown(page);
    await look('browse-photos');
    await page.getByRole('searchbox', { name: 'Search photos' }).fill(wanted ?? '');
    await page.getByRole('listbox', { name: 'Photos, 1 item' }).waitFor();
    await page.getByRole('option').dblclick();
    const viewer = page.getByRole('dialog');
    await viewer
      .getByRole('definition')
      .getByText(wanted ?? '', { exact: true })
      .waitFor();
    await allPicturesShown(page);
    await look('photo');
    await viewer.getByRole('button', { name: 'Close', exact: true }).click();
    await viewer.waitFor({ state: 'detached' });
  });

  it('exports a conversation, and the file says what the phone says', async () => {
    const { page, home, saved, look, chooseFolder } = face();
    await openKind(page, /^Messages/);
    await page.getByRole('option', { name: /^Zoë Nguyen/ }).click();
    await page.getByRole('region', { name: 'Zoë Nguyen', exact: true }).waitFor();
    await page.getByText('Running ten minutes late, sorry!').last().waitFor();
    await allPicturesShown(page);
    await look('browse-messages');
    await press(page, 'Export Conversation…');
    await button(page, 'PDF, for reading and printing Format').click();
    await page.getByRole('option', { name: 'Plain text', exact: true }).click();
    await chooseFolder('Saved', () => press(page, 'Choose…'));
    await page.getByRole('dialog').getByText(saved, { exact: true }).waitFor();
    await look('export');
    await press(page, 'Save');
    await page.getByText('16 messages saved to “Saved”.', { exact: true }).waitFor();
    const text = readFileSync(join(saved, 'conversation.txt'), 'utf8');
    const handle = /\((\+\d+)\)/.exec(text)?.[1] ?? '';
    const wanted = textsWith(home, handle);
    expect(wanted.length).toBeGreaterThan(3);
    const unbroken = text.replaceAll(/\n +/g, '\n');
    let at = 0;
    for (const one of wanted) {
      at = unbroken.indexOf(one, at);
      expect(at, `in its order: ${one}`).toBeGreaterThan(0);
    }
    for (const line of readFileSync(join(saved, 'SHA256SUMS'), 'utf8').trim().split('\n')) {
      const [sum, name = ''] = line.split(/ [ *]/);
      expect(existsSync(join(saved, name)), name).toBe(true);
      expect(
        createHash('sha256')
          .update(readFileSync(join(saved, name)))
          .digest('hex'),
        name,
      ).toBe(sum);
    }
  });

  it('backs up again after a day with the phone, and names what changed', async () => {
    const { page, home, look } = face();
    const before = photosOf(home);
    await open(page, 'What Changed');
    await heading(page, 'One backup so far').waitFor();
    await look('changes-one');
    await press(page, 'Use the Demo iPhone for a Day, Then Back Up');
    await heading(page, 'Copying from the phone').waitFor();
    await look('job');
    await backedUp(page);
    await look('job-done');
    const after = photosOf(home);
    const gone = [...before].filter((name) => !after.has(name));
    const added = [...after].filter((name) => !before.has(name));
    expect([gone.length, added.length]).toEqual([6, 9]);
    await open(page, 'What Changed');
    await heading(page, '6 items left the phone').waitFor();
    const namesIn = async (region: string): Promise<readonly string[]> => {
      const pictures = page.getByRole('region', { name: region, exact: true }).getByRole('img');
      await pictures.first().waitFor();
      return pictures.evaluateAll((all: Element[]) => all.map((one) => one.getAttribute('alt') ?? ''));
    };
    expect(new Set(await namesIn('6 photos'))).toEqual(new Set(gone));
    await allPicturesShown(page);
    await look('changes');
    await choose(page, /^New/);
    expect(new Set(await namesIn('9 photos'))).toEqual(new Set(added));
    await page.getByRole('region', { name: '24 messages', exact: true }).waitFor();
    await choose(page, /^Changed/);
    await page.getByRole('region', { name: '1 note', exact: true }).waitFor();
  });

  it('verifies every file of the newest backup, and says so', async () => {
    const { page, look } = face();
    await open(page, 'Verify');
    await choose(page, /^Full/);
    await look('verify');
    await press(page, 'Verify Now');
    await heading(page, 'All 606 files were read back and match.').waitFor();
    await look('verify-done');
  });
}

/** The screens that the path did not need, each with what was done before. */
export function everywhere(face: () => Face): void {
  it('leads everywhere', async () => {
    const { page, look } = face();
    await open(page, 'Home');
    await heading(page, 'Your iPhone is protected.').waitFor();
    await look('home');
    await open(page, /^History/);
    await page
      .getByRole('listbox', { name: /^Backups of/ })
      .getByRole('option')
      .nth(1)
      .waitFor();
    await look('history');
    await press(page, 'What Is in It');
    await heading(page, 'What is in this backup').waitFor();
    await look('contents');
    for (const name of ['All Backups', 'Destinations', 'Activity', 'Settings']) {
      await open(page, name);
      await page.getByRole('main', { name, exact: true }).waitFor();
      await look(name.toLowerCase().replaceAll(' ', '-'));
    }
  });
}

/** Every kind of data that the demo phone has, and what lies behind buttons, as it really is. */
export function everythingInside(face: () => Face): void {
  it('shows every kind of data', async () => {
    const { page, look } = face();
    await open(page, 'Browse');
    const kinds = page.getByRole('navigation', { name: 'Kinds of data', exact: true }).getByRole('link');
    await kinds.nth(10).waitFor();
    for (const link of await kinds.all()) {
      const name = /^[\p{L} ]+/u.exec((await link.textContent()) ?? '')?.[0].trim() ?? '';
      if (name === 'Photos' || name === 'Messages') continue;
      await link.click();
      const main = page.getByRole('main', { name, exact: true });
      await main.waitFor();
      const rows = main.getByRole('option').or(main.getByRole('row'));
      await rows.first().waitFor();
      // Photos open by a double click; one click on the rest shows what is known of it.
      await rows.nth((await rows.count()) > 1 ? 1 : 0).click();
      await allPicturesShown(page);
      // In the light they are looked at with staged data.
      await look(`browse-${name.toLowerCase().replaceAll(' ', '-')}`, ['dark']);
    }
  });

  it('finds words in all backups', async () => {
    const { page, look } = face();
    await open(page, 'Home');
    await page.getByRole('searchbox', { name: 'Search all backups' }).fill('birthday');
    await page.keyboard.press('Enter');
    await page.getByRole('main').getByText('birthday').filter({ visible: true }).first().waitFor();
    await look('search');
  });

  it('shows what lies behind the buttons of History', async () => {
    const { page, look } = face();
    await open(page, /^History/);
    for (const [name, title, picture] of [
      ['Retention…', 'What to keep', 'history-retention'],
      ['Recently Removed…', 'Recently Removed', 'history-removed'],
      ['Delete…', /^Delete the backup from/, 'history-delete'],
    ] as const) {
      await press(page, name);
      const sheet = page.getByRole('dialog', { name: title }).or(page.getByRole('alertdialog', { name: title }));
      await sheet.waitFor();
      await look(picture);
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
    }
  });
}

/** As it is copied: the figure of its progress never stands still for long. */
export async function copiedAtLeast(page: Page, percent: number): Promise<void> {
  await page.waitForFunction((wanted) => {
    const bar = document.querySelector('[role=progressbar]');
    return bar === null || Number(bar.getAttribute('aria-valuenow')) >= wanted;
  }, percent);
}

async function allPicturesShown(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.images].every((one) => one.complete && (one.naturalWidth > 0 || one.loading === 'lazy')),
  );
}
