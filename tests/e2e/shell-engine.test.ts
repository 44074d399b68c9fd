import { describe, expect, it } from 'vitest';
import { eventually, job, openShell, phone, postFrame, type Shell } from './standin/shell.ts';

const engines = ({ app }: Shell) => app.evaluate(({ utilityProcess }) => utilityProcess.all.map(({ pid }) => pid));
const kill = ({ app }: Shell) => app.evaluate(({ utilityProcess }) => void utilityProcess.all.at(-1)!.kill());
const isReady = (shell: Shell) =>
  eventually(
    () => shell.heard().catch(() => []),
    (all) => all.some(({ name }) => name === 'jobs.list'),
    10_000,
  );

describe('the engine', () => {
  it('is killed in the middle of a backup: the window lives, is told, and goes on with a new one', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    await isReady(shell);
    await shell.tell({ phones: [phone()], jobs: [job()] });
    await eventually(
      () => shell.app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.blockers.size),
      (count) => count === 1,
    );
    await page.evaluate(`{
      window.states = [];
      window.backstop.onFrame((frame) => { if (frame.event?.type === 'engine') window.states.push(frame.event.state); });
    }`);
    await kill(shell);
    await page.getByText('Backstop’s engine stopped').waitFor();
    await eventually(
      () => page.evaluate('window.states') as Promise<string[]>,
      (states) => states.includes('ready'),
      10_000,
    );
    expect(await page.evaluate('window.states')).toEqual(['restarting', 'ready']);
    expect(await engines(shell)).toHaveLength(2);
    const answered = await postFrame(page, `{ type: 'request', id: 9001, name: 'jobs.list', input: {} }`);
    expect(answered).toMatchObject({
      type: 'answer',
      output: { jobs: [{ id: 'job-1', state: 'failed', failure: { code: 'app/engine-gone' } }] },
    });
    await page.getByText('Backstop’s engine stopped').waitFor({ state: 'detached' });
    const notices = await shell.app.evaluate(({ Notification }) =>
      Notification.all.map(({ options }) => options.title),
    );
    expect(notices).toEqual(['iPhone 15 Pro could not be backed up']);
    // Nothing runs any more: neither the blocker nor the tray may say so.
    expect(await shell.app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.blockers.size)).toBe(0);
    expect(await shell.app.evaluate(({ Tray }) => Tray.all[0]!.tooltip)).not.toMatch(/Backing up/);
  });

  it('that was asked while it was away answers when it is back', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    await isReady(shell);
    await kill(shell);
    await eventually(
      () => shell.log().map(({ event }) => event),
      (events) => events.includes('engine.ended'),
    );
    const answered = await postFrame(page, `{ type: 'request', id: 9001, name: 'settings.get', input: {} }`);
    expect(answered['type']).toBe('answer');
  });

  it('gets neither options for Node nor for Electron from outside', async () => {
    await using shell = await openShell({ env: { NODE_DEBUG: 'none', ELECTRON_RUN_AS_NODE: '1', BACKSTOP_KEPT: '1' } });
    await shell.app.firstWindow();
    await isReady(shell);
    const names = await shell.app.evaluate(({ utilityProcess }) =>
      Object.keys(utilityProcess.all[0]!.options.env ?? {}),
    );
    expect(names).toContain('BACKSTOP_KEPT');
    expect(names.filter((name) => /^(NODE|ELECTRON)_/.test(name))).toEqual([]);
  });
});

describe('folders', () => {
  it('that a dialog gave become tokens, and are shown by them', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    await shell.app.evaluate(
      ({ dialog }) => void dialog.answers.push({ canceled: false, filePaths: ['/Volumes/Studio SSD/Backups'] }),
    );
    const picked = await postFrame(
      page,
      `{ type: 'request', id: 9001, name: 'system.pickFolder', input: { purpose: 'vault' } }`,
    );
    const { place } = picked['output'] as { place: { token: string; name: string; path: string } };
    expect(place).toMatchObject({ name: 'Backups', path: '/Volumes/Studio SSD/Backups' });
    const [options] = await shell.app.evaluate(({ dialog }) => dialog.asked as { properties: string[] }[]);
    expect(options?.properties).toEqual(['openDirectory', 'createDirectory']);
    const shown = await postFrame(
      page,
      `{ type: 'request', id: 9001, name: 'system.reveal', input: { place: '${place.token}' } }`,
    );
    expect(shown['type']).toBe('answer');
    expect(await shell.app.evaluate(({ shell: system }) => system.shown)).toEqual(['/Volumes/Studio SSD/Backups']);
  });

  it('that nobody chose are none', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    await shell.app.evaluate(({ dialog }) => void dialog.answers.push({ canceled: true, filePaths: [] }));
    const picked = await postFrame(
      page,
      `{ type: 'request', id: 9001, name: 'system.pickFolder', input: { purpose: 'export' } }`,
    );
    expect(picked['output']).toEqual({ place: null });
  });
});

