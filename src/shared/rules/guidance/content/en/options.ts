import type { Guidance } from '../guidance.ts';

/** What may be cleaned, in the five buckets to start from. */

export const buckets: Guidance['buckets'] = {
  photos: { title: 'Photos and videos', lead: 'Usually the biggest part of a phone, and the hardest to replace.' },
  duplicates: {
    title: 'Duplicates',
    lead: 'The same bytes twice, or pictures of the same moment: two different risks.',
  },
  messages: { title: 'Messages', lead: 'Attachments take the room. The conversation around them is what you keep.' },
  apps: { title: 'Apps and files', lead: 'What an app holds goes with it, unless a cloud has it too.' },
  system: { title: 'System', lead: 'From a few caches to a reset: look at what exactly goes.' },
};

const PHOTOS_LOCAL = 'Holds every original that is on the phone. Not in it: originals that are only in iCloud.';
const PHOTOS_ICLOUD =
  'Holds photos only while iCloud Photos is off, and they come back only by restoring the whole iPhone. With iCloud Photos on they are synced instead, and a deletion is synced too.';
const APP_DATA_ICLOUD = 'Holds what the app lets be backed up, if its switch under iCloud Backup is on.';

export const options: Guidance['options'] = {
  'compress-photos': {
    title: 'Compress photos, keep them all',
    why: 'Compression keeps every photo and makes it smaller, so little can go wrong.',
    bestFit: 'None needed; a photo copy if you are nervous',
    bestFitWhy: 'You keep every photo.',
    local: PHOTOS_LOCAL,
    icloud: PHOTOS_ICLOUD,
    instead:
      'Look at a few compressed photos before you go on. If you want the full size back one day, copy the originals to a folder first.',
    note: 'Lower risk than deleting. Backstop itself never compresses or changes anything on the phone.',
  },
  'delete-unreviewed-photos': {
    title: 'Delete many photos without looking at each',
    why: 'Deleting photos without looking at each one is how people lose things they wanted. Once Recently Deleted empties, only a backup can bring them back.',
    bestFit: 'Full encrypted backup, and check iCloud Photos',
    bestFitWhy: 'Deletions sync to every device.',
    local: PHOTOS_LOCAL,
    icloud: PHOTOS_ICLOUD,
    instead: null,
    note: 'To make room without deleting, compress first.',
  },
  'large-videos': {
    title: 'Clear large videos quickly',
    why: 'Quick passes catch things you meant to keep, such as the only copy of a ticket or a recording.',
    bestFit: 'Encrypted backup on this computer, or copy the videos to a folder',
    bestFitWhy: 'Deletions sync to every device.',
    local: PHOTOS_LOCAL,
    icloud: PHOTOS_ICLOUD,
    instead: null,
    note: 'Large means over 200 MB.',
  },
  screenshots: {
    title: 'Clear screenshots quickly',
    why: 'Quick passes catch things you meant to keep, such as the only copy of a ticket or a recording.',
    bestFit: 'Encrypted backup on this computer, or copy them to a folder',
    bestFitWhy: 'Mistakes come from speed.',
    local: PHOTOS_LOCAL,
    icloud: PHOTOS_ICLOUD,
    instead: null,
    note: null,
  },
  'reviewed-duplicates': {
    title: 'Delete duplicates I have reviewed',
    why: 'You have looked at what goes. A backup is still smart if you clean a lot at once.',
    bestFit: 'None, or copy originals to a folder',
    bestFitWhy: 'You saw what goes.',
    local: PHOTOS_LOCAL,
    icloud: PHOTOS_ICLOUD,
    instead:
      'Go through them group by group and keep the best one. They stay in Recently Deleted for a while, so look there before you empty it.',
    note: 'Exact duplicates have the same bytes. Near duplicates only look alike, and the one you delete is a different picture.',
  },
  'bulk-duplicates': {
    title: 'Delete duplicates in one big pass',
    why: 'A big pass is quick, and a near duplicate may be the better picture. Mistakes come from speed.',
    bestFit: 'Encrypted backup on this computer, or photo copy',
    bestFitWhy: 'Mistakes come from speed.',
    local: PHOTOS_LOCAL,
    icloud: PHOTOS_ICLOUD,
    instead: null,
    note: 'Exact duplicates have the same bytes. Near duplicates only look alike, and the one you delete is a different picture.',
  },
  'message-attachments': {
    title: 'Remove large message attachments',
    why: 'Deleting an attachment removes it from the conversation. Messages has no separate copy.',
    bestFit: 'Encrypted backup on this computer',
    bestFitWhy: 'Attachments have no other copy.',
    local: 'Holds messages and the attachments that are on the phone. Not in it: attachments that are only in iCloud.',
    icloud:
      'Holds messages only while Messages in iCloud is off. With it on they are synced, and deleting here deletes everywhere.',
    instead: null,
    note: 'Large means over 1 MB.',
  },
  'chat-media': {
    title: 'Clear WhatsApp or Messenger media',
    why: 'Clearing media can also remove the context of a chat. Back up first if any of it matters.',
    bestFit: 'Encrypted backup, plus the app’s own backup',
    bestFitWhy: 'Keeps the context of chats.',
    local:
      'Holds WhatsApp chats and the media that were loaded to the phone; look into the backup to see them. Messenger keeps its chats on its own servers.',
    icloud: 'WhatsApp can make a chat backup of its own in iCloud, if you turn it on there.',
    instead: null,
    note: 'Back up first if attachments or the context of a chat matter. Then open the backup and see that the chats are really in it.',
  },
  'remove-apps': {
    title: 'Remove apps that keep data only on the phone',
    why: 'Removing an app deletes its data. If the app has no cloud, that data exists nowhere else.',
    bestFit: 'Full encrypted backup',
    bestFitWhy: 'App data may exist nowhere else.',
    local:
      'Holds the data of every app that lets it be backed up. Not in it: the apps themselves, and apps that keep their data out of backups.',
    icloud: APP_DATA_ICLOUD,
    instead: null,
    note: 'Offloading an app under Settings, General, iPhone Storage frees its room and keeps its data.',
  },
  'icloud-drive-files': {
    title: 'Delete old files from iCloud Drive',
    why: 'These files are not part of an iPhone backup. Copy the folder to a disk first.',
    bestFit: 'Copy the folder to a disk',
    bestFitWhy: 'Not part of an iPhone backup.',
    local: 'Does not hold files in iCloud Drive.',
    icloud:
      'Does not hold files in iCloud Drive: they already are in iCloud, and deleting them there is final after a while.',
    instead: 'Copy the folder to a disk and open a few of the copies before you delete anything.',
    note: 'No backup of an iPhone holds them, so no certificate covers them.',
  },
  'streamed-media': {
    title: 'Remove downloaded films, shows and music',
    why: 'You can download this again. Nothing personal is lost.',
    bestFit: 'None needed',
    bestFitWhy: 'It is downloaded again.',
    local: 'Does not hold downloads from stores and streaming apps.',
    icloud: 'Does not hold downloads from stores and streaming apps.',
    instead: 'Remove the downloads inside their app. They stay in your account.',
    note: 'What you synced from a computer is on that computer, and in no backup of the phone.',
  },
  'safari-data': {
    title: 'Clear Safari data',
    why: 'You can download this again. Nothing personal is lost.',
    bestFit: 'None needed',
    bestFitWhy: 'Websites are loaded again.',
    local: 'Holds bookmarks. The history is in it only if the backup is encrypted.',
    icloud: 'Bookmarks and history are synced separately, if Safari is on in iCloud.',
    instead: 'Clear website data only, if you want to keep the history.',
    note: 'If the history matters to you: it is only in encrypted backups.',
  },
  'system-cleanup': {
    title: 'Reset settings, or another big system cleanup',
    why: 'Reset-style actions can remove more than they say. Only a full backup brings the phone back as it was.',
    bestFit: 'Full encrypted backup, verified in full',
    bestFitWhy: 'Only this brings the phone back as it was.',
    local:
      'Holds everything that is on the phone except what no backup holds: Face ID or Touch ID, Apple Pay, mail, and media from stores or a computer.',
    icloud: 'Holds most of it, the newest version only, and not what is already in iCloud.',
    instead: null,
    note: 'A tested password and a second copy are worth having before a reset.',
  },
};
