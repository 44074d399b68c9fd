import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Where the desktop's tests find the built program; another folder than a build for use, so that neither disturbs the other. */
export const BUILT = join(import.meta.dirname, '../../../.cache/desktop');

/** Once before the tests: the real build. vitest calls it by this name. */
export function setup(): void {
  const root = join(import.meta.dirname, '../../..');
  const tool = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tool, 'build', '--outDir', BUILT, '--logLevel', 'warn'],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } },
  );
  if (status !== 0) throw new Error(`electron-vite build failed:\n${stdout}${stderr}`);
}
