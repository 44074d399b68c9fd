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
  'app/engine-gone': {
    title: 'Backstop’s engine is not answering',
    explanation: 'The part of Backstop that talks to phones and disks stopped. What was running is interrupted.',
    recovery: 'It is started again by itself. If this stays, quit Backstop and open it again.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
  },
  'app/no-such-procedure': {
    title: 'Backstop does not know this request',
    explanation: 'Something asked for “{name}”, which does not exist. Nothing was done.',
    recovery: 'Reload the window. If it happens again, the window and the engine are of different versions.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'app/bad-question': {
    title: 'A request was not understood',
    explanation: 'What was sent with “{name}” does not fit, at “{where}”. Nothing was done.',
    recovery: 'Reload the window and try again.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
  'app/too-many-questions': {
    title: 'Too many requests at once',
    explanation: 'More is being asked of Backstop than it takes at one time. Nothing was done.',
    recovery: 'Reload the window and try again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'app/locked': {
    title: 'Looking into backups is locked',
    explanation: 'What is inside backups is shown only after unlocking.',
    recovery: 'Unlock with a backup password, or with Touch ID where it is set up.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
  },
  'app/unknown-place': {
    title: 'This folder has to be chosen again',
    explanation: 'The choice of this folder or disk is no longer valid.',
    recovery: 'Choose the folder again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 2,
  },
  'app/not-in-this-face': {
    title: 'This is not possible here',
    explanation: '“{name}” works only in the desktop app.',
    recovery: 'Open the Backstop app on the computer itself.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
} as const satisfies ErrorArea;
