import type { ErrorArea } from '../entry.ts';

export const cliErrors = {
  'cli/usage': {
    title: 'That is not how this command is used',
    explanation: '{problem}',
    recovery: 'Run the command with --help to see what it takes.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
  'cli/password-file': {
    title: 'The password file could not be used',
    explanation: 'The file {file} could not be read as a password ({reason}).',
    recovery: 'Give a readable text file whose first line is the password, or set BACKSTOP_PASSWORD.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
  'cli/passwords-differ': {
    title: 'The two passwords are not the same',
    explanation: 'The new password was typed twice, differently. Nothing was changed.',
    recovery: 'Run the command again and type the same password twice.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
  },
} as const satisfies ErrorArea;
