import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, type RunnerTestCase } from 'vitest';

/** Git-ignored: for the eye. */
const PICTURES = join(import.meta.dirname, '../screenshots');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export type Theme = 'dark' | 'light';

/** A picture of the screen as it is, in both themes unless one is named, and no violation of accessibility rules. */
export async function look(page: Page, name: string, themes: readonly Theme[] = ['dark', 'light']): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.locator(`[data-theme="${theme}"]`).waitFor();
    await page.screenshot({ path: join(PICTURES, `journey-${name}-${theme}.png`), animations: 'disabled' });
    const { violations } = await new AxeBuilder({ page })
      .withTags(TAGS)
      // React Aria's own voice keeps for seconds what it has said, also of a button that is gone since.
      .exclude('[data-live-announcer]')
      .analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary ?? ''}`),
    );
    expect(found, `${name}, ${theme}`).toEqual([]);
  }
}

/** A picture for the eye only. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `journey-${name}.png`), animations: 'disabled' });
}

/** What a page complains about, until somebody asks. */
export interface Complaints {
  /** And forgets it. */
  take(): readonly string[];
}

export function complaintsOf(page: Page): Complaints {
  const all: string[] = [];
  page.on('pageerror', ({ message }) => all.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') all.push(message.text());
  });
  return { take: () => all.splice(0) };
}

/** What was on the screen when a test failed: a picture, and the names that it has for those who do not see it. */
export async function whereItStopped(page: Page | undefined, task: Readonly<RunnerTestCase>): Promise<void> {
  if (task.result?.state !== 'fail' || page === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  const name = join(PICTURES, `failed-${task.name.replaceAll(/[^a-z0-9]+/gi, '-')}`);
  await page.screenshot({ path: `${name}.png` });
  writeFileSync(`${name}.txt`, `${page.url()}\n${await page.locator('body').ariaSnapshot()}`);
}
