import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runStep, staticSteps } from './steps.ts';
import { runTests } from './test-runner.ts';

/**
 * The whole gate: static checks, then every test. The last line is exactly "N passed, N failed", in which each static
 * check counts like a test; the exit code says whether anything failed. Words after `npm test --` go to the test runner,
 * which then runs alone.
 */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

const chosen = process.argv.slice(2);
let passed = 0;
let failed = 0;

if (chosen.length === 0) {
  const results = await Promise.all(staticSteps.map((step) => runStep(step)));
  passed += results.filter((result) => result.ok).length;
  failed += results.filter((result) => !result.ok).length;
}

const folder = mkdtempSync(join(tmpdir(), 'backstop-test-'));
const file = join(folder, 'report.json');
try {
  const command = [
    'vitest',
    'run',
    '--reporter',
    'default',
    '--reporter',
    'json',
    '--outputFile.json',
    file,
    ...chosen,
  ];
  const isOk = await runTests(command, file);
  const before = failed;
  try {
    const report = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    // A file that could not be loaded has no failed test in it, but it failed.
    const broken = report.testResults.filter(
      (one) => one.status === 'failed' && !one.assertionResults.some((test) => test.status === 'failed'),
    ).length;
    passed += report.numPassedTests;
    failed += report.numFailedTests + broken;
    const skipped = report.numPendingTests + report.numTodoTests;
    if (skipped > 0) console.log(`${skipped} skipped: each says above what it needs, or where it runs.`);
  } catch (error) {
    console.log(`The test runner left no report: ${error instanceof Error ? error.message : String(error)}`);
  }
  // An error outside of every test fails the run as well.
  if (!isOk && failed === before) failed += 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (failed > 0) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed`);
