import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * The same random, crash and fault tests as in the gate, for much longer: BACKSTOP_SOAK=1 tells a test to try many more
 * states than it has time for otherwise. `npm run soak -- [--times 100] [FILTER…]` repeats that until something fails.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: 'string', default: '1' } },
});

const vitest = join(import.meta.dirname, '../../node_modules/.bin/vitest');
const times = Number(values.times);
if (!Number.isInteger(times) || times < 1) throw new Error(`--times ${values.times}: a number from 1 on.`);

for (let round = 1; round <= times; round += 1) {
  console.log(`Round ${round} of ${times}`);
  const { status } = spawnSync(vitest, ['run', '--project', 'faults', '--testTimeout', '0', ...positionals], {
    stdio: 'inherit',
    env: { ...process.env, BACKSTOP_SOAK: '1' },
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.exitCode = status ?? 1;
    break;
  }
}
