import type { BrowseFilter, BrowseKind } from '../../../../src/shared/contract/procedures/index.ts';
import { daysAgo } from './base.ts';
import { noise } from './browse-data.ts';

/** Items of the small kinds, by their places. */

export const TOTALS: Partial<Record<BrowseKind, number>> = {
  photos: 18_412,
  videos: 1200,
  notes: 473,
  contacts: 628,
  calendar: 2904,
  reminders: 84,
  calls: 1000,
  voicemail: 37,
  'voice-memos': 52,
  safari: 9311,
  health: 24,
  apps: 118,
  files: 64,
};

const WORDS = ['Coast path', 'Allotment', 'Choir', 'Ferry times', 'Boiler', 'Dental check', 'Book club', 'Recipe idea'];
const FIRST = [
  'Ada',
  'Bea',
  'Carl',
  'Dora',
  'Emil',
  'Fay',
  'Gus',
  'Hal',
  'Ida',
  'Jon',
  'Kit',
  'Lea',
  'Max',
  'Nia',
  'Ole',
];
const LAST = ['Harbour', 'Penrose', 'Quill', 'Rowan', 'Sable', 'Thorn'];
const word = (n: number): string => WORDS[n % WORDS.length] ?? '';
const person = (n: number): string =>
  `${FIRST[Math.floor((n / 628) * FIRST.length) % FIRST.length]} ${LAST[n % LAST.length]}`;
const HEALTH = ['Steps', 'Walking and running distance', 'Heart rate', 'Sleep', 'Flights climbed', 'Cycling distance'];
const DOMAINS = ['CameraRollDomain', 'HomeDomain', 'MediaDomain', 'AppDomain-example.sketch', 'KeychainDomain'];

export function smallItem(kind: BrowseKind, n: number, filter: BrowseFilter): unknown {
  const id = `item-${n}`;
  const audio = { name: `${id}.m4a`, bytes: 840_000, state: 'here', media: null };
  switch (kind) {
    case 'notes':
      return {
        id,
        title: n === 0 ? 'Packing for the coast path' : word(n),
        preview: 'Four days, one bag. Leave on Thursday.',
        state: n === 5 ? 'locked' : 'text',
        folder: 'Notes',
        account: 'iCloud',
        createdAt: daysAgo(n + 10),
        modifiedAt: daysAgo(n),
        isPinned: n === 0,
        isTrashed: false,
        attachments: n % 4 === 1 ? 2 : 0,
      };
    case 'contacts':
      return {
        id,
        name: person(n),
        organisation: n % 3 === 0 ? 'Harbour Books' : null,
        jobTitle: n % 6 === 0 ? 'Bookseller' : null,
        nickname: null,
        phones: [{ label: 'mobile', value: `+44 7700 900${String(n % 1000).padStart(3, '0')}` }],
        emails: [{ label: 'home', value: `person${n}@example.org` }],
        urls: [],
        addresses: [{ label: 'home', value: '4 Quay Street\nSeaham' }],
        dates: [],
        related: [],
        profiles: [],
        birthday: n % 2 === 0 ? '1984-05-12' : null,
        note: n % 5 === 0 ? 'Met at the lighthouse' : null,
        groups: [],
        account: n % 4 === 0 ? null : 'iCloud',
        photo: null,
        modifiedAt: daysAgo(n),
      };
    case 'calendar':
      return {
        id,
        title: word(n),
        startAt: daysAgo(Math.floor(n / 2), 9 + (n % 8), 0),
        endAt: daysAgo(Math.floor(n / 2), 10 + (n % 8), 0),
        isAllDay: n % 7 === 0,
        timeZone: null,
        location: n % 3 === 0 ? 'Lighthouse car park' : null,
        notes: n === 3 ? 'Bring the tide table.' : null,
        url: null,
        calendar: 'Home',
        account: 'iCloud',
        repeats: n === 3 ? 'weekly' : null,
        people: [],
      };
    case 'reminders':
      return { id, title: word(n), notes: null, list: 'Errands', dueAt: daysAgo(n), isDone: n % 2 === 0 };
    case 'calls':
      return {
        id,
        name: n % 4 === 3 ? null : person(n * 9),
        address: `+44 7700 900${String(n % 1000).padStart(3, '0')}`,
        at: daysAgo(Math.floor(n / 3), 8 + (n % 12), 14),
        durationSeconds: n % 3 === 1 ? 0 : Math.floor(noise(n) * 1800),
        isOutgoing: n % 3 === 0,
        isAnswered: n % 3 !== 1,
        service: n % 8 === 2 ? 'FaceTime' : null,
        isVideo: n % 16 === 2,
      };
    case 'voicemail':
    case 'voice-memos':
      return {
        id,
        title: n === 2 ? 'Choir rehearsal' : `New Recording ${52 - n}`,
        at: daysAgo(n * 4),
        durationSeconds: 20 + Math.floor(noise(n) * 400),
        isTrashed: n === 6,
        transcript: n === 2 ? 'From the second movement, please, and count the rests.' : null,
        file: { ...audio, media: { token: `sound-0000000000000${n}`, type: 'audio', thumb: null } },
      };
    case 'safari':
      return {
        id,
        kind: (['visit', 'visit', 'bookmark', 'reading-list', 'tab'] as const)[n % 5],
        title: word(n),
        url: `https://example.org/${n}`,
        folder: n % 5 === 2 ? 'Favourites' : null,
        at: n % 5 === 2 ? null : daysAgo(Math.floor(n / 40)),
      };
    case 'health':
      return {
        id,
        name: HEALTH[n % HEALTH.length],
        samples: Math.floor(noise(n) * 90_000),
        firstAt: daysAgo(1200),
        lastAt: daysAgo(0),
      };
    case 'apps':
      return {
        id: `example.app${n}`,
        name: word(n),
        version: '4.2',
        bytes: Math.floor(noise(n) * 9e8),
        documentBytes: n % 2 === 0 ? Math.floor(noise(n) * 2e8) : 0,
        files: 12 + n * 7,
        domains: [`AppDomain-example.app${n}`],
      };
    default: {
      const isTop = filter.group === undefined;
      return {
        domain: isTop ? `${DOMAINS[n % DOMAINS.length]}${n < DOMAINS.length ? '' : n}` : (filter.group ?? ''),
        path: isTop ? '' : `Media/DCIM/${n}`,
        name: isTop ? '' : String(n),
        kind: isTop ? 'domain' : n < 6 ? 'folder' : 'file',
        bytes: Math.floor(noise(n) * 4e9),
        files: isTop ? 20 + n * 31 : null,
        modifiedAt: isTop ? null : daysAgo(n),
        protectionClass: null,
        target: null,
        media: null,
      };
    }
  }
}
