import { describe, expect, it } from 'vitest';
import { eventually, job, openShell, phone, progress, type Shell, vault } from './standin/shell.ts';

const tooltip = ({ app }: Shell) => app.evaluate(({ Tray }) => Tray.all[0]?.tooltip ?? null);
const picture = ({ app }: Shell) =>
  app.evaluate(({ Tray }) => (Tray.all[0]!.image as unknown as { path: string }).path.split(/[\\/]/).at(-1));
const menu = ({ app }: Shell) => app.evaluate(({ Tray }) => Tray.all[0]!.menu!.items.map(({ label }) => label));
const press = ({ app }: Shell, id: string) =>
  app.evaluate(({ Tray }, one) => Tray.all[0]!.menu!.getMenuItemById(one)!.click(), id);
const says = (shell: Shell, first: string) =>
  eventually(
    () => tooltip(shell),
    (line) => line === first,
  );

describe('the tray', () => {
  it('shows what the engine tells, state by state', async () => {
    await using shell = await openShell();
    await says(shell, 'No iPhone yet');
    expect(await picture(shell)).toBe('no-iphone-dark.png');

    const fresh = {
      ...phone(),
      backups: 0,
      newest: null,
      health: { rule: 'no-backup', facts: {}, protectedUntil: null } as const,
    };
    await shell.tell({ phones: [fresh], settings: { firstRunStep: 'where' } });
    await says(shell, 'Finish setting up');

    await shell.tell({ phones: [phone()], vaults: [vault()], settings: { firstRunStep: 'done' } });
    await says(shell, 'Everything is protected');
    expect(await picture(shell)).toBe('verified-dark.png');
    expect(await menu(shell)).toEqual(
      expect.arrayContaining([
        'Back Up iPhone 15 Pro',
        'Back Up Before Cleanup…',
        'Browse Latest Backup',
        'Open Backstop',
        'Settings…',
        'Quit Backstop',
      ]),
    );

    await shell.tell({ jobs: [job({ progress: progress('preparing') })] });
    await says(shell, 'Getting iPhone 15 Pro ready');
    await shell.tell({
      jobs: [job({ passcodeSince: '2026-11-23T10:00:05.000Z', progress: progress('waiting-for-passcode') })],
    });
    await says(shell, 'Enter the passcode on iPhone 15 Pro');
    expect(await picture(shell)).toBe('needs-you-dark.png');
    await shell.tell({ jobs: [job()] });
    await says(shell, 'Backing up iPhone 15 Pro');
    expect(await picture(shell)).toMatch(/^backing-up-[123]-dark\.png$/);
    expect((await menu(shell))[1]).toBe('58%, about 4 minutes left');
    await shell.tell({ jobs: [job({ progress: progress('rereading') })] });
    await says(shell, 'Reading back iPhone 15 Pro');
    expect(await picture(shell)).toBe('verifying-dark.png');
    await shell.tell({ jobs: [job({ state: 'done', endedAt: '2026-11-23T10:10:00.000Z' })] });
    await says(shell, 'Everything is protected');

    const failed = phone({
      health: { rule: 'last-attempt-failed', facts: {}, protectedUntil: '2026-11-20T10:00:00.000Z' },
    });
    await shell.tell({ phones: [failed] });
    await says(shell, 'The last backup failed');
    expect(await picture(shell)).toBe('failed-dark.png');
    await shell.tell({ phones: [phone()], vaults: [vault({ isOnline: false })] });
    await says(shell, 'Studio SSD is not connected');
    await shell.tell({ vaults: [vault({ damagedBackups: 2 })] });
    await says(shell, 'A backup is damaged');
    await shell.tell({
      phones: [phone({ health: { rule: 'not-verified', facts: {}, protectedUntil: null } })],
      vaults: [vault()],
    });
    await says(shell, 'Backed up, not verified yet');
    expect(await picture(shell)).toBe('idle-dark.png');
  });

  it('carries out what is chosen', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    await hello(page);
    await shell.tell({ phones: [phone()], vaults: [vault()] });
    await says(shell, 'Everything is protected');
    await press(shell, 'back-up:phone-1');
    await eventually(
      () => shell.heard(),
      (all) =>
        all.some(({ name, input }) => name === 'backups.start' && (input as { udid: string }).udid === 'phone-1'),
    );
    await eventually(
      () => told(page),
      (all) => all.includes('go /job?job=job-of-tray'),
    );
    await press(shell, 'cleanup');
    await eventually(
      () => told(page),
      (all) => all.includes('go /cleanup'),
    );
    await press(shell, 'settings');
    await eventually(
      () => told(page),
      (all) => all.includes('go /settings'),
    );
    await shell.tell({ jobs: [job()] });
    await says(shell, 'Backing up iPhone 15 Pro');
    await press(shell, 'cancel');
    await eventually(
      () => told(page),
      (all) => all.includes('command cancel-backup'),
    );
    await press(shell, 'quit-later');
    await eventually(
      () => menu(shell),
      (labels) => labels.includes('Keep Running When Finished'),
    );
    await press(shell, 'quit-later');
    await eventually(
      () => menu(shell),
      (labels) => labels.includes('Quit When Finished'),
    );
  });

  it('asks in the window before a phone without encryption is backed up', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    await hello(page);
    await shell.tell({ phones: [phone({ encrypted: false })], vaults: [vault()] });
    await says(shell, 'Everything is protected');
    await press(shell, 'back-up:phone-1');
    await eventually(
      () => told(page),
      (all) => all.includes('command back-up'),
    );
    expect((await shell.heard()).map(({ name }) => name)).not.toContain('backups.start');
  });

  it('is no way in for the name of a phone', async () => {
    await using shell = await openShell();
    const name = '\u202ehacked\nQuit \u0000 {percent}';
    await shell.tell({ phones: [phone({ name })], vaults: [vault()], jobs: [job()] });
    const line = await eventually(
      () => tooltip(shell),
      (text) => text?.startsWith('Backing up') === true,
    );
    expect([...(line ?? '')].filter((one) => one < ' ' || one === '\u202e')).toEqual([]);
  });

  it('goes when it is not wanted, and comes back', async () => {
    await using shell = await openShell();
    const count = () => shell.app.evaluate(({ Tray }) => Tray.all.length);
    await eventually(count, (trays) => trays === 1);
    await shell.tell({ settings: { menuBarIcon: false } });
    await eventually(count, (trays) => trays === 0);
    await shell.tell({ settings: { menuBarIcon: true } });
    await eventually(count, (trays) => trays === 1);
  });
});

