import type { Guidance } from '../guidance.ts';

/** Facts with their dates and sources, by requirement. Prices are left out: they have no meaning without a day and a region. */

const fact = (id: string, source: string, asOf: string, text: string): Guidance['facts'][number] => ({
  id,
  text,
  source,
  asOf,
});

export const facts: Guidance['facts'] = [
  fact(
    'R37',
    'S1',
    '2018',
    'Some data are copied elsewhere only under conditions and not for good. A sync is not a backup.',
  ),
  fact(
    'R38',
    'S1',
    '2018',
    'Apps on an iPhone cannot make a full backup, and gadgets cover only a part. What they do is partial.',
  ),
  fact(
    'R41',
    'S2',
    '2020',
    'Messages in iCloud, Health from iOS 12 on, Voice Memos and iCloud Photos move their data out of the iCloud backup when they are turned on.',
  ),
  fact(
    'R42',
    'S2',
    '2020',
    'Apple calls a backup on a computer a complete copy of all the data on the device, and says that iCloud keeps the most important data. Neither includes store content, Face ID, Apple Pay or mail.',
  ),
  fact(
    'R43',
    'S2',
    '2020',
    'Without iCloud Photos, photos are inside the iCloud backup, at most every 24 hours, and come back only by restoring the phone. With it they are synced, and come back without a restore. iOS does one or the other.',
  ),
  fact('R44', 'apple-methods', '2023', 'Syncing a device with a computer is not the same as making a backup.'),
  fact('R45', 'S1', '2017', 'At least half of iPhones are not backed up regularly.'),
  fact('R45', 'S1', '2017', 'An estimated one in three is lost, stolen or damaged in its life.'),
  fact(
    'R58',
    'S2',
    '2020',
    'The phone can be used during a backup. Unplugging power after the start does not stop a backup over Wi-Fi.',
  ),
  fact(
    'R91',
    'S2',
    '2020',
    '5 GB of iCloud are free and pretty much never enough. One device usually fits into 50 GB, 200 GB is comfortable. Paid storage is paid for every month.',
  ),
  fact(
    'R92',
    'S1',
    '2018',
    'iCloud Backup has been on by default since iOS 9, so people may believe they are covered. Check instead of assuming.',
  ),
  fact(
    'R93',
    'S2',
    '2020',
    'iCloud backs up when the phone is on, on Wi-Fi, on power and locked, and the last successful backup is at least 24 hours old; as soon as all of that holds, and at most once every 24 hours. Once started it goes on when unplugged.',
  ),
  fact('R94', 'S2', '2020', 'A manual iCloud backup needs Wi-Fi only, and the 24 hours count from it.'),
  fact(
    'R95',
    'S2',
    '2020',
    'iCloud Photos puts photos on all your devices, brings them back quicker than a restore, and saves room on the phone. It also repeats deletions everywhere, and originals may then be only in iCloud.',
  ),
  fact(
    'R96',
    'S2',
    '2020',
    'Photo apps such as Google Photos may make photos smaller, have limits for each item (75 MB or 100 megapixels for photos, 10 GB for videos), and upload only in the foreground. Partial, and it needs you.',
  ),
  fact(
    'R97',
    'S2',
    '2020',
    'Backup apps and gadgets are partial: one that was looked at takes photos and contacts only.',
  ),
  fact('R98', 'S2', '2020', 'Mixed set-ups are fine: mix and match, as long as you know which data are where.'),
  fact('R110', 'S2', '2020', 'Photos inside an iCloud backup can only be recovered by restoring the whole phone.'),
  fact(
    'optimise',
    'field',
    '2026-11-24',
    'With Optimise iPhone Storage, full-size originals may be only in iCloud. A backup of the phone then has smaller copies of them.',
  ),
  fact(
    'icloud-180',
    'apple-icloud-backup',
    '2023',
    'iCloud backups are kept for 180 days after you turn iCloud Backup off or stop using it.',
  ),
  fact(
    'recently-deleted',
    'field',
    '2025',
    'Deleted photos stay in Recently Deleted, usually for 30 days, and use room until then.',
  ),
];
