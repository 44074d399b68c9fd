import type { InputOf, OutputOf } from '../../../../src/shared/contract/procedures/index.ts';
import { BackstopError } from '../../../../src/shared/errors/index.ts';
import type { StagedScreen } from '../scenes.ts';
import type { Scene } from '../staged-engine.ts';
import { base, daysAgo, UDIDS } from './base.ts';
import { chats, days, drawings, inVersions, kindCounts, message, noise, photo } from './browse-data.ts';
import { smallItem, TOTALS } from './browse-small.ts';

/** Browse, full and empty. */

function items({ kind, filter, around, after, limit }: InputOf<'browse.items'>): OutputOf<'browse.items'> {
  const isFound = filter.text !== undefined;
  const whole = kind === 'messages' || kind === 'whatsapp' ? 4118 : (TOTALS[kind] ?? 0);
  const total = isFound ? Math.min(whole, 4) : whole;
  const offset = around === null ? Number(after ?? 0) : Number(/(\d+)$/.exec(around)?.[1] ?? 0);
  const places = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, n) => offset + n);
  const one = (place: number): unknown => {
    if (kind === 'photos' || kind === 'videos') return photo(place, kind === 'videos');
    if (kind === 'messages' || kind === 'whatsapp') return message(isFound ? place * 8 : place);
    return smallItem(kind, place, filter);
  };
  return {
    page: { kind, items: places.map(one) } as OutputOf<'browse.items'>['page'],
    total,
    offset,
    next: offset + limit >= total ? null : String(offset + limit),
    isPresent: true,
    unreadable: [],
  };
}

export const full: Scene = {
  ...base,
  'browse.kinds': { kinds: kindCounts.map(([kind, count]) => ({ kind, count, state: 'present' })) },
  'browse.days': ({ kind }) =>
    kind === 'photos'
      ? { days, total: TOTALS['photos'] ?? 0 }
      : { days: days.slice(0, 60).map(({ day }) => ({ day, count: 20 })), total: 1200 },
  'browse.items': items,
  'browse.chats': ({ text }) => ({
    chats: chats.filter(({ title }) => text === null || title.toLowerCase().includes(text.toLowerCase())),
    isPresent: true,
    unreadable: [],
  }),
  'browse.groups': ({ kind }) => ({
    groups:
      kind === 'photos'
        ? [
            { id: 'a1', title: 'Coast path', count: 212 },
            { id: 'a2', title: 'Allotment', count: 96 },
          ]
        : kind === 'safari'
          ? [
              { id: 'bookmark', title: 'bookmark', count: 211 },
              { id: 'visit', title: 'visit', count: 9100 },
            ]
          : [{ id: 'g1', title: kind === 'notes' ? 'Notes' : 'iCloud', count: 40 }],
  }),
  'browse.note': ({ id }) => {
    const run = (text: string, isBold = false) => ({
      text,
      isBold,
      isItalic: false,
      isUnderlined: false,
      isStruckThrough: false,
      link: null,
    });
    const block = { indent: 0, isDone: null, file: null, table: null } as const;
    return {
      note: smallItem('notes', Number(/(\d+)$/.exec(id)?.[1] ?? 0), {}) as OutputOf<'browse.note'>['note'],
      blocks: [
        { ...block, type: 'title', runs: [run('Packing for the coast path')] },
        { ...block, type: 'body', runs: [run('Four days, one bag. '), run('Leave on Thursday.', true)] },
        { ...block, type: 'heading', runs: [run('To bring')] },
        { ...block, type: 'check', isDone: true, runs: [run('Tide table, printed')] },
        { ...block, type: 'check', isDone: false, runs: [run('The big flask')] },
        { ...block, type: 'bullet', runs: [run('Waterproofs')] },
        { ...block, type: 'number', runs: [run('Lighthouse car park')] },
        { ...block, type: 'number', runs: [run('Round the point at low water')] },
        {
          ...block,
          type: 'table',
          runs: [],
          table: [
            ['Day', 'Low water'],
            ['Friday', '10:48'],
          ],
        },
      ],
    };
  },
  'browse.where': { versions: inVersions },
};

