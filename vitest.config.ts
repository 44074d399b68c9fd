import { configDefaults, defineConfig } from 'vitest/config';

/** Slow tests start processes and move files: after the others, and a few at a time, so that two cores are enough. */
const slow = { testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2, sequence: { groupOrder: 1 } };

/** Unit tests that shorten the product's waits, which are read once for each process. They get a process of their own. */
const waits = [
  'src/main/engine/device/phones/phones.test.ts',
  'src/main/engine/device/services/mobilebackup2/conversation-waits.test.ts',
  'src/main/engine/device/services/small-services.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...waits],
          testTimeout: 20_000,
          // Files share a worker, which halves the time; `unit-worker.ts` sees to it that they leave it as they found it.
          isolate: false,
          setupFiles: ['tests/support/unit-worker.ts'],
        },
      },
      { test: { name: 'waits', include: waits, testTimeout: 20_000 } },
      { test: { name: 'integration', include: ['tests/integration/**/*.test.ts'], ...slow } },
      { test: { name: 'peers', include: ['tests/peers/**/*.test.ts'], ...slow } },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/e2e/standin/build.ts'],
          ...slow,
        },
      },
      // Builds into the same folder as the pages' tests: after them.
      {
        test: {
          name: 'packaging',
          include: ['tests/packaging/**/*.test.ts'],
          ...slow,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      { test: { name: 'faults', include: ['tests/faults/**/*.test.ts'], ...slow } },
    ],
  },
});
