/** The one honest sentence about a phone: ux.md § 4. Times always name their day. */
export const health = {
  'health.backing-up': '{known, select, yes {Backing up now. {percent}% done.} other {Backing up now.}}',
  'health.passcode-wanted': 'Ready to back up. Enter the passcode on the iPhone.',
  'health.no-backup': 'Nothing on this iPhone is protected yet.',
  'health.newest-damaged':
    '{known, select, yes {The newest backup is damaged. You can bring back everything up to {time} {day}.} other {The newest backup is damaged. Nothing else is verified.}}',
  'health.last-attempt-failed':
    '{known, select, yes {The last backup failed. Everything up to {time} {day} can be brought back.} other {The last backup failed. Nothing on this iPhone is protected yet.}}',
  'health.pairing-expired':
    '{known, select, yes {Nothing newer than {date} is protected. Wi-Fi pairing has expired.} other {Nothing on this iPhone is protected. Wi-Fi pairing has expired.}}',
  'health.trust-withdrawn':
    '{known, select, yes {Nothing newer than {date} is protected. It no longer trusts this computer.} other {Nothing on this iPhone is protected. It does not trust this computer.}}',
  'health.not-seen':
    '{known, select, yes {Nothing newer than {date} is protected. This iPhone has not been seen since {seen}.} other {Nothing on this iPhone is protected. It has not been seen since {seen}.}}',
  'health.overdue':
    '{known, select, yes {Nothing newer than {date} is protected.} other {Nothing on this iPhone is protected.}}',
  'health.unencrypted':
    '{known, select, yes {Backed up to {time} {day}, without Health, passwords or Wi-Fi networks.} other {Backed up without Health, passwords or Wi-Fi networks.}}',
  'health.turned-off':
    '{known, select, yes {Backed up to {time} {day}. Encryption is off now: new backups leave out Health, passwords and Wi-Fi networks.} other {Encryption is off: new backups leave out Health, passwords and Wi-Fi networks.}}',
  'health.not-verified':
    '{known, select, yes {Backed up at {time} {day}, not verified yet.} other {Not verified yet.}}',
  'health.waiting-for-disk': 'Backed up at {time} {day}. Verification is waiting for {disk}.',
  'health.nearly-full':
    '{known, select, yes {Everything up to {time} {day} can be brought back. {disk} has room for about {room, plural, one {# more backup} other {# more backups}}.} other {{disk} has room for about {room, plural, one {# more backup} other {# more backups}}.}}',
  'health.nearly-full-open':
    '{known, select, yes {Everything up to {time} {day} can be brought back. {disk} is nearly full.} other {{disk} is nearly full.}}',
  'health.well': '{known, select, yes {Everything up to {time} {day} can be brought back.} other {Backed up.}}',
  'health.disk': 'The disk',
} as const;
