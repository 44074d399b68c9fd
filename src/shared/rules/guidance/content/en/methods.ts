import type { Guidance } from '../guidance.ts';

/** Ways to back up, compared; and photos only. */

export const methods: Guidance['methods'] = [
  {
    id: 'encrypted-local',
    title: 'Encrypted backup on this computer',
    summary: 'The strongest all-round choice before a high-risk cleanup.',
    when: 'Before anything big, and whenever you want every version kept. Fuller, and not limited by the space in iCloud.',
    limits: [
      { text: 'Originals that are only in iCloud are not in it.', source: 'apple-methods', asOf: '2023' },
      { text: 'It is as safe as the disk it is on: a second copy somewhere else helps.', source: 'S2', asOf: '2020' },
    ],
    isPartial: false,
  },
  {
    id: 'icloud',
    title: 'iCloud Backup',
    summary: 'The easiest safety net for the whole phone, if there is room.',
    when: 'As a net that runs by itself. Both together are fine: one does not switch the other off.',
    limits: [
      { text: '5 GB are free for everything in iCloud together.', source: 'apple-icloud-backup', asOf: '2023' },
      { text: 'It keeps the newest state only, and runs at most about once a day.', source: 'S2', asOf: '2020' },
      {
        text: 'It is kept for 180 days after you turn it off or stop using it.',
        source: 'apple-icloud-backup',
        asOf: '2023',
      },
    ],
    isPartial: false,
  },
  {
    id: 'photos-only',
    title: 'Photos only',
    summary: 'Copy originals to a computer, when photos are all that goes.',
    when: 'For photos and duplicates. Confirm that iCloud Photos has finished, or copy the originals, or compress instead of deleting.',
    limits: [{ text: 'Partial: it covers photos and videos and nothing else.', source: 'S0', asOf: '2026-11-24' }],
    isPartial: true,
  },
  {
    id: 'photo-apps',
    title: 'Photo apps such as Google Photos',
    summary: 'Partial, and it needs you.',
    when: 'As one more place for photos, never as the only one.',
    limits: [
      {
        text: 'May make photos smaller and has limits for each item: 75 MB or 100 megapixels for a photo and 10 GB for a video, as published in 2020.',
        source: 'S2',
        asOf: '2020',
      },
      { text: 'On an iPhone it uploads reliably only while its app is open.', source: 'S2', asOf: '2020' },
    ],
    isPartial: true,
  },
  {
    id: 'backup-apps',
    title: 'Backup apps and gadgets for the phone’s socket',
    summary: 'Partial: apps on an iPhone cannot make a full backup.',
    when: 'For the few kinds of data they name, such as photos and contacts.',
    limits: [
      {
        text: 'No app on an iPhone can read the data of other apps, so none makes a full backup.',
        source: 'S1',
        asOf: '2018',
      },
      {
        text: 'A gadget covers only a part; one that was looked at takes photos and contacts only.',
        source: 'S2',
        asOf: '2020',
      },
    ],
    isPartial: true,
  },
];

export const photoPath: Guidance['photoPath'] = [
  'Confirm on this iPhone whether iCloud Photos is on, and that it has finished. It is sync: what you delete goes everywhere.',
  'Copy the originals to a folder on the computer, and let every file be read back.',
  'Or make photos smaller without deleting any: compression comes before deletion.',
];
