import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineProcess, forkEngine, startEngineProcess } from '../../src/main/engine/client.ts';
import type { EngineEvent } from '../../src/shared/contract/procedures/index.ts';
import { byteAt, smallToken } from '../support/small-engine.ts';

const entry = join(import.meta.dirname, '../support/small-engine-host.ts');

const BACK_OFF_MS = [10, 20, 30];

let home: string;
let engine: EngineProcess;
let events: EngineEvent[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'backstop-carrier-'));
  events = [];
});
afterEach(async () => {
  await engine.close();
  rmSync(home, { recursive: true, force: true });
});

function start(env: NodeJS.ProcessEnv = {}, before: () => void = () => undefined): EngineProcess {
  engine = startEngineProcess({
    backOffMs: BACK_OFF_MS,
    spawn: () => {
      before();
      return forkEngine({ entry, env: { ...process.env, SMALL_ENGINE_HOME: home, ...env } });
    },
  });
  engine.onEvent((event) => events.push(event));
  return engine;
}

/** The next event of the engine's own life. */
function life(state: 'ready' | 'restarting' | 'failed'): Promise<void> {
  return new Promise((resolve) => {
    const stop = engine.onEvent((event) => {
      if (event.type !== 'engine' || event.state !== state) return;
      stop();
      resolve();
    });
  });
}

const logged = (): string => readFileSync(join(home, 'logs', 'backstop.log'), 'utf8');

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

describe('the engine in a process of its own', () => {
  it('answers, fails by code, tells events and answers a ping', async () => {
    start();
    await expect(engine.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
    await expect(engine.call('settings.get', {})).rejects.toMatchObject({ code: 'app/locked' });
    await engine.call('lock.lock', {});
    expect(events).toEqual([
      { type: 'engine', state: 'ready' },
      { type: 'changed', topic: 'lock' },
    ]);
    await expect(engine.ping()).resolves.toBeLessThan(5000);
  });

  it('closes well when it is told to', async () => {
    start();
    await engine.call('jobs.list', {});
    await engine.close();
    expect(existsSync(join(home, 'closed'))).toBe(true);
    expect(engine.state).toBe('closed');
    await expect(engine.call('jobs.list', {})).rejects.toMatchObject({ code: 'app/engine-gone' });
    expect(events.at(-1)).toEqual({ type: 'engine', state: 'ready' });
  });

  it('closes well when its parent is gone', async () => {
    const child = forkEngine({ entry, env: { ...process.env, SMALL_ENGINE_HOME: home } });
    start();
    await new Promise<void>((resolve) => child.port.onFrame(() => resolve()));
    child.disconnect();
    await expect(child.ended).resolves.toBe('code 0');
    expect(existsSync(join(home, 'closed'))).toBe(true);
  });

  it('is started again after a kill: what waited fails, what is asked meanwhile waits', async () => {
    start();
    const waiting = engine.call('passwords.test', { udid: 'u' });
    await engine.call('jobs.list', {});
    const restarting = life('restarting');
    const pid = engine.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await expect(waiting).rejects.toMatchObject({ code: 'app/engine-gone' });
    await restarting;
    expect(engine.state).toBe('restarting');
    await expect(engine.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
    expect(engine.pid).not.toBe(pid);
    expect(events.map((event) => event.type === 'engine' && event.state)).toEqual(['ready', 'restarting', 'ready']);
  });

  it('writes down a bug before it ends by it, and is started again', async () => {
    start();
    await engine.call('jobs.list', {});
    await expect(engine.call('phones.stopDemo', {})).rejects.toMatchObject({ code: 'app/engine-gone' });
    await engine.call('jobs.list', {});
    expect(logged()).toContain('"event":"engine.crashed"');
    expect(logged()).toContain('small-engine.ts');
  });

  it('is given up after crashes in a row, and tried again when asked to', async () => {
    let starts = 0;
    const broken = { SMALL_ENGINE_BROKEN: '1' };
    start(broken, () => {
      starts += 1;
    });
    const early = engine.call('jobs.list', {});
    await expect(early).rejects.toMatchObject({ code: 'app/engine-gone' });
    expect(engine.state).toBe('failed');
    expect(starts).toBe(4);
    expect(events.at(-1)).toEqual({ type: 'engine', state: 'failed' });
    await expect(engine.call('jobs.list', {})).rejects.toMatchObject({ code: 'app/engine-gone' });
    broken.SMALL_ENGINE_BROKEN = '0';
    engine.restart();
    await expect(engine.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
  });

  it('survives that its program cannot be started', async () => {
    engine = startEngineProcess({
      backOffMs: BACK_OFF_MS,
      spawn: () => forkEngine({ entry: join(home, 'nothing-here.ts'), env: process.env }),
    });
    await expect(engine.call('jobs.list', {})).rejects.toMatchObject({ code: 'app/engine-gone' });
    expect(engine.state).toBe('failed');
  });
});

describe('media across the process', () => {
  it('comes whole and in parts', async () => {
    start();
    const whole = await engine.openMedia(smallToken('v'), null);
    expect(whole).toMatchObject({ type: 'video/mp4', size: 8 * 1024 * 1024, start: 0, end: 8 * 1024 * 1024 - 1 });
    const bytes = await collect(whole.bytes);
    expect(bytes.length).toBe(8 * 1024 * 1024);
    for (const offset of [0, 262_143, 262_144, 399_999, 400_000, 5_000_000, bytes.length - 1]) {
      expect(bytes[offset]).toBe(byteAt(offset));
    }
    const part = await engine.openMedia(smallToken('p'), { start: null, end: 10 });
    expect([...(await collect(part.bytes))]).toEqual(Array.from({ length: 10 }, (_, index) => byteAt(990 + index)));
    expect((await collect((await engine.openMedia(smallToken('e'), null)).bytes)).length).toBe(0);
  });

  it('fails by code', async () => {
    start();
    await expect(engine.openMedia(smallToken('x'), null)).rejects.toMatchObject({ code: 'app/unknown-media' });
    await expect(engine.openMedia(smallToken('p'), { start: 1000, end: null })).rejects.toMatchObject({
      code: 'app/bad-range',
    });
  });

  it('serves hundreds asked at once, in turns', async () => {
    start();
    const all = await Promise.all(
      Array.from({ length: 200 }, async () => collect((await engine.openMedia(smallToken('p'), null)).bytes)),
    );
    expect(all.every((bytes) => bytes.length === 1000)).toBe(true);
  });

  it('is let go of when nobody reads on, so that others get their turn', async () => {
    start();
    for (let round = 0; round < 40; round += 1) {
      const { bytes } = await engine.openMedia(smallToken('v'), null);
      for await (const part of bytes) {
        expect(part.length).toBeGreaterThan(0);
        break;
      }
    }
  });

  it('fails in the middle when the engine dies', async () => {
    start();
    const { bytes } = await engine.openMedia(smallToken('v'), null);
    const reader = bytes[Symbol.asyncIterator]();
    await reader.next();
    const restarting = life('restarting');
    process.kill(engine.pid ?? 0, 'SIGKILL');
    await restarting;
    await expect(
      (async () => {
        while ((await reader.next()).done !== true);
      })(),
    ).rejects.toMatchObject({ code: 'app/engine-gone' });
  });
});
