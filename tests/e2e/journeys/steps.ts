import type { Locator, Page } from 'playwright-core';

export const PASSWORD = 'copper lantern nineteen rivers';

/** Every name is whole: a button that is called otherwise is another button. */
export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
export const press = (page: Page, name: string): Promise<void> => button(page, name).click();
export const heading = (page: Page, name: string): Locator => page.getByRole('heading', { name, exact: true });

/** The way through the window, by its sidebar. */
export const open = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('navigation', { name: 'Backstop', exact: true }).getByRole('link', { name }).click();

/** A kind of data, of those that a backup holds. */
export const openKind = (page: Page, name: RegExp): Promise<void> =>
  page.getByRole('navigation', { name: 'Kinds of data', exact: true }).getByRole('link', { name }).click();

/** One of a few choices that stand beside each other. Their radio buttons are drawn by their labels. */
export const choose = (page: Page, name: RegExp): Promise<void> =>
  page.getByRole('radio', { name }).check({ force: true });

/** Chooses a folder of the person's own in the list that the page shows where the system has no dialog for it. */
export async function pickFolder(page: Page, name: string): Promise<void> {
  const sheet = page.getByRole('dialog', { name: 'Choose a folder', exact: true });
  await sheet.getByRole('listbox', { name: 'Places', exact: true }).getByRole('option').first().waitFor();
  await sheet.getByRole('option', { name, exact: true }).first().click();
  await sheet.getByRole('listbox', { name: `Folders in ${name}`, exact: true }).waitFor();
  await sheet.getByRole('button', { name: 'Choose This Folder', exact: true }).click();
  await sheet.waitFor({ state: 'detached' });
}

/** A password that nobody guesses, twice, and the promise to have kept it. */
export async function choosePassword(page: Page): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Repeat it', { exact: true }).fill(PASSWORD);
  await page.getByRole('checkbox', { name: 'I have kept a copy of it.', exact: true }).check({ force: true });
}

/** A backup reads itself back before it says so. */
export const backedUp = (page: Page): Promise<void> =>
  heading(page, 'Backed up and verified').waitFor({ timeout: 90_000 });
