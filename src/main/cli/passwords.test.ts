import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwordAsker } from './passwords.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstop-passwords-'));
});
afterAll(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const none = { passwordFile: null, newPasswordFile: null, separateNew: false, signal };

describe('passwords', () => {
  it('come from the environment and are removed from it', async () => {
    const env: NodeJS.ProcessEnv = { BACKSTOP_PASSWORD: 'pässwörd' };
    const ask = passwordAsker({ ...none, env });
    expect(env).toEqual({});
    expect(await ask('backup-password')).toBe('pässwörd');
    expect(await ask('new-backup-password')).toBe('pässwörd');
  });

  it('keep old and new apart when one is changed for the other', async () => {
    const env = { BACKSTOP_PASSWORD: 'old', BACKSTOP_NEW_PASSWORD: 'new' };
    const ask = passwordAsker({ ...none, env, separateNew: true });
    expect(await ask('old-backup-password')).toBe('old');
    expect(await ask('new-backup-password')).toBe('new');
    const without = passwordAsker({ ...none, env: { BACKSTOP_PASSWORD: 'old' }, separateNew: true });
    expect(await without('new-backup-password')).toBeNull();
  });

  it('come from the first line of a file', async () => {
    const file = join(folder, 'password');
    await writeFile(file, 'from file\r\nsecond line\n');
    const ask = passwordAsker({ ...none, env: { BACKSTOP_PASSWORD: 'other' }, passwordFile: file });
    expect(await ask('backup-password')).toBe('from file');
  });

  it('are refused from empty, huge and missing files', async () => {
    const empty = join(folder, 'empty');
    const huge = join(folder, 'huge');
    await writeFile(empty, '\n');
    await writeFile(huge, 'x'.repeat(10_000));
    for (const passwordFile of [empty, huge, join(folder, 'missing')]) {
      const ask = passwordAsker({ ...none, env: {}, passwordFile });
      await expect(ask('backup-password')).rejects.toMatchObject({ code: 'cli/password-file' });
    }
  });
});
