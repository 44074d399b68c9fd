import type { ErrorArea } from '../entry.ts';

export const rescueErrors = {
  'rescue/not-empty': {
    title: 'That folder is not empty',
    explanation: 'The folder {path} holds other things. A rescue has a folder of its own, so that nothing is mixed up.',
    recovery: 'Choose an empty folder, or the one of an earlier rescue of this iPhone.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'rescue/other-phone': {
    title: 'That folder belongs to another iPhone',
    explanation: 'The folder {path} holds the rescued photos of another iPhone. Two phones are never mixed.',
    recovery: 'Choose another folder for this iPhone.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'rescue/in-vault': {
    title: 'That folder is inside the vault',
    explanation:
      'The photos were to go to {path}, which belongs to the vault. Nothing but Backstop’s own files may lie there.',
    recovery: 'Choose a folder outside the vault.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'rescue/in-use': {
    title: 'Another rescue is writing into that folder',
    explanation: 'The folder {path} is in use by another run ({holder}).',
    recovery: 'Wait for its end, or choose another folder.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'rescue/no-space': {
    title: 'Not enough room for the photos',
    explanation:
      'The photos still need {needed}, and {free} are free at {path}. What was copied so far is whole and stays.',
    recovery: 'Free some space there and start again; it goes on where it stopped. Or choose a folder on another disk.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'rescue/file-too-large': {
    title: 'That disk cannot hold a file of this size',
    explanation: '{name} is larger than the disk at {path} takes: disks in the FAT format end at 4 GB a file.',
    recovery: 'Choose a folder on another disk, or format this one as APFS, exFAT or NTFS.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'rescue/unwritable': {
    title: 'The folder could not be written',
    explanation: 'Writing to {path} failed ({reason}). What was copied so far is whole and stays.',
    recovery:
      'Check that the disk is connected and that you may write there; then start again. It goes on where it stopped.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'rescue/keeps-changing': {
    title: 'A file changes while it is copied',
    explanation: 'The iPhone told one length or date and sent another, again and again.',
    recovery: 'Close the Photos and Camera apps on the iPhone and start again. If it stays, restart the iPhone.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'rescue/no-library': {
    title: 'The iPhone did not show its list of photos',
    explanation: 'Without that list nobody can say which photos are in iCloud only. What is on the iPhone was copied.',
    recovery: 'See in the Photos app on the iPhone how many there are, and compare.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'rescue/unsafe-name': {
    title: 'A file has a name that cannot be asked for',
    explanation: 'The iPhone lists a file under a name that no path can be made of. It was not copied.',
    recovery:
      'A healthy iPhone never does this. Open the photo on the iPhone and share it to the computer by AirDrop or mail.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'rescue/refused': {
    title: 'The iPhone does not give this file',
    explanation: 'The iPhone lists the file and refuses to show it.',
    recovery: 'Unlock the iPhone and start again. If it stays, share the photo to the computer by AirDrop or mail.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'rescue/damaged-copy': {
    title: 'A copied file was read back differently',
    explanation: 'What the disk gives back is not what was written to it, and it could not be copied once more.',
    recovery: 'Do not trust this disk. Choose another one, and keep the photos on the iPhone until then.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
} as const satisfies ErrorArea;