describe('the system around the page', () => {
  it('is told of truly', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    const info = await postFrame(page, `{ type: 'request', id: 9001, name: 'system.info', input: {} }`);
    expect(info['output']).toMatchObject({ face: 'desktop', canReveal: true, canOpenAtLogin: false });
  });

  it('unlocks with Touch ID where there is one', async () => {
    await using shell = await openShell({ platform: 'darwin' });
    const page = await shell.app.firstWindow();
    const unlock = () => postFrame(page, `{ type: 'request', id: 9001, name: 'system.unlock', input: {} }`);
    const state = await postFrame(page, `{ type: 'request', id: 9001, name: 'lock.state', input: {} }`);
    expect(state['output']).toMatchObject({ systemUnlock: 'touch-id' });
    await shell.app.evaluate(({ systemPreferences }) => {
      systemPreferences.touchId.fits = false;
    });
    expect((await unlock())['output']).toEqual({ unlocked: false });
    expect((await shell.heard()).map(({ name }) => name)).not.toContain('host.unlock');
    await shell.app.evaluate(({ systemPreferences }) => {
      systemPreferences.touchId.fits = true;
    });
    expect((await unlock())['output']).toEqual({ unlocked: true });
    expect((await shell.heard()).map(({ name }) => name)).toContain('host.unlock');
  });

  it('cannot unlock where there is none', async () => {
    await using shell = await openShell();
    const page = await shell.app.firstWindow();
    const refused = await postFrame(page, `{ type: 'request', id: 9001, name: 'system.unlock', input: {} }`);
    expect(refused).toMatchObject({ type: 'failure', failure: { code: 'app/not-in-this-face' } });
    expect((await shell.heard()).map(({ name }) => name)).not.toContain('host.unlock');
  });

  it('opens at login from an installed copy only', async () => {
    await using sources = await openShell({ platform: 'darwin' });
    await sources.app.firstWindow();
    await isReady(sources);
    expect(await sources.app.evaluate(({ app }) => app.told.loginItem)).toBeNull();
    await using installed = await openShell({ platform: 'darwin', env: { STANDIN_PACKAGED: '1' } });
    await installed.app.firstWindow();
    const item = await eventually(
      () => installed.app.evaluate(({ app }) => app.told.loginItem),
      (one) => one !== null,
    );
    expect(item).toEqual({ openAtLogin: true, args: ['--background'] });
  });

  it('keeps reports of crashes to itself', async () => {
    await using shell = await openShell();
    await shell.app.firstWindow();
    expect(await shell.app.evaluate(({ crashReporter }) => crashReporter.started)).toMatchObject([
      { uploadToServer: false },
    ]);
  });

  it('has no Dock icon while only the menu bar is there', async () => {
    await using shell = await openShell({ platform: 'darwin' });
    await shell.app.firstWindow();
    await isReady(shell);
    await eventually(
      () => shell.app.evaluate(({ Tray }) => Tray.all.length),
      (count) => count === 1,
    );
    await shell.app.evaluate(({ dialog, BrowserWindow }) => {
      dialog.answers.push({ response: 0, checkboxChecked: false });
      BrowserWindow.all[0]!.close();
    });
    expect(await shell.app.evaluate(({ app }) => app.told.policy)).toBe('accessory');
    await shell.app.evaluate(({ app }) => void app.emit('activate'));
    expect(await shell.app.evaluate(({ app }) => app.told.policy)).toBe('regular');
  });
});
