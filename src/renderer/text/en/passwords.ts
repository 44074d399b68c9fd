export const passwords = {
  'password.title': 'Enter the backup password',
  'password.text':
    'It is the password that was set for the backups of this iPhone, perhaps in Finder or iTunes. It is not its passcode.',
  'password.field': 'Backup password',
  'password.remember': 'Remember it in the keychain of this computer',
  'password.rememberHelp': 'So that backups can be checked and looked into without asking you.',
  'password.wrong':
    'That is not the password. {tries, plural, one {# try so far} other {# tries so far}}; there is no limit.',
  'password.unlock': 'Unlock',
  'unlock.title': 'Looking into backups is locked',
  'unlock.text': 'Enter a backup password of any of your iPhones.',
  'unlock.touchId': 'Use Touch ID',
} as const;
