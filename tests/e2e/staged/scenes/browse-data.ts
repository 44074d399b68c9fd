import type { BrowseKind, ChatView, MessageView, PhotoView } from '../../../../src/shared/contract/procedures/index.ts';
import type { StagedMedia } from '../staged-server.ts';
import { daysAgo, snapshotIdOf } from './base.ts';

/** A library of 18,412 photos by day and a conversation of 4,118 messages, the same every time. */

const PHOTOS = 18_412;
const DAY_MS = 86_400_000;
const NOON = new Date(new Date().setHours(12, 0, 0, 0)).getTime();

/** The same number for the same place, spread evenly. */
export function noise(n: number): number {
  const x = Math.sin(n * 12.9898 + 78.233) * 43_758.5453;
  return x - Math.floor(x);
}

export const days = daysOf(PHOTOS);

export function daysOf(total: number): Array<{ day: string; count: number }> {
  const list: Array<{ day: string; count: number }> = [];
  let left = total;
  for (let n = 0; left > 0; n += 1) {
    const count = Math.min(left, 1 + Math.floor(noise(n) ** 2 * 46));
    const day = new Date(NOON - n * 2 * DAY_MS).toISOString().slice(0, 10);
    list.push({ day, count });
    left -= count;
  }
  return list;
}

const starts: number[] = [];
for (let n = 0, at = 0; n < days.length; n += 1) {
  starts.push(at);
  at += days[n]?.count ?? 0;
}

const token = (word: string, n: number): string => `${word}-${String(n).padStart(14, '0')}`;
const SHAPES = [
  [4032, 3024],
  [3024, 4032],
  [4032, 3024],
  [3840, 2160],
  [4032, 3024],
  [3024, 3024],
] as const;

export function photo(place: number, isVideo = false): PhotoView {
  let day = 0;
  for (let low = 0, high = starts.length - 1; low <= high; ) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= place) {
      day = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  const [width, height] = SHAPES[Math.floor(noise(place) * SHAPES.length)] ?? [4032, 3024];
  const film = isVideo || noise(place + 0.5) > 0.93;
  const thumb = token('thumb', place);
  const isCloud = noise(place + 0.25) > 0.92;
  return {
    id: `asset-${place}`,
    type: film ? 'video' : 'photo',
    variant: null,
    name: `IMG_${String(9999 - (place % 9000)).padStart(4, '0')}.${film ? 'MOV' : 'HEIC'}`,
    takenAt: `${days[day]?.day ?? '2026-01-01'}T${String(20 - (place % 12)).padStart(2, '0')}:${String(place % 60).padStart(2, '0')}:00.000Z`,
    offsetSeconds: 0,
    width,
    height,
    durationSeconds: film ? 8 + Math.floor(noise(place + 0.7) * 240) : null,
    bytes: 1_200_000 + Math.floor(noise(place) * 3e6) * (film ? 30 : 1),
    state: isCloud ? 'only-in-icloud' : 'here',
    isFavourite: noise(place + 0.1) > 0.95,
    isHidden: false,
    isLive: !film && noise(place + 0.2) > 0.8,
    isEdited: false,
    isScreenshot: false,
    isTrashed: false,
    place: place % 3 === 0 ? { latitude: 50.17021, longitude: -5.48731 } : null,
    media: { token: token('still', place), type: 'image', thumb },
    live: null,
  };
}

