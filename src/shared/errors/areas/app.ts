import type { ErrorArea } from '../entry.ts';

export const appErrors = {
  'app/password-needed': {
    title: 'A password is needed',
    explanation: 'This needs the {purpose}, and none was given. Nothing was changed.',
    recovery:
      'Set BACKSTOP_PASSWORD (for a change also BACKSTOP_NEW_PASSWORD), use --password-file, or run it in a terminal.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
  },
} as const satisfies ErrorArea;
