import type { ErrorAction } from '../action.ts';
import type { ErrorCode } from '../catalogue.ts';

/**
 * The same dictionary for a window: where the terminal's advice names commands and options, a window says which button to
 * press, and which one that is. Codes that are not here say in a window what they say everywhere.
 */

export interface WindowAdvice {
  readonly title?: string;
  readonly explanation?: string;
  readonly next?: string;
  readonly action?: ErrorAction;
}

export const inWindow: Partial<Record<ErrorCode, WindowAdvice>> = {
  'app/password-needed': {
    explanation: 'These backups are encrypted, and Backstop does not have their password here. Nothing was changed.',
    next: 'Enter the backup password.',
    action: 'enter-password',
  },
  'app/locked': { next: 'Unlock with Touch ID where it is set up, or with a backup password.', action: 'unlock' },
  'app/engine-gone': { action: 'reload' },
  'app/no-such-procedure': { action: 'reload' },
  'app/bad-question': { action: 'reload' },
  'app/too-many-questions': { action: 'reload' },
  'usbmux/not-running': { action: 'apple-devices' },
  'usbmux/bad-address': { next: 'Start Backstop again without USBMUXD_SOCKET_ADDRESS, or with a right one.' },
  'device/not-found': { action: 'connect' },
  'device/several': { next: 'Connect only the iPhone that is meant, or choose it in the list.' },
  'device/connection-lost': { action: 'connect' },
  'pairing/not-paired': { next: 'Connect the iPhone by cable, unlock it and tap Trust there.', action: 'connect' },
  'pairing/pending-timeout': { action: 'connect' },
  'pairing/denied': { action: 'connect' },
  'pairing/locked': { next: 'Unlock the iPhone; it asks again then.', action: 'connect' },
  'pairing/prohibited': { action: 'connect' },
  'pairing/invalid-record': { action: 'connect' },
  'backup/password-needed': {
    title: 'Encryption is off on this iPhone',
    explanation: 'Its backups would leave out: {missing}. Nothing was copied.',
    next: 'Turn encryption on with a password that you keep, or choose to leave these things out.',
    action: 'turn-on-encryption',
  },
  'backup/encryption-already-off': { next: 'Turn encryption on.', action: 'turn-on-encryption' },
  'backup/wrong-password': { action: 'forgotten-password' },
  'backup/unencrypted-not-possible': { next: 'Start the backup again: it will be encrypted, as the iPhone is set.' },
  'backup/not-finished': { next: 'Start the backup again. If it stays, restart the iPhone and use the cable.' },
  'backup/not-enough-space': { action: 'choose-place' },
  'backup/vault-full': { action: 'choose-place' },
  'backup/computer-disk-full': { action: 'choose-place' },
  'backup/computer-disk-full-needs': { action: 'choose-place' },
  'backup/connection-lost': { action: 'connect' },
  'vault/not-found': {
    title: 'The place for backups is not there',
    next: 'Connect the disk it is on, or choose another place in Destinations.',
    action: 'choose-place',
  },
  'vault/not-connected': {
    next: 'Connect the disk or share, then try again. Or choose another place in Destinations.',
    action: 'choose-place',
  },
  'vault/several': {
    next: 'Disconnect the copy that you do not mean, or take it off the list in Destinations.',
    action: 'choose-place',
  },
  'vault/disk-full': { action: 'choose-place' },
  'vault/unsuitable-destination': { action: 'choose-place' },
  'vault/cloud-folder': { action: 'choose-place' },
  'vault/damaged-object': {
    next: 'Verify this backup to see everything that is concerned. Other backups may be whole; the next one sends again what is missing.',
    action: 'verify',
  },
  'vault/unknown-snapshot': { next: 'Choose another backup in History. This one may have been removed elsewhere.' },
  'vault/ambiguous-snapshot': { next: 'Choose the backup in History.' },
  'vault/no-snapshots': { title: 'There are no backups yet' },
  'vault/forgotten-snapshot': { next: 'Put it back in History, under Recently Removed.' },
  'vault/not-forgotten': { next: 'Look into Recently Removed again: what was removed for good cannot come back.' },
  'vault/gc-blocked': {
    next: 'Read every byte of this place in Destinations, then repair it. If it was written by a newer Backstop, use that one.',
    action: 'choose-place',
  },
  'vault/last-good': {
    title: 'This is the only verified backup of this iPhone',
    next: 'Make and verify a newer one first.',
  },
  'vault/bad-pin-date': { next: 'Choose a day to come, or pin it for ever.' },
  'verify/password-needed': { next: 'Enter the backup password, or choose the level Full.', action: 'enter-password' },
  'verify/wrong-password': { action: 'enter-password' },
  'verify/level-not-offered': { next: 'Choose another level.' },
  'browse/password-needed': { next: 'Enter its password to look inside.', action: 'enter-password' },
  'browse/wrong-password': { action: 'enter-password' },
  'browse/no-such-kind': { next: 'Choose another kind in the list.' },
  'browse/no-such-format': { next: 'Choose another format.' },
  'browse/no-such-conversation': { next: 'Choose another conversation, or look in another backup.' },
  'browse/no-such-file': { next: 'Go back and choose again, or look in another backup.' },
  'browse/unreadable-file': { next: 'Look for it in another backup, and verify this one in full.', action: 'verify' },
  'browse/too-large': { next: 'Save it to a folder instead.' },
  'browse/damaged-database': {
    next: 'The other kinds of data are not touched by this. Save the database to a folder, or look in another backup.',
  },
  'browse/no-printer': { next: 'Export as HTML and print that from a browser.' },
};
