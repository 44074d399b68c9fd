import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStep, staticSteps } from './steps.ts';

/**
 * The whole gate: static checks, then every test. Ends with one line "N passed, N failed" in which each static check
 * counts like a test, and with a failing exit code when anything failed.
 */
let passed = 0;
let failed = 0;
let skipped = 0;

for (const step of staticSteps) {
  if ((await runStep(step)).ok) passed += 1;
  else failed += 1;
}

const folder = mkdtempSync(join(tmpdir(), 'backstop-test-'));
const report = join(folder, 'report.json');
const vitest = await runStep(
  {
    name: 'tests',
    command: ['vitest', 'run', '--reporter', 'default', '--reporter', 'json', '--outputFile.json', report],
  },
  true,
);
try {
  const counts: unknown = JSON.parse(readFileSync(report, 'utf8'));
  const number = (key: string): number => {
    const value = typeof counts === 'object' && counts !== null ? (counts as Record<string, unknown>)[key] : undefined;
    return typeof value === 'number' ? value : 0;
  };
  passed += number('numPassedTests');
  failed += number('numFailedTests');
  skipped += number('numPendingTests') + number('numTodoTests');
} catch (error) {
  console.log(`The test runner left no report: ${error instanceof Error ? error.message : String(error)}`);
}
rmSync(folder, { recursive: true, force: true });

// A file that could not be loaded has no failed test in it, but it failed.
if (!vitest.ok && failed === 0) failed += 1;
if (failed > 0) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