/** Drawn pictures: a sky, a sun, hills; the colours follow from the number. */
export const drawings: StagedMedia = (name) => {
  const n = Number(/(\d+)$/.exec(name)?.[1] ?? 0);
  const hue = Math.floor(noise(n) * 360);
  const sun = 60 + Math.floor(noise(n + 1) * 280);
  const hill = 170 + Math.floor(noise(n + 2) * 70);
  const [a, b, c] = [`hsl(${hue} 62% 74%)`, `hsl(${(hue + 40) % 360} 58% 62%)`, `hsl(${(hue + 200) % 360} 30% 34%)`];
  return {
    type: 'image/svg+xml',
    body: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="400" height="300" preserveAspectRatio="xMidYMid slice"><defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${a}"/><stop offset="1" stop-color="${b}"/></linearGradient></defs><rect width="400" height="300" fill="url(#g)"/><circle cx="${sun}" cy="${hill - 70}" r="26" fill="#fff6e0"/><path d="M0 ${hill}c70-50 120-10 200-40s130-20 200 20v170H0z" fill="${c}" opacity=".65"/><path d="M0 ${hill + 40}c90-40 150 10 230-20s120-10 170 10v120H0z" fill="${c}"/></svg>`,
  };
};

const CHATS: ReadonlyArray<readonly [string, number, string]> = [
  ['Coast walkers', 6, 'Low water 10:48 on the tide table, so we go round the point first'],
  ['Building group', 14, 'The lift engineer is booked for Tuesday morning'],
  ['Dental practice', 1, 'Your appointment is confirmed for 26 November at 9:20'],
  ['Book club', 5, 'Chapter nine, and bring the good biscuits'],
  ['Landlord', 1, 'Boiler service went fine, certificate attached'],
  ['Climbing wall', 1, 'Two places left on the Sunday course'],
  ['Airline', 1, 'Check-in is open. Seat 14A'],
  ['Parcel courier', 1, 'Delivered to your safe place at 11:26'],
  ['Allotment rota', 8, 'I can water on Friday if somebody takes Sunday'],
  ['School run', 4, 'Swap Thursday for Wednesday?'],
  ['Choir altos', 12, 'Recording of the second movement attached'],
];

export const chats: ChatView[] = Array.from({ length: 312 }, (_, n) => {
  const [title, people, lastText] = CHATS[n % CHATS.length] ?? ['', 1, ''];
  return {
    id: `chat-${n}`,
    title: n < CHATS.length ? title : `${title} ${Math.floor(n / CHATS.length) + 1}`,
    isGroup: people > 1,
    people: Array.from({ length: people }, (_, one) => ['Walk leader', 'Back marker', 'Ferry', 'Map'][one % 4] ?? ''),
    service: 'iMessage',
    messages: n === 0 ? 4118 : 40 + n,
    lastAt: daysAgo(Math.floor(n / 3), 18, 0),
    lastText,
    isArchived: false,
  };
});

const LINES = [
  'Low water 10:48 on the tide table, so we go round the point first',
  'On my way. Bringing the big flask',
  'Perfect, keeping a copy this time',
  'Here it is, and last year’s route',
  'Yes. Can someone send the tide table again, I cleared my photos last time',
  'Forecast is good. Meet at the lighthouse car park at 9?',
  'Shall we take the early ferry?',
  'I have room for two more in the car, and a boot that takes four rucksacks if nobody brings the stove again.',
] as const;

/** `place` 0 is the newest. */
export function message(place: number): MessageView {
  const isFromMe = place % 5 === 1 || place % 5 === 2;
  const hasPictures = place % 23 === 3;
  return {
    id: `message-${place}`,
    kind: place % 61 === 17 ? 'event' : 'message',
    isFromMe,
    sender: isFromMe ? null : (['Walk leader', 'Back marker'][place % 2] ?? null),
    sentAt: new Date(NOON - place * 37 * 60_000).toISOString(),
    text: LINES[place % LINES.length] ?? '',
    isUndecodable: place === 9,
    isUnsent: false,
    edits: place === 4 ? [{ text: 'Can someone send the tide tables', at: daysAgo(1, 8, 2) }] : [],
    attachments: hasPictures
      ? [0, 1].map((n) => ({
          name: `IMG_${place}${n}.HEIC`,
          bytes: 2_400_000,
          state: 'here' as const,
          media: {
            token: token('still', place + n),
            type: 'image' as const,
            thumb: token('thumb', place + n),
          },
          transcript: null,
        }))
      : place === 6
        ? [{ name: 'Route 2025.gpx', bytes: 48_200, state: 'here', media: null, transcript: null }]
        : [],
    reactions: place === 2 ? [{ what: 'love', by: 'Walk leader', isFromMe: false }] : [],
    replyTo: place === 1 ? { id: 'message-5', text: LINES[5] } : null,
    app: null,
    event: place % 61 === 17 ? { what: 'participant-added', who: 'Ferry', title: null } : null,
    service: 'iMessage',
  };
}

export const kindCounts: ReadonlyArray<readonly [BrowseKind, number | null]> = [
  ['photos', PHOTOS],
  ['videos', 1206],
  ['messages', 312],
  ['whatsapp', 96],
  ['notes', 473],
  ['contacts', 628],
  ['calendar', 2904],
  ['reminders', 84],
  ['calls', 1000],
  ['voicemail', 37],
  ['voice-memos', 52],
  ['safari', 9311],
  ['health', null],
  ['apps', 118],
  ['files', 96_410],
];

export const inVersions = Array.from({ length: 53 }, (_, n) => ({
  snapshot: snapshotIdOf(n),
  at: daysAgo(n),
  state: n < 39 ? ('present' as const) : ('absent' as const),
}));
