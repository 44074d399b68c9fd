import type { Guidance } from '../guidance.ts';

/** How risky, and what protects. */

export const levels: Guidance['levels'] = {
  low: {
    title: 'Low',
    verdict: 'Usually no full backup needed.',
    examples: [
      'Compressing photos without deleting them',
      'Clearing Safari data',
      'Deleting obvious duplicates you have reviewed',
      'Removing downloaded films, shows and music',
    ],
  },
  medium: {
    title: 'Medium',
    verdict: 'A backup is recommended.',
    examples: [
      'Removing large message attachments',
      'Deleting old files from iCloud Drive',
      'Clearing screenshots or large videos quickly',
      'One big pass over duplicates',
      'Clearing WhatsApp or Messenger media',
    ],
  },
  high: {
    title: 'High',
    verdict: 'A full backup is strongly recommended.',
    examples: [
      'Deleting large batches of photos without reviewing them',
      'Removing apps with important data kept only on the phone',
      'Big system cleanups or reset-style actions',
      'Any rushed cleanup of a phone that is nearly full',
    ],
  },
};

export const protections: Guidance['protections'] = {
  low: { title: 'No new backup needed', items: [] },
  medium: {
    title: 'A backup is recommended',
    items: [
      'An encrypted backup from the last 24 hours',
      'Verified with a quick check',
      'Pinned for 30 days',
      'For photos: iCloud Photos checked, or originals copied to a folder as the lighter choice',
      'For files in iCloud Drive: the folder copied to a disk',
    ],
  },
  high: {
    title: 'Full encrypted backup, strongly recommended',
    items: [
      'A full encrypted backup made now',
      'Every file read back',
      'Pinned for 90 days',
      'Its password tested',
      'iCloud Photos checked',
      'A second copy, if this is a reset',
    ],
  },
};

export const goAhead = 'Go ahead. You do not need a new backup for this.';

export const raised: Guidance['raised'] = {
  'nearly-full':
    'This phone is nearly full. In a hurry people delete the wrong things, so Backstop treats this as high risk.',
  'many-medium': 'Three or more of these together are a big cleanup, so Backstop treats them as high risk.',
};