const at = (kind: string, more = ''): string => `#/browse?udid=${UDIDS[0]}&kind=${kind}${more}`;
const locked = (): never => {
  throw new BackstopError('browse/password-needed');
};
const nothing: Scene = {
  ...full,
  'browse.days': { days: [], total: 0 },
  'browse.items': (input) => ({ ...items({ ...input, limit: 1 }), page: { kind: input.kind, items: [] }, total: 0 }),
};

export const browseScenes: Readonly<Record<string, StagedScreen>> = {
  'browse-photos': {
    address: at('photos'),
    scene: full,
    media: drawings,
    steps: async (page) => {
      await page.waitForSelector('[data-place="3"] img');
      for (const place of [2, 4, 8]) {
        await page.click(`[data-place="${place}"]`, place === 2 ? {} : { modifiers: ['Control'] });
      }
      await page.waitForTimeout(300);
    },
  },
  'browse-viewer': {
    address: at('photos'),
    scene: full,
    media: drawings,
    steps: async (page) => {
      await page.dblclick('[data-place="3"]');
      await page.waitForTimeout(400);
    },
  },
  'browse-videos': { address: at('videos'), scene: full, media: drawings },
  'browse-messages': {
    address: at('messages'),
    scene: full,
    media: drawings,
    steps: async (page) => {
      await page.waitForTimeout(600);
    },
  },
  'browse-find': {
    address: at('messages', '&text=tide+table'),
    scene: full,
    media: drawings,
    steps: async (page) => {
      await page.waitForTimeout(900);
    },
  },
  'browse-notes': { address: at('notes'), scene: full },
  'browse-contacts': {
    address: at('contacts'),
    scene: full,
    steps: async (page) => {
      await page.waitForTimeout(400);
    },
  },
  'browse-calendar': { address: at('calendar', '&item=item-3'), scene: full },
  'browse-calls': { address: at('calls'), scene: full },
  'browse-memos': { address: at('voice-memos', '&item=item-2'), scene: full },
  'browse-safari': { address: at('safari'), scene: full },
  'browse-health': { address: at('health'), scene: full },
  'browse-apps': { address: at('apps'), scene: full },
  'browse-files': { address: at('files'), scene: full },
  'browse-export': {
    address: at('messages'),
    scene: full,
    media: drawings,
    steps: async (page) => {
      await page.click('text=Export Conversation…');
      await page.waitForTimeout(300);
    },
  },
  'browse-not-here': {
    address: at('photos', '&item=asset-7'),
    scene: {
      ...full,
      'browse.where': { versions: inVersions.map((one, n) => (n === 0 ? { ...one, state: 'absent' } : one)) },
    },
    media: drawings,
  },
  'browse-empty': { address: at('voicemail'), scene: nothing },
  'browse-gone-empty': {
    address: at('photos'),
    scene: nothing,
    steps: async (page) => {
      await page.click('text=Gone from the phone');
      await page.waitForTimeout(300);
    },
  },
  'browse-locked': { address: at('photos'), scene: { ...full, 'browse.kinds': locked, 'browse.items': locked } },
  'browse-no-backup': { address: at('photos'), scene: { ...full, 'backups.list': { backups: [], unreadable: [] } } },
  'search-hits': {
    address: '#/search?text=tide+table',
    scene: {
      ...full,
      'browse.search': {
        hits: Array.from({ length: 14 }, (_, n) => ({
          kind: n < 8 ? 'messages' : n < 11 ? 'notes' : 'files',
          id: n < 8 ? `message-${n * 8}` : `item-${n}`,
          group: n < 8 ? 'chat-0' : null,
          title: n < 8 ? 'Walk leader' : n < 11 ? 'Packing for the coast path' : null,
          at: daysAgo(n * 3),
          snippet: n < 8 ? (message(n * 8).text ?? '') : 'The tide table, printed, and the big flask',
        })),
        unreadable: [],
      },
    },
    steps: async (page) => {
      await page.waitForTimeout(noise(1) * 10 + 500);
    },
  },
  'search-start': { address: '#/search', scene: full },
};
