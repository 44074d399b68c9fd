import type { ComparedData, Guidance, Stated } from '../guidance.ts';

/** What is lost without a backup, and what each kind of backup holds. */

const row = (
  id: string,
  group: ComparedData['group'],
  [data, without, encrypted, unencrypted, icloud]: readonly [string, string, string, string, string],
): ComparedData => ({ id, data, group, without, encrypted, unencrypted, icloud });

export const compared: Guidance['compared'] = [
  row('photos', 'photos', [
    'Photos and videos',
    'lost unless imported or in iCloud Photos',
    'yes, originals that are on the phone',
    'same',
    'yes, unless iCloud Photos is on (then it syncs instead)',
  ]),
  row('messages', 'messages', [
    'Messages and attachments',
    'lost unless Messages in iCloud',
    'yes, what is on the phone',
    'same',
    'only if Messages in iCloud is off',
  ]),
  row('notes-contacts-calendars', 'notes-contacts-calendars', [
    'Notes, Contacts, Calendars',
    'On My iPhone items are lost; account items come back',
    'yes',
    'yes',
    'iCloud items live in iCloud; local ones yes',
  ]),
  row('health-home', 'health-home', [
    'Health, Home',
    'lost unless in iCloud',
    'yes',
    'no',
    'Health lives in iCloud when on',
  ]),
  row('passwords-wifi', null, [
    'Saved passwords, Wi-Fi',
    'lost unless iCloud Keychain',
    'yes',
    'no',
    'only back onto the same iPhone, or through iCloud Keychain',
  ]),
  row('safari', 'safari', [
    'Safari history, bookmarks',
    'lost unless synced',
    'yes',
    'bookmarks only',
    'synced separately',
  ]),
  row('voicemail', 'voicemail', ['Voicemail', 'lost', 'yes', 'yes', 'depends on carrier']),
  row('apps', 'apps', [
    'App documents and data',
    'lost if the app has no cloud',
    'yes, unless the app opts out',
    'same',
    'same, per-app switch',
  ]),
  row('settings', null, ['Settings, layout, wallpapers', 'lost', 'yes', 'yes', 'yes']),
  row('apple-pay', null, ['Apple Pay, Face ID or Touch ID', 'set up again', 'no', 'no', 'no']),
  row('mail', null, ['Apple Mail', 'comes back from the provider', 'no', 'no', 'no']),
  row('store', null, ['Store music, films, books, apps', 'download again', 'no', 'no', 'no']),
  row('where', null, [
    'Where it lives',
    '',
    'your disks, every version',
    'your disks',
    'Apple, newest version, paid above 5 GB',
  ]),
  row('when', null, [
    'When it runs',
    '',
    'your hours, passcode each time',
    'same',
    'charging, locked, Wi-Fi, about daily',
  ]),
];

const listed = (texts: readonly string[]): Stated[] =>
  texts.map((text) => ({ text, source: 'apple-methods', asOf: '2023' }));

/** R39. */
export const notInLocalBackup: Guidance['notInLocalBackup'] = listed([
  'Content from the iTunes and App Stores, and PDFs downloaded to Books',
  'Content synced from the computer: imported MP3s, CDs, videos, books and photos',
  'Data already in iCloud: iCloud Photos, iMessages, and text messages in iCloud',
  'Face ID or Touch ID settings',
  'Apple Pay information and settings',
  'Apple Mail data',
  'Activity, Health and Keychain data, unless the backup is encrypted',
]);

/** R40. */
export const notInICloudBackup: Guidance['notInICloudBackup'] = listed([
  'Data already in iCloud: contacts, calendars, notes, iCloud Photos, iMessages, voice memos, text messages, Health',
  'Data in other cloud services, such as Gmail and Exchange',
  'Apple Mail data',
  'Apple Pay information and settings',
  'Face ID or Touch ID settings',
  'iCloud Music Library and App Store content',
]);
