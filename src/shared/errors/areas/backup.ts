import type { ErrorArea } from '../entry.ts';

export const backupErrors = {
  // Before the phone is asked anything
  'backup/password-needed': {
    title: 'A backup password is needed',
    explanation:
      'Backups of this iPhone are not encrypted, so they would leave out: {missing}. Backstop turns encryption on, and for that it needs the password the backups shall have.',
    recovery:
      'Start the backup again with a password and keep that password somewhere safe: nobody can recover it. Only if you really want a backup without those things, ask for an unencrypted one.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
    reference: 'E14',
  },
  'backup/encryption-forced': {
    title: 'This iPhone allows only encrypted backups',
    explanation:
      'A profile of your organisation on the iPhone forces encrypted backups. An unencrypted one was asked for and cannot be made.',
    recovery: 'Start the backup again without asking for an unencrypted one.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
    reference: 'E15',
  },
  'backup/unencrypted-not-possible': {
    title: 'This iPhone encrypts its backups',
    explanation:
      'An unencrypted backup was asked for, but encryption is on, and it is the iPhone that decides. Backstop never turns encryption off on the way.',
    recovery: 'Leave out the wish for an unencrypted backup, or turn encryption off first.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 3,
  },
  'backup/not-enough-space': {
    title: 'There is not enough room for this backup',
    explanation:
      'The backup may need {needed}, and {free} are free where the vault is. Nothing was started and nothing was changed.',
    recovery: 'Free some space, thin out old versions, or use a vault on a larger disk.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
    reference: 'E25',
  },
  'backup/sync-busy': {
    title: 'The iPhone is busy with another sync',
    explanation:
      'Another program (Finder, iTunes, the Apple Devices app or another computer) is syncing or backing up this iPhone and holds its sync lock.',
    recovery: 'Wait until it has finished, or end it, and start the backup again.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
    reference: 'E19',
  },
  'backup/service-busy': {
    title: 'The iPhone is not ready for another backup yet',
    explanation:
      'Its backup service closed the connection before the backup began. It does so while an earlier backup is still being put away.',
    recovery: 'Wait a minute and start again. If it stays, restart the iPhone.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
    reference: 'E19',
  },

  // The passcode
  'backup/passcode-not-entered': {
    title: 'No passcode was entered',
    explanation:
      'The iPhone asked for its passcode, and it was not entered in time or was declined. Nothing was copied.',
    recovery: 'Keep the iPhone in your hand, start again and enter the passcode when the iPhone asks for it.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
    reference: 'E11',
  },

  // While it runs
  'backup/cancelled': {
    title: 'The backup was stopped',
    explanation: 'You stopped it. What had arrived is not kept, and no version was changed.',
    recovery: 'Start it again whenever you like.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 130,
  },
  'backup/cancelled-on-phone': {
    title: 'The backup was stopped on the iPhone',
    explanation: 'It was ended from the iPhone. What had arrived is not kept, and no version was changed.',
    recovery: 'Start it again when the iPhone is free.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'backup/hostile-path': {
    title: 'The iPhone sent a file name that is not allowed',
    explanation:
      'A file name from the iPhone was refused because {problem}: {path}. Backstop wrote nothing under that name and stopped the backup.',
    recovery:
      'A healthy iPhone never does this. Restart the iPhone and try again; if it happens again, do not use this connection and report it.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'backup/too-many-items': {
    title: 'The iPhone sent more files than any iPhone has',
    explanation: 'The backup passed the limit of {limit} {what} and was stopped so that the computer does not fill up.',
    recovery: 'A healthy iPhone never does this. Restart the iPhone and try again; if it happens again, report it.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'backup/vault-full': {
    title: 'The disk with the vault is full',
    explanation:
      'The disk ran out of room while the backup was running, after {received}. The backup stopped and is not kept.',
    recovery: 'Free some space, thin out old versions, or move to a larger disk; then start again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
    reference: 'E25',
  },
  'backup/computer-disk-full': {
    title: 'The iPhone says that this computer has too little room',
    explanation:
      'The iPhone compared what it has to send with the free space it was told ({free} free) and stopped: {phoneText}',
    recovery: 'Free some space, thin out old versions, or use a vault on a larger disk.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
    reference: 'E25',
  },
  'backup/computer-disk-full-needs': {
    title: 'The iPhone says that this computer has too little room',
    explanation:
      'The iPhone needs {needed} where the vault is, and {free} are free. It stopped before sending its files.',
    recovery: 'Free some space, thin out old versions, or use a vault on a larger disk.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
    reference: 'E25',
  },
  'backup/work-folder-failed': {
    title: 'Backstop could not write its own working folder',
    explanation:
      'During a backup Backstop keeps a list of what has arrived on this computer, in {path}. Writing it failed ({reason}). The backup stopped and is not kept.',
    recovery: 'Check that the disk with that folder has room and may be written to; then start again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'backup/computer-failed': {
    title: 'Something went wrong on this computer',
    explanation: 'The backup could not be written ({reason}). It stopped and is not kept.',
    recovery: 'Check the disk with the vault and start again. If it stays, please report it with the log.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
    reference: 'E48',
  },
  'backup/connection-lost': {
    title: 'The iPhone was disconnected',
    explanation: 'The connection ended before the backup was complete, while {phase}. What had arrived is not kept.',
    recovery: 'Reconnect the iPhone and start again. Use a cable if this happens over Wi-Fi.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
    reference: 'E17',
  },

  // What the phone says at the end
  'backup/phone-error': {
    title: 'The iPhone stopped the backup',
    explanation: 'The iPhone reported error {number} ({meaning}). Its own words: {phoneText}',
    recovery: '{advice} If it stays, restart the iPhone and use the cable.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'backup/phone-full': {
    title: 'The iPhone is almost full',
    explanation: 'It needs about 1 GB of working space to make a backup, and it does not have that. Nothing is kept.',
    recovery: 'Delete or offload something small on the iPhone, then try again. A restart can also help.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
    reference: 'E20',
  },
  'backup/phone-occupied': {
    title: 'The iPhone is busy',
    explanation: 'It is already syncing, updating or backing up to iCloud (error {number}).',
    recovery: 'Wait until it has finished and try again.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
    reference: 'E19',
  },
  'backup/phone-snapshot-left': {
    title: 'The iPhone must be restarted before it can be backed up',
    explanation:
      'A backup that was cut off left something behind on the iPhone that it does not clear away by itself (error {number}).',
    recovery: 'Restart the iPhone, unlock it, and start the backup again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'backup/transfer-failed': {
    title: 'The iPhone could not send everything',
    explanation: 'The iPhone stopped while it was sending its files (error {number}): {phoneText}',
    recovery: 'Restart the iPhone and try again with the cable. The next backup will be a full one.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
  },
  'backup/inconsistent': {
    title: 'The iPhone did not accept the backup as consistent',
    explanation:
      'The iPhone compared what it had sent with what it was told is here, and they did not agree (error {number}): {phoneText}',
    recovery: 'Start the backup again. It will be a full one.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
  },
  'backup/setup-not-finished': {
    title: 'Finish setting up the iPhone',
    explanation: 'iOS does not allow backups during its setup screens.',
    recovery: 'Finish them on the iPhone and try again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
    reference: 'E23',
  },
  'backup/ended-without-answer': {
    title: 'The iPhone ended the backup without saying that it is complete',
    explanation:
      'The connection closed at the end without the iPhone’s final word, and what has arrived does not prove to be complete ({reason}). It is not kept.',
    recovery: 'Start the backup again.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
  },
  'backup/not-finished': {
    title: 'The iPhone said “done”, but the backup is not finished',
    explanation: 'The iPhone reported success, and what it left behind says otherwise: {reason}. It is not kept.',
    recovery: 'Start the backup again. If it stays, ask for a full backup.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
  },
  'backup/interrupted-commit': {
    title: 'A backup that the iPhone had finished could not be completed',
    explanation:
      'Backstop was stopped after the iPhone had said “done”. Completing that backup now failed ({reason}). It is not listed as a version.',
    recovery: 'Make a new backup now.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },

  // Encryption
  'backup/wrong-password': {
    title: 'The backup password is wrong',
    explanation: 'The iPhone did not accept the password. There is no limit on tries, and nothing was changed.',
    recovery: 'Check capitals, the keyboard language and older passwords, and try again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 3,
    reference: 'E12',
  },
  'backup/encryption-already-on': {
    title: 'This iPhone already has a backup password',
    explanation:
      'Encryption is on already. The password was set earlier, perhaps in Finder, iTunes or another app. Nothing was changed.',
    recovery: 'Use the existing password, or change it with the old and a new one.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 3,
  },
  'backup/encryption-already-off': {
    title: 'Backups of this iPhone are not encrypted',
    explanation: 'There is no password to change or remove. Nothing was changed.',
    recovery: 'Turn encryption on with a password.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 3,
  },
  'backup/encryption-managed': {
    title: 'The iPhone does not allow this change',
    explanation:
      'It refused to change its backup encryption (error {number}): {phoneText}. Often a profile of an organisation forbids it. Nothing was changed.',
    recovery:
      'If your organisation manages this iPhone, ask your administrator. Otherwise restart the iPhone and try again.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
    reference: 'E15',
  },
  'backup/encryption-not-changed': {
    title: 'The iPhone did not change its backup encryption',
    explanation: 'It was asked to, and afterwards its setting is what it was before ({state}).',
    recovery: 'Unlock the iPhone, keep it in your hand and try again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
} as const satisfies ErrorArea;
