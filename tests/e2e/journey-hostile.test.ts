import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Simulator } from '../../src/main/simulator/simulator.ts';
import { CLOSING, DRAWING, hostilePhone, IMAGE, SCRIPT } from './journeys/hostile-phone.ts';
import { type Complaints, complaintsOf, picture, whereItStopped } from './journeys/seen.ts';
import { openBrowser, type Served, serve, WINDOW } from './journeys/serve.ts';
import { backedUp, button, heading, open, openKind, PASSWORD, pickFolder, press } from './journeys/steps.ts';

/** Some of it, as text. */
const FOREIGN = /<script>alert|<img src=x onerror|<svg\/onload|javascript:alert/;

/** A phone whose name, messages, contacts, notes and files strangers wrote: all of it is text, and none of it runs. */
describe('a hostile phone', () => {
  let folder: string;
  let simulator: Simulator;
  let browser: Browser;
  let page: Page;
  let served: Served;
  let complaints: Complaints;
  /** Dialogs, violations of the policy, and requests that leave this computer's own origin. */
  const happened: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstop-hostile-journey-'));
    simulator = await hostilePhone(folder);
    served = await serve({ USBMUXD_SOCKET_ADDRESS: simulator.address });
    browser = await openBrowser();
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', viewport: WINDOW });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    complaints = complaintsOf(page);
    page.on('dialog', (dialog) => {
      happened.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('popup', (popup) => happened.push(`window: ${popup.url()}`));
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      const isOwn = hostname === '127.0.0.1' || protocol === 'data:' || protocol === 'blob:';
      if (!isOwn) happened.push(`request: ${request.url()}`);
    });
    await context.exposeFunction('violated', (what: string) => happened.push(`policy: ${what}`));
    await context.addInitScript(tellViolations);
    await page.goto(served.link);
  });
  afterEach(async ({ task }) => {
    await whereItStopped(page, task);
    expect(happened.splice(0)).toEqual([]);
    expect(await page.evaluate(madeElements)).toEqual([]);
    expect(complaints.take().filter((one) => !isRefusedPicture(one))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await simulator?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const main = () => page.getByRole('main');
  const seen = (text: string | RegExp) => main().getByText(text).filter({ visible: true }).first().waitFor();
  /** As wide as the window, whatever is in it. */
  const fits = async () => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  };

  it('is set up and backed up like any other', async () => {
    await page.getByRole('option', { name: IMAGE }).waitFor();
    await heading(page, 'Where should backups live?').waitFor();
    await press(page, 'Choose a Folder…');
    await pickFolder(page, 'Backups');
    await press(page, 'Continue');
    await heading(page, 'This iPhone already has a backup password').waitFor();
    await page
      .getByLabel(/^(Backup )?[Pp]assword/)
      .first()
      .fill(PASSWORD);
    await press(page, 'Continue');
    await press(page, 'Back Up Now');
    await backedUp(page);
    await press(page, 'Done');
    await page.getByRole('article', { name: IMAGE }).waitFor();
    await fits();
    await picture(page, 'hostile-home');
  });

  it('shows its messages as they were written', async () => {
    await open(page, 'Browse');
    for (const kind of [/^Messages/, /^WhatsApp/]) {
      await openKind(page, kind);
      const chats = page.getByRole('listbox', { name: 'Conversations', exact: true });
      await chats.getByRole('option').first().waitFor();
      for (let at = 0; at < Math.min(5, await chats.getByRole('option').count()); at += 1) {
        await chats.getByRole('option').nth(at).click();
        await page
          .getByRole('region', { name: 'Messages of this conversation', exact: true })
          .getByText(/./)
          .first()
          .waitFor();
        await fits();
      }
      await seen(FOREIGN);
      await picture(page, `hostile-${kind.source.slice(1).toLowerCase()}`);
    }
    await openKind(page, /^Messages/);
    await page.getByRole('searchbox', { name: 'Find here' }).fill('onload');
    await main().locator('mark').first().waitFor();
    await seen(DRAWING);
  });

  it('shows contacts, notes and all the rest as text, item by item', async () => {
    for (const [kind, text] of [
      [/^Contacts/, FOREIGN],
      [/^Notes/, FOREIGN],
      [/^Calendar/, FOREIGN],
      [/^Safari/, FOREIGN],
      [/^Reminders/, null],
      [/^Call history/, null],
      [/^Apps/, null],
      [/^All files/, null],
    ] as const) {
      await openKind(page, kind);
      const rows = main().getByRole('option').or(main().getByRole('row'));
      await rows.first().waitFor();
      if (text !== null) await seen(text);
      for (let at = 0; at < Math.min(8, await rows.count()); at += 1) {
        await rows.nth(at).click();
        await fits();
      }
      await picture(page, `hostile-${kind.source.slice(1).toLowerCase().replaceAll(' ', '-')}`);
    }
  });

  it('turns no direction of writing but its own', async () => {
    await openKind(page, /^Notes/);
    await main().getByRole('option').first().click();
    await seen('(javascript:alert("link")//https://example.com/)');
    const turned = await main().locator('small').evaluateAll(turnedAround);
    expect(turned.length).toBeGreaterThan(2);
    expect(turned).not.toContain(true);
  });

  it('shows no file that only calls itself a picture', async () => {
    await openKind(page, /^All files/);
    await page
      .getByRole('searchbox', { name: /^Search/ })
      .first()
      .fill('onerror');
    await main().getByText(IMAGE).first().waitFor();
    await fits();
  });

  it('finds what strangers wrote, by what they wrote', async () => {
    await open(page, 'Home');
    await page.getByRole('searchbox', { name: 'Search all backups' }).fill('onfocus');
    await page.keyboard.press('Enter');
    await main().getByText('autofocus').first().waitFor();
    await fits();
  });

  it('exports what was written, and the page that it writes has nothing to run', async () => {
    await open(page, 'Browse');
    await openKind(page, /^Messages/);
    await press(page, 'Export Conversation…');
    await button(page, 'PDF, for reading and printing Format').click();
    await page.getByRole('option', { name: 'HTML, for any browser', exact: true }).click();
    await press(page, 'Choose…');
    await pickFolder(page, 'Saved');
    await press(page, 'Save');
    await page.getByText(/messages? saved to “Saved”\./).waitFor();
    const context = await browser.newContext();
    const exported = await context.newPage();
    exported.on('dialog', (dialog) => {
      happened.push(`dialog of the export: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await exported.goto(`file://${join(served.house, 'Saved', 'index.html')}`);
    expect(await exported.evaluate(madeElements)).toEqual([]);
    await exported.getByText(SCRIPT).first().waitFor();
    await context.close();
  });

  it('would not run, even if it had got into the page', async () => {
    await page.evaluate(
      ([script, ...others]) => {
        const one = document.createElement('script');
        one.textContent = script?.replaceAll(/<.?script>/g, '') ?? '';
        document.body.append(one);
        one.remove();
        const place = document.createElement('div');
        place.id = 'injected';
        place.innerHTML = others.join('');
        document.body.append(place);
        for (const link of place.querySelectorAll('a')) link.click();
      },
      [SCRIPT, IMAGE, DRAWING, CLOSING],
    );
    const wanted = ['script-src-elem inline', 'script-src-attr inline'];
    await expect
      .poll(() => wanted.filter((what) => !happened.includes(`policy: ${what}`)), { timeout: 10_000 })
      .toEqual([]);
    expect(happened.filter((one) => !one.startsWith('policy:'))).toEqual([]);
    await page.evaluate(() => document.getElementById('injected')?.remove());
    happened.splice(0);
    complaints.take();
  });
});

/** Runs in every page before its own scripts. */
function tellViolations(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    const { violated } = globalThis as unknown as { violated: (what: string) => void };
    violated(`${effectiveDirective} ${blockedURI}`);
  });
}

/** Runs in the page: elements that only what strangers wrote could have made. */
function madeElements(): readonly string[] {
  const made = document.querySelectorAll(
    'script:not([src]), iframe, object, embed, foreignObject, [onerror], [onload], [onfocus], img[src="x"], a[href^="javascript"], main style, #root a[href^="http"], base, form[action]',
  );
  return [...made].map((one) => one.outerHTML.slice(0, 200));
}

/** Runs in the page: whether a text in Latin letters is drawn from its end to its beginning. */
function turnedAround(elements: readonly Element[]): readonly boolean[] {
  return elements.flatMap((element) => {
    const text = [...element.childNodes].find((one) => (one.textContent ?? '').length > 8);
    if (text === undefined) return [];
    const boxOf = (at: number): DOMRect => {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect();
    };
    const [first, second] = [boxOf(0), boxOf(1)];
    return first.top === second.top ? [second.left < first.left] : [];
  });
}

/** The engine answers with 415 where bytes are no picture; Chromium says so in the console. */
function isRefusedPicture(text: string): boolean {
  return /^Failed to load resource: .*\b(404|415)\b/.test(text);
}
