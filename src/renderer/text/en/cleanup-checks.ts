/** The checks of a cleanup by id and reason: what was found, in one sentence. A title of its own where the usual one misleads. */
export const cleanupChecks = {
  'check.other': 'Another check',
  'check.other.pass': 'In order.',
  'check.other.warn': 'This limits what can be undone.',
  'check.other.fail': 'This is in the way of a certificate.',
  'check.other.unknown': 'This could not be found out, so nothing is promised.',

  'check.newer-than-cleanup': 'A backup newer than what you will delete',
  'check.newer-than-cleanup.no-version': 'There is no backup of this iPhone yet.',
  'check.newer-than-cleanup.clock':
    'The clock of this computer and the time of the last backup do not agree, so its age is not known.',
  'check.newer-than-cleanup.too-old':
    'The last one is from {when}.{added, plural, =0 {} one { One photo or video was added since.} other { # photos and videos were added since.}}',
  'check.newer-than-cleanup.not-counted': 'The last one is from {when}. What was added since could not be counted.',
  'check.newer-than-cleanup.much-added':
    'The last one is from {when}. {added, plural, one {One photo or video was} other {# photos and videos were}} added since{addedSize, select, none {} other {, {addedSize}}}.',
  'check.newer-than-cleanup.counted-too-early':
    'The last one is from {when}. What was added since has to be counted again.',
  'check.newer-than-cleanup.added-since':
    'Made {when}. {added, plural, one {One photo or video was} other {# photos and videos were}} added since and {added, plural, one {is} other {are}} not in it.',
  'check.newer-than-cleanup.recent': 'Made {when}. No photo or video was added since.',
  'check.newer-than-cleanup.made-now': 'Made {when}. No photo or video was added since.',
  'check.newer-than-cleanup.hours-old':
    'Made {when}. No photo or video was added since; messages and the like may have been.',

  'check.version-complete': 'A complete backup',
  'check.version-complete.no-version': 'A half-finished backup is not a safety net.',
  'check.version-complete.incomplete': 'The last one did not finish. A half-finished backup is not a safety net.',
  'check.version-complete.record-not-readable': 'Its record cannot be read now, so nothing is promised.',
  'check.version-complete.no-manifest': 'Its list of contents cannot be read.',
  'check.version-complete.complete': 'Everything that the iPhone sent {when} is in it.',

  'check.encrypted': 'Backup encryption is on',
  'check.encrypted.no-version.title':
    '{phone, select, yes {Backup encryption is on} no {Backup encryption is off} other {Backup encryption}}',
  'check.encrypted.no-version':
    '{phone, select, yes {Health, passwords and Wi-Fi networks will be included.} no {Health, passwords and Wi-Fi networks would be left out.} other {Whether it is on is seen when the iPhone is connected.}}',
  'check.encrypted.not-known.title': 'Backup encryption',
  'check.encrypted.not-known': 'Whether the last backup is encrypted cannot be told now.',
  'check.encrypted.not-encrypted.title':
    '{phone, select, yes {The last backup is not encrypted} other {Backup encryption is off}}',
  'check.encrypted.not-encrypted':
    '{phone, select, yes {Encryption is on now; the next backup includes Health, passwords and Wi-Fi networks.} other {Health, passwords and Wi-Fi networks are left out.}}',
  'check.encrypted.encrypted': 'Health, passwords and Wi-Fi networks are included.',

  'check.verified': '{risk, select, high {Every file read back and checked} other {Read back and checked}}',
  'check.verified.no-version':
    '{risk, select, high {Needed for a high-risk plan. It follows right after the backup.} other {It follows right after the backup.}}',
  'check.verified.damaged.title': 'Some files cannot be read back',
  'check.verified.damaged':
    'The backup is damaged. A new one fetches those files from the iPhone again. Your other backups are untouched.',
  'check.verified.not-verified': 'The last backup finished and has not been read back yet.',
  'check.verified.too-weak':
    '{level, select, structure {Its structure was checked, and no file was read back.} other {Structure and a sample were read back.}} {risk, select, high {A high-risk plan needs every file.} other {This plan needs a sample at least.}}',
  'check.verified.damage-not-known': 'Whether it is still whole cannot be told now.',
  'check.verified.room-not-known':
    'A sample was read back. How full the iPhone is could not be seen, and a nearly full one needs every file.',
  'check.verified.verified':
    '{level, select, quick {Structure and a sample were read back {when} and match.} open {All files were read back, unlocked and opened {when}.} rehearsed {All files were read back {when}, and restoring was rehearsed.} other {All files were read back {when} and match.}}',

  'check.password-tested': 'The backup password was tested',
  'check.password-tested.no-version.title': 'The backup password is tested',
  'check.password-tested.no-version': 'It has to open the new backup.',
  'check.password-tested.never-tested.title': 'The backup password',
  'check.password-tested.never-tested': 'It was never tested on this backup.',
  'check.password-tested.tested': 'It opened this backup on {date}.',

  'check.pinned': 'The backup is pinned',
  'check.pinned.no-version.title': 'The backup will be pinned',
  'check.pinned.no-version': 'Kept for {pinDays} days, whatever your retention rules say.',
  'check.pinned.not-known.title': 'Pinned backup',
  'check.pinned.not-known': 'Whether it is pinned cannot be told now.',
  'check.pinned.not-pinned.title': 'The backup will be pinned',
  'check.pinned.not-pinned': 'Kept for {pinDays} days, whatever your retention rules say.',
  'check.pinned.for-ever': 'Kept for good, whatever your retention rules say.',
  'check.pinned.until': 'Kept until {until}, whatever your retention rules say.',
  'check.pinned.too-short.title': 'The backup will be pinned longer',
  'check.pinned.too-short': 'It is kept until {until} only. It will be kept for {pinDays} days.',

  'check.originals-present': 'Originals in the backup',
  'check.originals-present.no-version': 'They are counted when the backup is there.',
  'check.originals-present.none-present.title': 'No originals in the backup',
  'check.originals-present.none-present':
    '{optimise, select, yes {iPhone storage is optimised, so what you chose is only in iCloud. No local backup can hold it.} other {Nothing of what you chose is in the backup, so none of it could be brought back.}}',
  'check.originals-present.not-counted': 'They have not been counted in the backup yet.',
  'check.originals-present.some-lacking.title':
    '{onlyInICloud, plural, =0 {Some originals are not in the backup} =-1 {Some originals are only in iCloud} one {# original is only in iCloud} other {# originals are only in iCloud}}',
  'check.originals-present.some-lacking':
    '{onlyInICloud, plural, =0 {{missing, plural, =-1 {Some} =0 {Some} one {#} other {#}} could not be found in it. Leave these out of the cleanup.} other {No local backup can hold them. Leave these out of the cleanup.}}',
  'check.originals-present.present':
    '{present, plural, =-1 {Everything you chose is in it.} =0 {Everything you chose is in it.} one {The one item you chose is in it.} other {All # items you chose are in it.}}',
  'check.originals-present.nothing-there': 'Nothing of what you chose was on the iPhone when it was backed up.',

  'check.icloud-photos': 'iCloud Photos',
  'check.icloud-photos.off.title': 'iCloud Photos is off',
  'check.icloud-photos.off': 'What you delete goes from this iPhone only.',
  'check.icloud-photos.deletions-sync.title': 'iCloud Photos is on',
  'check.icloud-photos.deletions-sync':
    'Photos you delete vanish from every device.{optimise, select, yes { Originals that are only in iCloud cannot be in a local backup.} other {}}',
  'check.icloud-photos.not-known':
    'Whether it is on cannot be seen from here. If it is, photos you delete vanish from every device.',
  'check.photos-uploaded': 'Photos are really uploaded',
  'check.photos-uploaded.all-uploaded': 'Everything on the iPhone has been uploaded.',
  'check.photos-uploaded.not-uploaded': '{notUploaded, plural, one {# item is} other {# items are}} not uploaded yet.',
  'check.messages-in-icloud': 'Messages in iCloud',
  'check.messages-in-icloud.off.title': 'Messages in iCloud is off',
  'check.messages-in-icloud.off': 'What you delete goes from this iPhone only.',
  'check.messages-in-icloud.deletions-sync.title': 'Messages in iCloud is on',
  'check.messages-in-icloud.deletions-sync': 'Deleting here deletes on your other devices too.',
  'check.messages-in-icloud.not-known':
    'Whether it is on cannot be seen from here. If it is, deleting here deletes on your other devices too.',
  'check.local-only-apps': 'Data of the apps',
  'check.local-only-apps.not-looked': 'The backup has not been looked through for them yet.',
  'check.local-only-apps.all-have-data': 'Every app you chose has data in the backup.',
  'check.local-only-apps.without-data':
    '{apps, plural, one {# app keeps nothing in backups. Export from inside it first.} other {# apps keep nothing in backups. Export from inside them first.}}',
  'check.not-in-backups': 'What no backup holds',
  'check.not-in-backups.icloud-drive.title': 'Files from iCloud Drive',
  'check.not-in-backups.icloud-drive': 'These files are not part of an iPhone backup. Copy the folder to a disk first.',
  'check.not-in-backups.comes-back-otherwise':
    'Face ID, Apple Pay, mail and downloads are set up again or come back by themselves.',
  'check.not-in-backups.only-a-copy-helps.title': 'Files from iCloud Drive',
  'check.not-in-backups.only-a-copy-helps':
    'These files are in no backup of an iPhone. Copy the folder to a disk first; then you can delete them.',
  'check.second-copy': 'Second copy',
  'check.second-copy.not-known': 'Whether there is one is not known.',
  'check.second-copy.no-copy':
    'Only one copy. Copy the backup folder with your computer’s own backup; it is safe to copy at any time.',
  'check.second-copy.copy-is-older': 'The second copy is from {when}, before this backup.',
  'check.second-copy.copied': 'Copied {when}.',
  'check.room': 'Enough room on {disk}',
  'check.room.no-disk.title': 'A place for backups',
  'check.room.no-disk': 'Choose where backups live first.',
  'check.room.disk-away.title': '{disk} is not connected',
  'check.room.disk-away': 'Connect it, or choose another disk.',
  'check.room.nothing-to-write': 'Nothing new has to be written.',
  'check.room.not-measured.title': 'Room on {disk}',
  'check.room.not-measured': 'How much is needed could not be measured. Backstop looks again before it starts.',
  'check.room.not-enough.title': 'Not enough room on {disk}',
  'check.room.not-enough':
    '{short, select, none {About {needed} needed, {free} free.} other {{short} short: about {needed} needed, {free} free.}}',
  'check.room.little': 'About {needed} needed, {free} free. Room for this one, and hardly for another.',
  'check.room.enough': 'About {needed} needed, {free} free.{fileSystem, select, none {} other { {fileSystem}.}}',
  'check.connected': 'iPhone connected',
  'check.connected.not-known': 'Whether it is connected could not be seen.',
  'check.connected.not-connected.title': 'iPhone not connected',
  'check.connected.not-connected': 'Connect it with its cable, or bring it to the same Wi-Fi.',
  'check.connected.charging.title': 'iPhone connected and charging',
  'check.connected.charging':
    '{connection, select, usb {USB} other {Wi-Fi}}{charge, select, none {} other {, {charge}}}. It will ask for its passcode when the backup starts.',
  'check.connected.battery-low.title': 'The iPhone’s battery is low',
  'check.connected.battery-low':
    '{charge, select, none {It is below 20%} other {{charge}}}, and it is not charging. Plug it in first.',
  'check.connected.cable':
    'USB{charge, select, none {} other {, {charge}}}. It will ask for its passcode when the backup starts.',
  'check.connected.battery-not-known': 'Wi-Fi. Its battery could not be seen; plug it in if it is low.',
  'check.connected.battery-half':
    'Wi-Fi{charge, select, none {} other {, {charge}}}, not charging. Plug it in, so that it lasts.',
  'check.connected.wifi':
    'Wi-Fi{charge, select, none {} other {, {charge}}}. It will ask for its passcode when the backup starts.',
} as const;