describe.each(['darwin', 'win32'] as const)('the popover on %s', (platform) => {
  const icon =
    platform === 'darwin' ? { x: 1500, y: 0, width: 24, height: 24 } : { x: 1500, y: 1060, width: 24, height: 20 };

  it('opens on a click, shows the state and acts', async () => {
    await using shell = await openShell({ platform });
    const page = await shell.app.firstWindow();
    await hello(page);
    await shell.tell({ phones: [phone()], vaults: [vault()], jobs: [job()] });
    await says(shell, 'Backing up iPhone 15 Pro');
    expect(await shell.app.evaluate(({ Tray }) => Tray.all[0]!.menu)).toBeNull();
    await shell.app.evaluate(({ Tray }, bounds) => void Tray.all[0]!.emit('click', {}, bounds), icon);
    const popover = await shell.app.window('popover.html');
    await popover.getByRole('heading', { name: 'Backing up iPhone 15 Pro' }).waitFor();
    await popover.getByText('58%, about 4 minutes left').waitFor();
    expect(await popover.getByRole('button').allTextContents()).toEqual([
      'Show Progress',
      'Cancel This Backup…',
      'Quit When Finished',
      'Open Backstop',
      'Settings…',
      'Quit Backstop',
    ]);
    await shell.tell({ jobs: [job({ percent: 71 })] });
    await popover.getByText('71%, about 4 minutes left').waitFor();
    const box = await eventually(
      () => shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.all.at(-1)!.getBounds()),
      ({ height }) => height !== 240,
    );
    const isUnder = box.y >= icon.y + icon.height;
    expect(platform === 'darwin' ? isUnder : box.y + box.height <= icon.y).toBe(true);
    expect(box.x).toBeGreaterThan(1200);

    await popover.getByRole('button', { name: 'Show Progress' }).click();
    await eventually(
      () => told(page),
      (all) => all.includes('go /job?job=job-1'),
    );
    const isVisible = await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.all.at(-1)!.isVisible());
    expect(isVisible).toBe(false);
  });

  it('has a row for each phone, with its button', async () => {
    await using shell = await openShell({ platform });
    await shell.app.firstWindow();
    const other = phone({ udid: 'phone-2', name: 'Family iPhone', isConnected: false });
    await shell.tell({ phones: [phone(), other], vaults: [vault()] });
    await says(shell, 'Everything is protected');
    await shell.app.evaluate(({ Tray }, bounds) => void Tray.all[0]!.emit('click', {}, bounds), icon);
    const popover = await shell.app.window('popover.html');
    await popover.getByRole('heading', { name: 'Family iPhone' }).waitFor();
    expect(await popover.getByRole('button').allTextContents()).toEqual([
      'Back Up',
      'Back Up Before Cleanup…',
      'Browse Latest Backup',
      'Open Backstop',
      'Settings…',
      'Quit Backstop',
    ]);
    await popover.getByRole('button', { name: 'Back Up iPhone 15 Pro' }).click();
    await eventually(
      () => shell.heard(),
      (all) => all.some(({ name }) => name === 'backups.start'),
    );
  });

  it('asks the engine nothing', async () => {
    await using shell = await openShell({ platform });
    await shell.app.firstWindow();
    await says(shell, 'No iPhone yet');
    await shell.app.evaluate(({ Tray }, bounds) => void Tray.all[0]!.emit('click', {}, bounds), icon);
    const popover = await shell.app.window('popover.html');
    const before = (await shell.heard()).length;
    await popover.evaluate(
      `window.backstop.post({ type: 'request', id: 1, name: 'settings.set', input: { lockBrowsing: false } })`,
    );
    await popover.evaluate(`window.backstop.post({ type: 'face', wish: 'act', id: 'nothing' })`);
    await eventually(
      () => shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.all.at(-1)!.isVisible()),
      (isVisible) => !isVisible,
    );
    expect((await shell.heard()).length).toBe(before);
  });

  it('leaves the right click to a menu of the system', async () => {
    await using shell = await openShell({ platform });
    await says(shell, 'No iPhone yet');
    await shell.app.evaluate(({ Tray }) => void Tray.all[0]!.emit('right-click', {}, {}));
    const labels = await shell.app.evaluate(({ Tray }) => Tray.all[0]!.popped!.items.map(({ label }) => label));
    expect(labels).toEqual(expect.arrayContaining(['No iPhone yet', 'Set Up…', 'Quit Backstop']));
  });
});

