import type { ErrorArea } from '../entry.ts';

export const internalErrors = {
  'internal/bug': {
    title: 'Something in Backstop is broken',
    explanation: 'Backstop came to a place that should be impossible, and stopped before doing harm.',
    recovery: 'Try again. If it happens again, please report it with the log.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'internal/cancelled': {
    title: 'Stopped as you asked',
    explanation: 'The work was cancelled before it finished. Nothing of it is kept as a version.',
    recovery: 'Start it again when you are ready.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 130,
  },
} as const satisfies ErrorArea;
