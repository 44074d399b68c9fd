import type { ErrorArea } from '../entry.ts';

export const cleanupErrors = {
  'cleanup/none': {
    title: 'No cleanup was begun with this phone here',
    explanation: 'There is no before-cleanup backup of this phone in this vault that a review could stand on.',
    recovery: 'Begin with “Before Cleanup”, or compare two versions yourself.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 3,
  },
  'cleanup/interrupted': {
    title: 'Making the protection was interrupted',
    explanation: 'Backstop was stopped before everything was made and checked, so nothing is promised.',
    recovery: 'Start it again. What was backed up already is used.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'cleanup/no-newer-version': {
    title: 'There is no backup from after the cleanup yet',
    explanation: 'What disappeared shows when a newer version is held against the one from before the cleanup.',
    recovery: 'Back the phone up once more, then review.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
  },
  'cleanup/nothing-to-take-back': {
    title: 'Nothing was chosen to take back',
    explanation: 'None of what was asked for is among the things that are gone from the phone. Nothing was written.',
    recovery: 'Look at the review again and choose there.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
  },
  'cleanup/not-reviewed': {
    title: 'This review has to be made again',
    explanation:
      'What was compared is no longer in memory: Backstop was restarted, or looking into backups was locked.',
    recovery: 'Choose “Back Up and Compare” or “Compare Again”.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
} as const satisfies ErrorArea;