describe.each(['darwin', 'win32', 'linux'] as const)('the menus on %s', (platform) => {
  it('have each shortcut once, and tell the page what was chosen', async () => {
    await using shell = await openShell({ platform });
    const page = await shell.app.firstWindow();
    await hello(page);
    const keys = await shell.app.evaluate(({ Menu }) => {
      const seen: string[] = [];
      const walk = (
        items: readonly { accelerator?: string | undefined; submenu: { items: readonly never[] } | null }[],
      ) => {
        for (const item of items) {
          if (item.accelerator !== undefined) seen.push(item.accelerator);
          if (item.submenu !== null) walk(item.submenu.items);
        }
      };
      walk(Menu.getApplicationMenu()!.items as never);
      return seen;
    });
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('CmdOrCtrl+,');
    const choose = (id: string) =>
      shell.app.evaluate(({ Menu }, one) => Menu.getApplicationMenu()!.getMenuItemById(one)!.click(), id);
    await page.evaluate(`window.backstop.post({ type: 'face', wish: 'can', commands: ['search-all'] })`);
    await eventually(
      () => shell.app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('pin')!.enabled),
      (isEnabled) => !isEnabled,
    );
    await expect(choose('pin')).rejects.toThrow(/not enabled/);
    await choose('search-all');
    await choose('go:/settings');
    await eventually(
      () => told(page),
      (all) => all.includes('command search-all') && all.includes('go /settings'),
    );
  });
});

describe('the real page', () => {
  it('goes where menus and the tray lead', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    await shell.tell({ phones: [phone()], vaults: [vault()] });
    await says(shell, 'Everything is protected');
    await press(shell, 'settings');
    await page.waitForURL(/#\/settings$/);
    await eventually(
      () => shell.app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('show-history')!.enabled),
      (isEnabled) => isEnabled,
    );
    await shell.app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('show-history')!.click());
    await page.waitForURL(/#\/history\?udid=phone-1$/);
    await shell.app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('back')!.click());
    await page.waitForURL(/#\/settings$/);
  });
});

interface Watched {
  evaluate(code: string): Promise<unknown>;
}

/** Listens as the page does, and says hello for it. */
async function hello(page: Watched): Promise<void> {
  await page.evaluate(`{
    window.told = [];
    window.backstop.onFrame((frame) => {
      if (frame.type === 'face') window.told.push(frame.told + ' ' + (frame.route ?? frame.command ?? ''));
    });
    window.backstop.post({ type: 'face', wish: 'hello' });
  }`);
  await eventually(
    () => told(page),
    (all) => all.some((line) => line.startsWith('window')),
  );
}

function told(page: Watched): Promise<string[]> {
  return page.evaluate('window.told') as Promise<string[]>;
}
