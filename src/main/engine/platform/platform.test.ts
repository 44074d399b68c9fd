import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { appHome, freeBytes, sleep, withTimeout } from './index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-platform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the app’s own folder', () => {
  it('is the one that was asked for, made for this user only', () => {
    const home = appHome({ BACKSTOP_HOME: join(folder, 'a', 'b') });
    expect(home).toBe(join(folder, 'a', 'b'));
    if (process.platform !== 'win32') expect(statSync(home).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.platform !== 'linux')('follows the system’s custom otherwise', () => {
    expect(appHome({ BACKSTOP_HOME: '', XDG_STATE_HOME: folder })).toBe(join(folder, 'backstop'));
  });

  it.skipIf(process.platform !== 'linux')('ignores a relative XDG folder, as its specification says', () => {
    expect(appHome({ XDG_STATE_HOME: 'somewhere', HOME: folder })).toBe(join(folder, '.local', 'state', 'backstop'));
  });
});

describe('free space', () => {
  it('is counted exactly', async () => {
    expect(typeof (await freeBytes(folder))).toBe('bigint');
    await expect(freeBytes(join(folder, 'nowhere'))).rejects.toThrow(/ENOENT/);
  });
});

describe('waiting', () => {
  it('ends a sleep with the reason of the signal', async () => {
    const controller = new AbortController();
    const asleep = sleep(60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(asleep).rejects.toThrow('enough');
    await expect(sleep(1, controller.signal)).rejects.toThrow('enough');
  });

  it('names what did not come in time', async () => {
    const never = new Promise<never>(() => undefined);
    const late = await withTimeout(never, 1, 'internal/bug').catch((error: unknown) => error);
    expect(isBackstopError(late, 'internal/bug')).toBe(true);
    expect(await withTimeout(Promise.resolve(7), 1000, 'internal/bug')).toBe(7);
  });
});
