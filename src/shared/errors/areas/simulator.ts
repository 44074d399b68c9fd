import type { ErrorArea } from '../entry.ts';

export const simulatorErrors = {
  'simulator/usage': {
    title: 'That is not how the simulated iPhone is started',
    explanation: '{problem}',
    recovery: 'Run it with --help to see what it takes.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
  'simulator/cannot-listen': {
    title: 'The simulated iPhone cannot listen there',
    explanation:
      'The address {address} could not be used. Another program may be using it, or the folder may not exist.',
    recovery: 'Choose another address with --listen, or stop the program that uses this one.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
} as const satisfies ErrorArea;
