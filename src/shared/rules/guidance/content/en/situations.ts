import type { Guidance } from '../guidance.ts';

/** When it is urgent, how to be sure, and what to keep doing. */

export const emergency: Guidance['emergency'] = {
  title: 'This phone is nearly full',
  why: 'Rushed decisions are the risk here. Back up first, then take your time.',
  steps: [
    'Copy photos and videos straight to the computer, and let every one of them be read back. This works even when the phone has no room for its own backup.',
    'Make a little room without losing anything: offload apps under Settings, General, iPhone Storage. An offloaded app keeps its data.',
    'Make a full encrypted backup, and let every file be read back.',
    'Only then clean up, the biggest things first.',
  ],
};

export const icloudFull: Guidance['icloudFull'] = {
  title: 'iCloud is full and its backup fails',
  first: 'Back up to this computer. It needs no room in iCloud.',
  steps: [
    'Remove old backups of phones you no longer have.',
    'Clean up files in iCloud Drive: copy what matters to a disk first.',
    'Then reduce media: photos, videos and message attachments.',
  ],
};

export const checklist: Guidance['checklist'] = [
  'The last successful backup has today’s date and a time after your newest photo.',
  'There was enough room, on the disk or in iCloud, and it finished.',
  'If photos rely on iCloud Photos or a copy, that sync or copy has completed.',
  'The backup was read back and every file matched.',
  'It contains what you expect: check the counts.',
  'You know the password: it was tested.',
];

export const checklistEnd =
  'Starting a backup is not the same as having one. A half-finished backup is not a safety net.';

export const mistakes: Guidance['mistakes'] = [
  {
    id: 'same-for-all',
    title: 'Using the same protection for every cleanup.',
    text: 'A few reviewed duplicates are not the same as deleting thousands of photos.',
  },
  {
    id: 'sync-is-not-backup',
    title: 'Taking iCloud Photos for a backup.',
    text: 'It syncs photos, so deletions sync too, and it covers nothing but photos.',
  },
  {
    id: 'no-verification',
    title: 'Skipping verification.',
    text: 'A backup matters only if it finished and contains what you expect.',
  },
  {
    id: 'hurry',
    title: 'Deciding in a hurry because the phone is full.',
    text: 'Back up first, then take your time.',
  },
  {
    id: 'no-encryption',
    title: 'Backing up without encryption.',
    text: 'Health, passwords and Wi-Fi networks are left out.',
  },
];

export const habits: Guidance['habits'] = [
  {
    id: 'monthly',
    title: 'Back up often, check monthly.',
    text: 'On the 1st, spend a few minutes making sure every phone and disk is in order. Backstop does the reading and shows the list.',
  },
  {
    id: 'three-two-one',
    title: '3-2-1.',
    text: 'Three copies, on two kinds of place, one of them somewhere else. The phone is the easiest thing to lose: small, always with you.',
  },
  {
    id: 'both',
    title: 'Local and iCloud together are fine.',
    text: 'One does not switch the other off. Old iCloud backups stay until you delete them, or 180 days after you stop using them.',
  },
  {
    id: 'new-phone',
    title: 'A new phone:',
    text: 'an encrypted backup carries sign-ins and Health to a different iPhone.',
  },
];
