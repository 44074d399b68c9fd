import { readFile } from 'node:fs/promises';
import type { AskPassword } from '../../shared/contract/index.ts';
import { BackstopError } from '../../shared/errors/index.ts';
import { promptHidden } from './hidden-prompt.ts';

/** A password file is one line of text: anything longer is not a password. */
const MAX_PASSWORD_BYTES = 4096;

export interface PasswordSources {
  readonly env: NodeJS.ProcessEnv;
  readonly passwordFile: string | null;
  readonly newPasswordFile: string | null;
  /** In `encryption change` the one password must not serve as both. */
  readonly separateNew: boolean;
  readonly signal: AbortSignal;
}

/**
 * Where a password comes from: its file, its environment variable, else a hidden prompt on a terminal, else nowhere
 * (null). The environment variables are removed at once, so that no child process inherits them.
 */
export function passwordAsker(sources: PasswordSources): AskPassword {
  const { env, signal } = sources;
  const current = env['BACKSTOP_PASSWORD'];
  const fresh = env['BACKSTOP_NEW_PASSWORD'];
  delete env['BACKSTOP_PASSWORD'];
  delete env['BACKSTOP_NEW_PASSWORD'];
  return async (purpose) => {
    if (purpose === 'new-backup-password') {
      if (sources.newPasswordFile !== null) return readPasswordFile(sources.newPasswordFile);
      if (fresh !== undefined && fresh !== '') return fresh;
      if (!sources.separateNew) {
        if (sources.passwordFile !== null) return readPasswordFile(sources.passwordFile);
        if (current !== undefined && current !== '') return current;
      }
      return promptTwice(signal);
    }
    if (sources.passwordFile !== null) return readPasswordFile(sources.passwordFile);
    if (current !== undefined && current !== '') return current;
    const typed = await promptHidden(
      purpose === 'old-backup-password'
        ? 'Present backup password: '
        : 'Backup password (leave empty to go on without opening the backup): ',
      signal,
    );
    return typed === '' ? null : typed;
  };
}

async function promptTwice(signal: AbortSignal): Promise<string | null> {
  const first = await promptHidden('New backup password: ', signal);
  if (first === null || first === '') return null;
  const second = await promptHidden('The same again: ', signal);
  if (second !== first) throw new BackstopError('cli/passwords-differ');
  return first;
}

/** The first line of a file. Throws `cli/password-file`. */
export async function readPasswordFile(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new BackstopError('cli/password-file', { cause, data: { file, reason } });
  }
  if (bytes.length > MAX_PASSWORD_BYTES)
    throw new BackstopError('cli/password-file', { data: { file, reason: 'too long' } });
  const line = bytes.toString('utf8').split(/\r?\n/, 1)[0] ?? '';
  if (line === '') throw new BackstopError('cli/password-file', { data: { file, reason: 'empty' } });
  return line;
}
