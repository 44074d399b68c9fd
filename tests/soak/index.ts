import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * The same random, crash and fault tests as in the gate, many times over: BACKSTOP_SOAK multiplies their repetitions.
 * `npm run soak -- --times 100 [FILTER…]`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: 'string', default: '50' } },
});

const done = spawnSync(
  join(import.meta.dirname, '../../node_modules/.bin/vitest'),
  ['run', '--testTimeout', '0', ...positionals],
  {
    stdio: 'inherit',
    env: { ...process.env, BACKSTOP_SOAK: values.times },
    shell: process.platform === 'win32',
  },
);
process.exitCode = done.status ?? 1;
