import { runStep, staticSteps } from './steps.ts';

/** What everybody runs before a commit: everything that needs no phone, no process and no patience. */
const started = performance.now();
const unit = {
  name: 'unit tests',
  command: ['vitest', 'run', '--project', 'unit', '--project', 'waits', '--reporter', 'dot'],
};
const results = await Promise.all([...staticSteps, unit].map((step) => runStep(step)));
console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
if (results.some((result) => !result.ok)) process.exitCode = 1;
