import type { ErrorArea } from '../entry.ts';

export const verifyErrors = {
  'verify/wrong-password': {
    title: 'This password does not open that version',
    explanation:
      'The version {snapshot} is in the vault and was not touched, but the password does not unlock its key bag. Nothing was read with it.',
    recovery: 'Try the password that the phone’s backups had when this version was made.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
  },
  'verify/password-needed': {
    title: 'This check needs the backup password',
    explanation: 'The version {snapshot} is encrypted, and the level “open” unlocks every key in it.',
    recovery: 'Give the backup password (BACKSTOP_PASSWORD or --password-file), or ask for the level “full”.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
  },
  'verify/level-not-offered': {
    title: 'This level of verification is not offered yet',
    explanation: 'The level “{level}” is not part of this release.',
    recovery: 'Ask for structure, quick, full or open.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
} as const satisfies ErrorArea;
