import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The app's own state (caches, interrupted sessions, logs): BACKSTOP_HOME, else the system's usual place. Made private. */
export function appHome(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['BACKSTOP_HOME'];
  const home = chosen === undefined || chosen === '' ? usualPlace(env) : resolve(chosen);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return home;
}

function usualPlace(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Backstop');
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Backstop');
  return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'backstop');
}
