/** Words about backups that several screens share. */
export const backups = {
  'backup.notVerified': 'Finished at {time} {day}, not verified yet.',
  'backup.structure': 'Finished at {time} {day}. Only its structure was checked.',
  'backup.verifiedQuick': 'Verified at {time} {day}. Structure and a 5% sample were read back.',
  'backup.verifiedFull':
    'Verified at {time} {day}. {files, plural, one {Its one file was} other {All # files were}} read back and match.',
  'backup.verifiedOpen': 'Verified at {time} {day}. Read back, unlocked and opened.',
  'backup.verifiedRehearsed': 'Verified at {time} {day}. A restore was rehearsed and every file arrived.',
  'backup.ageing': 'Last read back on {date}.',
  'backup.damaged':
    '{files, plural, one {# file cannot be read} other {# files cannot be read}}. Everything else is fine.',
  'backup.failedCheck': 'The check at {time} {day} found something wrong.',
  'backup.offline': 'On {disk}, which is not connected.',
  'backup.encrypted': 'Encrypted',
  'backup.unencrypted': 'Not encrypted',
  'backup.usb': 'Over USB',
  'backup.wifi': 'Over Wi-Fi',
  'backup.pinned': 'Pinned',
  'backup.pinnedUntil': 'Pinned until {date}',
  'backup.newOf': '{new} new of {whole}',
  'backup.newBytes': '{size} new',
  'backup.ofBytes': 'of {size}',
  'backup.sharedBytes': '{size} shared',
  'backup.splitLabel': '{new} new, {shared} shared with other backups',
  'backup.beforeCleanup': 'Before cleanup',
  'backup.backUpNow': 'Back Up Now',
  'backup.connect': 'Connect with Cable',
} as const;
