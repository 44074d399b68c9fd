import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually, job, openShell, phone, type Shell } from './standin/shell.ts';

/** The newest window's record. */
const windowOf = ({ app }: Shell) =>
  app.evaluate(({ BrowserWindow }) => {
    const [one] = BrowserWindow.all;
    return one === undefined
      ? null
      : { isVisible: one.isVisible(), isFocused: one.isFocused(), bounds: one.getBounds(), options: one.options };
  });
const close = ({ app }: Shell) => app.evaluate(({ BrowserWindow }) => BrowserWindow.all[0]!.close());
const answerDialog = ({ app }: Shell, response: number) =>
  app.evaluate(
    ({ dialog }, button) => void dialog.answers.push({ response: button, checkboxChecked: false }),
    response,
  );
const asked = ({ app }: Shell) =>
  app.evaluate(({ dialog }) => dialog.asked.map((one) => (one as { message: string }).message));
const quit = ({ app }: Shell) => app.evaluate(({ app: electron }) => void setImmediate(() => electron.quit()));

describe('the window', () => {
  it('opens at 1280 × 832 and no smaller than 980 × 640', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    const seen = await windowOf(shell);
    expect(seen?.bounds).toMatchObject({ width: 1280, height: 832 });
    expect(seen?.options).toMatchObject({ minWidth: 980, minHeight: 640 });
  });

  it('opens where it was', async () => {
    const first = await openShell({ keepHome: true });
    await first.app.firstWindow();
    await first.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.all[0]!.setBounds({ x: 300, y: 120, width: 1100, height: 700 }),
    );
    const file = join(first.home, 'window/shell.json');
    await eventually(
      () => safeRead(file),
      (text) => text.includes('1100'),
    );
    await first.app.close();
    await using second = await openShell({ home: first.home });
    await second.app.firstWindow();
    expect((await windowOf(second))?.bounds).toEqual({ x: 300, y: 120, width: 1100, height: 700 });
  });

  it('comes back to a display that is there', async () => {
    const first = await openShell({ keepHome: true });
    await first.app.firstWindow();
    await first.app.close();
    const state = { bounds: { x: 5000, y: 5000, width: 1100, height: 700 } };
    writeFileSync(join(first.home, 'window/shell.json'), JSON.stringify(state));
    await using second = await openShell({ home: first.home });
    await second.app.firstWindow();
    const seen = await windowOf(second);
    expect(seen?.options.x).toBeUndefined();
    expect(seen?.bounds).toMatchObject({ width: 1100, height: 700 });
  });

  it('opens as on the first day when its memory is damaged', async () => {
    const first = await openShell({ keepHome: true });
    await first.app.firstWindow();
    await first.app.close();
    writeFileSync(join(first.home, 'window/shell.json'), '{"bounds": "here", "isMax');
    await using second = await openShell({ home: first.home });
    await second.app.firstWindow();
    expect((await windowOf(second))?.bounds).toMatchObject({ width: 1280, height: 832 });
  });

  it('is hidden when it is closed, and says so once', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await trayIsThere(shell);
    await answerDialog(shell, 0);
    await close(shell);
    expect((await windowOf(shell))?.isVisible).toBe(false);
    expect(await asked(shell)).toEqual(['Backstop keeps running']);
    await shell.app.evaluate(({ app }) => void app.emit('activate'));
    expect((await windowOf(shell))?.isVisible).toBe(true);
    await close(shell);
    expect(await asked(shell)).toHaveLength(1);
  });

  it('ends the program when it is closed and there is no icon to find it by', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await shell.tell({ settings: { menuBarIcon: false } });
    await eventually(
      () => shell.app.evaluate(({ Tray }) => Tray.all.length),
      (count) => count === 0,
    );
    await shell.app.evaluate(({ BrowserWindow }) => void setImmediate(() => BrowserWindow.all[0]!.close()));
    expect(await shell.app.ended).toBe(0);
  });

  it('is shown in front when the program is started again', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await trayIsThere(shell);
    await answerDialog(shell, 0);
    await close(shell);
    await shell.app.evaluate(({ app }) => void app.emit('second-instance'));
    expect(await windowOf(shell)).toMatchObject({ isVisible: true, isFocused: true });
    expect(await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.all.length)).toBe(1);
  });

  it('stays away when the system started the program', async () => {
    await using shell = await openShell({ args: ['--background'] });
    await trayIsThere(shell);
    expect(await windowOf(shell)).toBeNull();
    await shell.app.evaluate(({ Tray }) => void Tray.all[0]!.emit('click', {}, {}));
    await shell.app.firstWindow();
    expect((await windowOf(shell))?.isVisible).toBe(true);
  });

  it('follows the theme that was chosen, and the system otherwise', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    const isDark = () => page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`);
    expect(await isDark()).toBe(false);
    await shell.tell({ settings: { appearance: 'dark' } });
    await eventually(isDark, (dark) => dark === true);
    expect(await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.all[0]!.told.backgroundColor)).toBe('#1b1d20');
    await shell.tell({ settings: { appearance: 'system' } });
    await eventually(isDark, (dark) => dark === false);
  });

  it('is loaded again when its page dies, once', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    const die = () =>
      shell.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.all[0]!.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 }),
      );
    await page.evaluate('void (window.isOld = true)');
    await die();
    await eventually(
      // While the page is being loaded there is nobody to ask.
      () => page.evaluate('window.isOld === undefined && typeof window.backstop').catch(() => null),
      (is) => is === 'object',
    );
    await page.evaluate('void (window.isOld = true)');
    await die();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await page.evaluate('window.isOld')).toBe(true);
    expect(shell.log().filter(({ event }) => event === 'shell.page-gone')).toHaveLength(2);
  });
});

describe('quitting', () => {
  it('ends the engine in good order when nothing runs', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await quit(shell);
    expect(await shell.app.ended).toBe(0);
    expect(shell.log().map(({ event }) => event)).not.toContain('engine.ended');
  });

  it('asks while a backup runs, and stays when told to', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await running(shell);
    await answerDialog(shell, 2);
    await quit(shell);
    await eventually(
      () => asked(shell),
      (all) => all.length === 1,
    );
    expect(await asked(shell)).toEqual(['Quit and stop this backup?']);
    expect((await windowOf(shell))?.isVisible).toBe(true);
  });

  it('ends when told to, although a backup runs', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await running(shell);
    await answerDialog(shell, 1);
    await quit(shell);
    expect(await shell.app.ended).toBe(0);
  });

  it('waits for the end of the backup, when that was chosen', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await running(shell);
    await answerDialog(shell, 0);
    await quit(shell);
    await eventually(
      () => asked(shell),
      (all) => all.length === 1,
    );
    expect((await windowOf(shell))?.isVisible).toBe(true);
    await shell.tell({ jobs: [job({ state: 'done', endedAt: '2026-11-23T10:10:00.000Z' })] });
    expect(await shell.app.ended).toBe(0);
  });

  it('asks nothing when the computer shuts down', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await running(shell);
    await shell.app.evaluate(
      ({ powerMonitor }) => void setImmediate(() => powerMonitor.emit('shutdown', { preventDefault() {} })),
    );
    expect(await shell.app.ended).toBe(0);
  });

  it('a second instance ends by itself', async () => {
    await using shell = await openShell({ env: { STANDIN_SECOND_INSTANCE: '1' } });
    expect(await shell.app.ended).toBe(0);
  });
});

describe('power', () => {
  it('keeps the computer awake during a backup, and no longer', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    const blockers = () => shell.app.evaluate(({ powerSaveBlocker }) => [...powerSaveBlocker.blockers.values()]);
    await shell.tell({ jobs: [job({ kind: 'verify' })] });
    await running(shell);
    expect(await eventually(blockers, (all) => all.length > 0)).toEqual(['prevent-app-suspension']);
    await shell.tell({ jobs: [job({ percent: 70 })] });
    await shell.tell({ jobs: [job({ state: 'failed', endedAt: '2026-11-23T10:10:00.000Z' })] });
    await eventually(blockers, (all) => all.length === 0);
    expect(await shell.app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.counted())).toBe(1);
  });

  it('tells the engine when the computer woke up', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    await shell.app.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'));
    await eventually(
      () => shell.heard(),
      (all) => all.some(({ name }) => name === 'host.resumed'),
    );
  });
});

async function running(shell: Shell): Promise<void> {
  await trayIsThere(shell);
  await shell.tell({ phones: [phone()], jobs: [job()] });
  await eventually(
    () => shell.app.evaluate(({ Tray }) => Tray.all[0]?.tooltip),
    (tooltip) => tooltip === 'Backing up iPhone 15 Pro',
  );
}

async function trayIsThere(shell: Shell): Promise<void> {
  await eventually(
    () => shell.app.evaluate(({ Tray }) => Tray.all.length),
    (count) => count === 1,
  );
}

function safeRead(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
