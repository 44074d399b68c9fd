import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The app's own state (caches, interrupted sessions, logs): BACKSTOP_HOME, else the system's usual place. Made private. */
export function appHome(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['BACKSTOP_HOME'];
  const home = chosen === undefined || chosen === '' ? usualPlace(env) : resolve(chosen);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return home;
}

function usualPlace(env: NodeJS.ProcessEnv): string {
  const user = (process.platform === 'win32' ? env['USERPROFILE'] : env['HOME']) || homedir();
  if (process.platform === 'darwin') return join(user, 'Library', 'Application Support', 'Backstop');
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] || join(user, 'AppData', 'Local'), 'Backstop');
  // XDG Base Directory Specification: a relative path is invalid and ignored.
  const state = env['XDG_STATE_HOME'] ?? '';
  return join(isAbsolute(state) ? state : join(user, '.local', 'state'), 'backstop');
}
