import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { backstop } from '../support/backstop.ts';
import { afterwards, copiedAtLeast, type Face, firstBackup } from './journeys/main-path.ts';
import { type Complaints, complaintsOf, whereItStopped } from './journeys/seen.ts';
import { backedUp, button, choosePassword, heading, open, press } from './journeys/steps.ts';
import { BUILT } from './standin/build.ts';
import { type LaunchedApp, launchApp } from './standin/launch.ts';
import { postFrame } from './standin/shell.ts';

/**
 * The same first hour in the desktop app: the built shell, preload, engine and pages, in the stand-in for Electron. Then
 * its engine is killed in the middle of a backup.
 */
describe('the journey in the desktop app', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstop-desktop-journey-'));
  const home = join(folder, 'home');
  const house = join(folder, 'house');
  const vault = join(house, 'Backups');
  let app: LaunchedApp;
  let page: Page;
  let complaints: Complaints;

  beforeAll(async () => {
    for (const one of [home, house, vault, join(house, 'Saved')]) mkdirSync(one);
    const env = { HOME: house, USBMUXD_SOCKET_ADDRESS: join(folder, 'no-muxer') };
    app = await launchApp({ folder: BUILT, home, env });
    page = await app.firstWindow();
    page.context().setDefaultTimeout(20_000);
    complaints = complaintsOf(page);
  });
  afterEach(async ({ task }) => {
    await whereItStopped(page, task);
    expect(complaints.take()).toEqual([]);
  });
  afterAll(async () => {
    await app?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const face = (): Face => ({
    page,
    home,
    saved: join(house, 'Saved'),
    chooseFolder: async (name, ask) => {
      await app.evaluate(
        ({ dialog }, path) => void dialog.answers.push({ canceled: false, filePaths: [path] }),
        join(house, name),
      );
      await ask();
    },
    look: async () => undefined,
  });
  firstBackup(face);
  afterwards(face);

  it('keeps its window when the engine is killed in the middle of a backup, and says what is true', async () => {
    // Everything once more, so that there is a middle. What somebody presses begins what is new only.
    const udid = /udid=([^&]+)/.exec(page.url())?.[1] ?? '';
    const input = { udid, vault: null, full: true, unencrypted: false, verify: null };
    const started = await postFrame(page, JSON.stringify({ type: 'request', id: 9001, name: 'backups.start', input }));
    expect(started['type']).toBe('answer');
    await page.getByRole('link', { name: /On Demo iPhone$/ }).click();
    await heading(page, 'Copying from the phone').waitFor();
    await copiedAtLeast(page, 30);
    await app.evaluate(({ utilityProcess }) => void utilityProcess.all.at(-1)!.kill());
    await page.getByText('Backstop’s engine stopped and is being started again.').waitFor();
    await page.getByText('Backstop’s engine stopped').waitFor({ state: 'detached' });
    expect(await app.evaluate(({ utilityProcess }) => utilityProcess.all.length)).toBe(2);
    await page.getByText('Your earlier backups are untouched.').waitFor();
    await open(page, /^History/);
    const list = page.getByRole('listbox', { name: /^Backups of/ });
    await list.getByRole('option').first().waitFor();
    expect(await list.getByRole('option').count()).toBe(2);
  });

  it('left the vault intact', async () => {
    const env = { BACKSTOP_HOME: join(folder, 'another-home'), BACKSTOP_VAULT: vault };
    const { last, code } = await backstop(['snapshots'], { env });
    expect(code).toBe(0);
    const ids = (last['snapshots'] as readonly { readonly id: string }[]).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    for (const id of ids) {
      const checked = await backstop(['verify', id, '--level', 'full'], { env });
      expect(checked.last).toMatchObject({ type: 'result', ok: true });
    }
    const check = await backstop(['vault', 'check'], { env });
    expect(check.code).toBe(0);
  });

  it('backs up again as if nothing had been', async () => {
    await open(page, 'Home');
    // It lived in the engine's process; started anew it has no backup password, and the window says so.
    await press(page, 'Start the Demo iPhone');
    await press(page, 'Fix Encryption');
    await choosePassword(page);
    await press(page, 'Turn On Encryption');
    await page.getByText('Encryption is on.', { exact: true }).waitFor();
    await press(page, 'Back Up Now');
    await backedUp(page);
    await open(page, /^History/);
    const list = page.getByRole('listbox', { name: /^Backups of/ });
    await list.getByRole('option').nth(2).waitFor();
    expect(await button(page, 'Browse This Backup').isEnabled()).toBe(true);
  });

  it('ends in good order', async () => {
    await app.evaluate(({ app: electron }) => void setImmediate(() => electron.quit()));
    expect(await app.ended).toBe(0);
  });
});
