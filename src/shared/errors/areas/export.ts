import type { ErrorArea } from '../entry.ts';

export const exportErrors = {
  'export/target-exists': {
    title: 'There is already a backup folder in that place',
    explanation: 'The folder {path} exists and is not empty. Backstop never writes over a backup.',
    recovery: 'Choose another folder, or move the existing one away first.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'export/target-unwritable': {
    title: 'The folder could not be written',
    explanation: 'Writing to {path} failed ({reason}).',
    recovery:
      'Check that the folder exists, that you may write to it, and that its disk is connected; then export again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'export/target-in-vault': {
    title: 'That folder is inside the vault',
    explanation:
      'The export was to go to {path}, which belongs to the vault. Nothing but Backstop’s own files may lie there.',
    recovery: 'Choose a folder outside the vault.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'export/no-space': {
    title: 'Not enough room for the export',
    explanation: 'The export needs {needed} and {free} are free at {path}.',
    recovery: 'Free some space or choose a folder on another disk.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'export/unsafe-name': {
    title: 'This version holds a file name that cannot be written safely',
    explanation:
      'The name “{name}” could leave the export folder or collide with another ({reason}). Nothing was written under it.',
    recovery: 'Please report this version; its contents can still be read from the vault.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
} as const satisfies ErrorArea;
