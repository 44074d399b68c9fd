import { join } from 'node:path';

/** Backstop's own folder on this computer holds one folder for what backups keep between and beside sessions. */
export function stateFolder(stateDir: string, name: 'sessions' | 'full-next' | 'scratch'): string {
  return join(stateDir, 'backup', name);
}
