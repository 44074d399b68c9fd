import { type BrowserContext, chromium } from 'playwright-core';

/** The test started Chromium; this process draws its windows in it. */
let opened: Promise<BrowserContext> | null = null;

export function browserContext(): Promise<BrowserContext> {
  opened ??= open();
  return opened;
}

async function open(): Promise<BrowserContext> {
  const endpoint = process.env['STANDIN_BROWSER'];
  if (endpoint === undefined) throw new Error('electron stand-in: STANDIN_BROWSER names no browser');
  const browser = await chromium.connectOverCDP(endpoint);
  const context = browser.contexts()[0];
  if (context === undefined) throw new Error('electron stand-in: the browser has no context');
  return context;
}
