import { defineConfig } from 'vitest/config';

/** Slow tests start processes and move files: a few at a time, so that two cores are enough. */
const slow = { testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 20_000 } },
      { test: { name: 'integration', include: ['tests/integration/**/*.test.ts'], ...slow } },
      { test: { name: 'peers', include: ['tests/peers/**/*.test.ts'], ...slow } },
      { test: { name: 'faults', include: ['tests/faults/**/*.test.ts'], ...slow } },
    ],
  },
});
