import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InputOf, JobView, OutputOf, ProcedureName } from '../../src/shared/contract/procedures/index.ts';
import { BUILT } from './standin/build.ts';
import { type LaunchedApp, launchApp } from './standin/launch.ts';
import { eventually, postFrame } from './standin/shell.ts';

/**
 * The whole program: the built shell, the built engine in a process of its own, the built pages, a simulated phone. One story,
 * told in order.
 */
describe('the app with its engine', () => {
  const home = mkdtempSync(join(tmpdir(), 'backstop-whole-'));
  const disk = join(home, 'disk');
  let app: LaunchedApp;
  let page: Page;
  let udid = '';
  let id = 9100;

  async function ask<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    id += 1;
    const reply = await postFrame(page, JSON.stringify({ type: 'request', id, name, input }), id);
    if (reply['type'] !== 'answer') throw new Error(`${name}: ${JSON.stringify(reply['failure'])}`);
    return reply['output'] as OutputOf<N>;
  }
  const jobOf = async (job: string): Promise<JobView | null> => (await ask('jobs.get', { job })).job;
  const until = (job: string, holds: (view: JobView) => boolean) =>
    eventually(
      () => jobOf(job),
      (view) => view !== null && (holds(view) || (view.endedAt !== null && view.state !== 'done')),
      60_000,
    );
  const backUp = async () =>
    (await ask('backups.start', { udid, vault: null, full: false, unencrypted: true, verify: 'quick' })).job;

  beforeAll(async () => {
    mkdirSync(disk);
    app = await launchApp({ folder: BUILT, home, env: { BACKSTOP_LOG_LEVEL: 'debug' } });
    page = await app.firstWindow();
  });
  afterAll(async () => {
    await app?.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it('starts, and knows which face it has', async () => {
    expect(await ask('system.info', {})).toMatchObject({ face: 'desktop', canReveal: true });
  });

  it('takes a folder from a dialog of the system as the place for backups', async () => {
    await app.evaluate(({ dialog }, path) => void dialog.answers.push({ canceled: false, filePaths: [path] }), disk);
    const { place } = await ask('system.pickFolder', { purpose: 'vault' });
    expect(place?.path).toBe(disk);
    const { created } = await ask('vaults.add', { place: place?.token ?? '', name: null, makeMain: true });
    expect(created).toBe(true);
  });

  it('shows the demo phone in the window and the tray', async () => {
    udid = (await ask('phones.startDemo', {})).udid;
    await eventually(
      async () => (await ask('phones.list', {})).phones.find((one) => one.udid === udid)?.isConnected,
      (isConnected) => isConnected === true,
      20_000,
    );
    await eventually(
      () => app.evaluate(({ Tray }) => Tray.all[0]?.tooltip),
      (line) => line !== undefined && line !== 'No iPhone yet',
    );
  });

  it('survives its engine being killed in the middle of a backup', async () => {
    const job = await backUp();
    const view = await until(job, ({ progress }) => progress?.phase === 'receiving' && progress.doneBytes > 0);
    expect(view).toMatchObject({ state: 'running' });
    await eventually(
      () => app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.blockers.size),
      (count) => count === 1,
    );
    await app.evaluate(({ utilityProcess }) => void utilityProcess.all.at(-1)!.kill());
    await page.getByText('Backstop’s engine stopped').waitFor();
    await page.getByText('Backstop’s engine stopped').waitFor({ state: 'detached', timeout: 20_000 });
    const { jobs } = await ask('jobs.list', {});
    expect(jobs.find((one) => one.id === job)).toMatchObject({
      state: 'failed',
      failure: { code: 'app/engine-gone', olderSnapshotsSafe: true },
    });
    expect((await ask('backups.list', { udid: null })).backups).toEqual([]);
    expect(await app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.blockers.size)).toBe(0);
  });

  it('backs up afterwards, and says that it is verified', async () => {
    udid = (await ask('phones.startDemo', {})).udid;
    await eventually(
      async () => (await ask('phones.list', {})).phones.find((one) => one.udid === udid)?.isConnected,
      (isConnected) => isConnected === true,
      20_000,
    );
    const done = await until(await backUp(), ({ state }) => state === 'done');
    expect(done?.failure).toBeNull();
    expect(done?.result).toMatchObject({ kind: 'backup', backup: { verification: { ok: true } } });
    const { backups } = await ask('backups.list', { udid });
    expect(backups).toHaveLength(1);
    const titles = await eventually(
      () => app.evaluate(({ Notification }) => Notification.all.map(({ options }) => options.title)),
      (all) => all.includes('Demo iPhone is backed up without Health and passwords'),
    );
    // The window is in front and says it itself.
    expect(titles).not.toContain('Your first backup is done');
  });

  it('ends in good order', async () => {
    await app.evaluate(({ app: electron }) => void setImmediate(() => electron.quit()));
    expect(await app.ended).toBe(0);
  });
});
