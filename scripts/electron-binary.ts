import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './build-app.ts';

/** Electron's binary is no part of its package: it is fetched once, where there is a network. */

const root = join(import.meta.dirname, '..');
const electron = join(root, 'node_modules', 'electron');
const attempt = join(root, 'out', '.electron-attempt');

/** Enough for a usual line; whoever waits for a window should not wait longer for nothing. */
const FETCH_LIMIT_MS = 120_000;
/** After an attempt that failed. */
const TRY_AGAIN_MS = 24 * 3_600_000;

export type Binary = { readonly path: string } | { readonly path: null; readonly why: string };

export async function electronBinary(): Promise<Binary> {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return { path: null, why: 'There is no screen here for a window of its own' };
  }
  const present = installed();
  if (present !== null) return { path: present };
  if (wasTriedLately()) return { path: null, why: 'Electron is not installed, and could not be fetched today' };
  say('fetching Electron, once …');
  const fetched = await fetchBinary();
  const path = fetched ? installed() : null;
  if (path !== null) return { path };
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(attempt, '');
  return { path: null, why: 'Electron is not installed, and could not be fetched' };
}

/** As Electron's own package finds it; `ELECTRON_OVERRIDE_DIST_PATH` names a folder with another one. */
function installed(): string | null {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const named = join(electron, 'path.txt');
  const name = existsSync(named) ? readFileSync(named, 'utf8').trim() : 'electron';
  const path = join(override ?? join(electron, 'dist'), name);
  return existsSync(path) ? path : null;
}

function wasTriedLately(): boolean {
  const noted = statSync(attempt, { throwIfNoEntry: false });
  return noted !== undefined && Date.now() - noted.mtimeMs < TRY_AGAIN_MS;
}

function fetchBinary(): Promise<boolean> {
  const script = join(electron, 'install.js');
  if (!existsSync(script)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], { stdio: 'ignore', timeout: FETCH_LIMIT_MS });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}
