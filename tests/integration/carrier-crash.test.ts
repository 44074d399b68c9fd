import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineProcess, forkEngine, startEngineProcess } from '../../src/main/engine/client.ts';
import { type RunningServer, startServer } from '../../src/main/server/index.ts';
import type { EngineClient, EngineEvent, JobView } from '../../src/shared/contract/procedures/index.ts';
import { backstop } from '../support/backstop.ts';
import { openLink, openSocket } from '../support/browser.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../support/simulator-process.ts';

/** The engine's process dies in the middle of a real backup: a browser hears of it and goes on, and no version is harmed. */

const SCALE = '0.05';
let home: string;
let phone: SimulatorProcess;
let engine: EngineProcess;
let server: RunningServer;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'backstop-crash-'));
  phone = await startSimulatorProcess({
    args: ['--files', '1500', '--bytes', '60M', '--seed', '9', '--encrypted', '--password-env', 'PHONE'],
    env: { PHONE: 'secret', BACKSTOP_TIMEOUT_SCALE: SCALE },
  });
  const env = {
    ...process.env,
    BACKSTOP_HOME: home,
    USBMUXD_SOCKET_ADDRESS: phone.address,
    BACKSTOP_TIMEOUT_SCALE: SCALE,
  };
  const entry = join(import.meta.dirname, '../support/backup-engine-host.ts');
  engine = startEngineProcess({ spawn: () => forkEngine({ entry, env }), backOffMs: [50, 100, 200] });
  const pages = { index: '<!doctype html>', files: new Map() };
  server = await startServer({ engine, pages, host: '127.0.0.1', port: 0, tls: null, password: null });
}, 120_000);
afterAll(async () => {
  await server.close();
  await engine.close();
  await phone.stop();
  rmSync(home, { recursive: true, force: true });
});

function run(...args: string[]) {
  return backstop([...args, '--vault', join(home, 'vault')], {
    env: { BACKSTOP_HOME: home, BACKSTOP_PASSWORD: 'secret', BACKSTOP_TIMEOUT_SCALE: SCALE },
  });
}

function heard(client: EngineClient, is: (event: EngineEvent) => boolean): Promise<EngineEvent> {
  return new Promise((resolve) => {
    const stop = client.onEvent((event) => {
      if (!is(event)) return;
      stop();
      resolve(event);
    });
  });
}

const isJob = (is: (job: JobView) => boolean) => (event: EngineEvent) => event.type === 'job' && is(event.job);
const isLife = (state: string) => (event: EngineEvent) => event.type === 'engine' && event.state === state;
const backup = { udid: '', vault: null, full: false, unencrypted: false, verify: null };

describe('a killed engine', () => {
  it('is told to the browser and started again; earlier versions stay whole and the next backup is made', async () => {
    const page = await openSocket(server.address, { visitor: await openLink(server.newLink()) });
    const { client } = page;
    const start = { ...backup, udid: phone.udid };
    let ended = heard(
      client,
      isJob(({ state }) => state !== 'running'),
    );
    await client.call('backups.start', start);
    expect(await ended).toMatchObject({ job: { state: 'done' } });
    await phone.command({ cmd: 'mutate', percent: 40 });

    const inTheMiddle = heard(
      client,
      isJob(({ progress }) => (progress?.doneFiles ?? 0) > 50),
    );
    await client.call('backups.start', start);
    await inTheMiddle;
    const waiting = client.call('passwords.test', { udid: phone.udid });
    const interrupted = heard(
      client,
      isJob(({ state }) => state === 'failed'),
    );
    const life = [heard(client, isLife('restarting')), heard(client, isLife('ready'))] as const;
    process.kill(engine.pid ?? 0, 'SIGKILL');
    await expect(waiting).rejects.toMatchObject({ code: 'app/engine-gone' });
    await Promise.all(life);
    const failed = { id: 'backup', state: 'failed', failure: { code: 'app/engine-gone', olderSnapshotsSafe: true } };
    expect(await interrupted).toMatchObject({ job: failed });
    // A page that asks later learns it too, until somebody has read it.
    expect(await client.call('jobs.list', {})).toMatchObject({ jobs: [failed] });
    expect(await client.call('jobs.get', { job: 'backup' })).toMatchObject({ job: failed });
    await client.call('jobs.dismiss', { job: 'backup' });
    expect(await client.call('jobs.list', {})).toEqual({ jobs: [] });

    const listed = await run('snapshots');
    expect(listed.last['snapshots']).toHaveLength(1);
    expect((await run('vault', 'check')).last).toMatchObject({ type: 'result', ok: true });
    expect((await run('verify', 'latest', '--level', 'full')).last).toMatchObject({ ok: true });

    ended = heard(
      client,
      isJob(({ state }) => state !== 'running'),
    );
    await client.call('backups.start', start);
    expect(await ended).toMatchObject({ job: { state: 'done' } });
    expect((await run('snapshots')).last['snapshots']).toHaveLength(2);
    expect((await run('vault', 'check')).last).toMatchObject({ ok: true });
    page.close();
  });

  it('that is told to end in the middle of a backup cancels it, and harms nothing', async () => {
    await phone.command({ cmd: 'mutate', percent: 40 });
    const inTheMiddle = heard(
      engine,
      isJob(({ progress }) => (progress?.doneFiles ?? 0) > 50),
    );
    await engine.call('backups.start', { ...backup, udid: phone.udid });
    await inTheMiddle;
    await engine.close();
    expect((await run('snapshots')).last['snapshots']).toHaveLength(2);
    expect((await run('vault', 'check')).last).toMatchObject({ ok: true });
  });
});
