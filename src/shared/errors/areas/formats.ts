import type { ErrorArea } from '../entry.ts';

export const formatsErrors = {
  'formats/bad-plist': {
    title: 'A property list cannot be read',
    explanation: 'A piece of data in Apple’s property-list format is damaged, or is not what it claims to be.',
    recovery:
      'Try again. If it stays, the data itself is damaged: verify the version it belongs to, or make a new backup.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'formats/plist-too-large': {
    title: 'A property list is larger than any real one',
    explanation: 'A piece of data in Apple’s property-list format passes the limits that protect this computer.',
    recovery: 'Try again. If it stays, the sender is not behaving like an iPhone; make a report with the log.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'formats/unencodable-plist': {
    title: 'A value cannot be written as a property list',
    explanation:
      'Backstop tried to write something that Apple’s property-list format cannot hold. This is a fault in Backstop.',
    recovery: 'Make a report with the log. Your versions are not touched by this.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'formats/bad-typedstream': {
    title: 'The text of a message cannot be read',
    explanation:
      'The formatted text of a message (Apple’s typedstream format) is damaged, or is not what it claims to be. Other messages are not touched by this.',
    recovery: 'Look into another version of this iPhone; the message may be whole there.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'formats/bad-keybag': {
    title: 'The backup’s key bag is damaged',
    explanation:
      'The part of the backup that holds its keys, locked with the password, cannot be read. Whether the password is right cannot be told from it.',
    recovery: 'Verify an older version of this iPhone with the same password, and make a new backup.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'formats/bad-manifest': {
    title: 'The backup’s index is damaged',
    explanation: 'The list of all files of the backup (Manifest.db) is damaged, or is not what it claims to be.',
    recovery: 'Make a new backup, and use an older version until it is there.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'formats/manifest-locked': {
    title: 'The backup’s index does not open',
    explanation:
      'The password is right, but the key it gives does not decrypt the list of all files (Manifest.db). The index is damaged, or it belongs to another backup.',
    recovery: 'Make a new backup, and use an older version until it is there.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
} as const satisfies ErrorArea;
