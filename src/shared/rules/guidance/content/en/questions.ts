import type { Guidance } from '../guidance.ts';

/** Questions and answers, one screen each. */

const REVIEWED = '2026-11-24';

export const questions: Guidance['questions'] = [
  {
    id: 'always-full',
    question: 'Do I always need a full backup before freeing space?',
    answer:
      'No. It depends on the cleanup. Compressing or clearing caches rarely needs one; deleting in bulk or removing apps does.',
    more: [
      'Low risk: usually no full backup needed.',
      'Medium risk: a backup is recommended.',
      'High risk: a full backup is strongly recommended.',
    ],
    source: 'S0',
    asOf: REVIEWED,
  },
  {
    id: 'compress-or-delete',
    question: 'Is compressing photos safer than deleting?',
    answer: 'Usually. It makes files smaller and keeps every photo.',
    more: ['If the full size matters to you one day, copy the originals to a folder first.'],
    source: 'S0',
    asOf: REVIEWED,
  },
  {
    id: 'safest',
    question: 'What is the safest backup before a big cleanup?',
    answer: 'A full encrypted backup on a Mac or PC, read back and checked.',
    more: ['Encrypted, because Health, passwords and Wi-Fi networks are only in encrypted backups.'],
    source: 'S0',
    asOf: REVIEWED,
  },
  {
    id: 'icloud-full',
    question: 'iCloud is full and its backup fails. What now?',
    answer: 'Back up to this computer, or first remove old iCloud backups and files.',
    more: ['In this order: old backups, then files in iCloud Drive, then media.'],
    source: 'S0',
    asOf: REVIEWED,
  },
  {
    id: 'passcode',
    question: 'Why does the iPhone ask for its passcode each time?',
    answer:
      'iOS asks whenever a computer starts a backup, so nobody can copy the phone without you. No app can switch it off.',
    more: ['Since iOS 16.1 and 15.7.1.'],
    source: 'apple-passcode',
    asOf: '2022',
  },
  {
    id: 'one-photo-back',
    question: 'Can I put one photo straight back on the phone?',
    answer: 'Save it to a folder and AirDrop it, or add it through iCloud Photos. iOS only restores whole backups.',
    more: [],
    source: 'backstop',
    asOf: REVIEWED,
  },
  {
    id: 'icloud-photos',
    question: 'Is iCloud Photos a backup?',
    answer: 'It is sync. It helps if the phone is lost, and it repeats your deletions everywhere.',
    more: ['It covers photos and videos only, and usually needs paid storage.'],
    source: 'S0',
    asOf: REVIEWED,
  },
  {
    id: 'forgotten-password',
    question: 'What if I forget the backup password?',
    answer: 'Old backups stay locked. Reset All Settings on the iPhone lets you choose a new one without losing data.',
    more: [],
    source: 'apple-encrypted',
    asOf: '2023',
  },
  {
    id: 'use-meanwhile',
    question: 'Can I use the phone while it backs up?',
    answer: 'Yes. What you add during the backup is in the next one.',
    more: ['Unplugging power after the start does not stop a backup over Wi-Fi.'],
    source: 'S2',
    asOf: '2020',
  },
  {
    id: 'touches-phone',
    question: 'Does Backstop touch the phone?',
    answer: 'Backing up changes nothing on it except the encryption setting you choose. Only Restore writes to it.',
    more: ['It never deletes anything there: Backstop guides, you clean.'],
    source: 'backstop',
    asOf: REVIEWED,
  },
];
