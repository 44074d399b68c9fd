import type { CleanupChoice, CleanupFacts, CleanupOption, ItemsInVersion, PhoneFacts, VersionFacts } from '../types.ts';
import { allCounted, daysAfter, facts, GB, hoursBefore, NOW } from './facts.ts';

/**
 * Every fact that a certificate may rest on, as a dial: its known values from the best to the worst, and whether it can be
 * unknown too. A setting of all dials is a world.
 */

interface Turn {
  readonly phone?: Partial<PhoneFacts>;
  readonly version?: Partial<VersionFacts>;
  readonly top?: Partial<CleanupFacts>;
}

export interface Dial {
  readonly name: string;
  /** Best first. */
  readonly known: readonly Turn[];
  readonly unknown: Turn | null;
}

const dial = (name: string, known: readonly Turn[], unknown: Turn | null = null): Dial => ({ name, known, unknown });

const v = (version: Partial<VersionFacts>): Turn => ({ version });
const p = (phone: Partial<PhoneFacts>): Turn => ({ phone });
const proof = (level: NonNullable<VersionFacts['verified']>['level']): Turn => v({ verified: { level, at: NOW } });
const added = (items: number, bytes: number): Turn => v({ addedSince: { items, bytes, at: NOW } });
const made = (hours: number): Turn => v({ startedAt: hoursBefore(hours + 0.2), finishedAt: hoursBefore(hours) });

const COUNTS: readonly ItemsInVersion[] = [
  { present: 90, onlyInICloud: 0, missing: 0 },
  { present: 90, onlyInICloud: 3, missing: 0 },
  { present: 90, onlyInICloud: 3, missing: 4 },
  { present: 0, onlyInICloud: 3, missing: 0 },
  { present: 0, onlyInICloud: 3, missing: 9 },
];
const COUNTED = Object.keys(allCounted) as CleanupOption[];

/** `items` is one fact for each option: they are put together by `world`. */
const itemDials = COUNTED.map((option) =>
  dial(
    `items of ${option}`,
    COUNTS.map((counts) => v({ items: { [option]: counts } })),
    v({ items: { [option]: null } }),
  ),
);

export const DIALS: readonly Dial[] = [
  dial('free room', [p({ freeBytes: 60 * GB }), p({ freeBytes: 1 * GB })], p({ freeBytes: null })),
  // The same free room of a far larger phone is next to nothing.
  dial('capacity', [p({ capacityBytes: 128 * GB }), p({ capacityBytes: 2000 * GB })], p({ capacityBytes: null })),
  dial('phone encrypts', [p({ encrypted: true }), p({ encrypted: false })], p({ encrypted: null })),
  dial('iCloud Photos', [p({ icloudPhotos: false }), p({ icloudPhotos: true })], p({ icloudPhotos: null })),
  dial('Optimise Storage', [p({ optimiseStorage: false }), p({ optimiseStorage: true })], p({ optimiseStorage: null })),
  dial(
    'Messages in iCloud',
    [p({ messagesInICloud: false }), p({ messagesInICloud: true })],
    p({ messagesInICloud: null }),
  ),
  dial('not uploaded', [p({ notUploaded: 0 }), p({ notUploaded: 7 })], p({ notUploaded: null })),
  dial(
    'connection',
    [p({ connection: 'usb' }), p({ connection: 'wifi' }), p({ connection: 'none' })],
    p({ connection: null }),
  ),
  dial('complete', [v({ complete: true }), v({ complete: false })], v({ complete: null })),
  dial('manifest', [v({ manifestId: 'abcdef012345' }), v({ manifestId: '' })]),
  dial('encrypted', [v({ encrypted: true }), v({ encrypted: false })], v({ encrypted: null })),
  dial('verified', [
    ...(['rehearsed', 'open', 'full', 'quick', 'structure'] as const).map(proof),
    v({ verified: null }),
  ]),
  dial('damaged', [v({ damaged: false }), v({ damaged: true })], v({ damaged: null })),
  dial('password tested', [v({ passwordTestedAt: NOW }), v({ passwordTestedAt: null })]),
  dial('pinned', [v({ pinned: true }), v({ pinned: false })], v({ pinned: null })),
  dial('pinned until', [
    v({ pinnedUntil: null }),
    ...[90, 4, 1.5, -1].map((days) => v({ pinnedUntil: daysAfter(days) })),
  ]),
  dial(
    'added',
    [added(0, 0), added(3, 1), added(50, 500_000_000), added(51, 1), added(2, GB)],
    v({ addedSince: null }),
  ),
  dial('age', [made(0), made(0.7), made(5), made(23.5), made(24), made(400)]),
  dial(
    'apps without data',
    [[], ['a.b'], ['a.b', 'c.d']].map((ids) => v({ appsWithoutData: ids.map((id) => ({ id, name: null })) })),
    v({ appsWithoutData: null }),
  ),
  dial('second copy', [{ top: { secondCopy: { at: NOW } } }, { top: { secondCopy: 'none' } }], {
    top: { secondCopy: null },
  }),
  ...itemDials,
];

/** For each dial a place in `known`, or -1: unknown. */
export type Setting = readonly number[];

export function world(setting: Setting): CleanupFacts {
  const turns = DIALS.map(({ known, unknown }, index) => {
    const turn = setting[index] === -1 ? unknown : known[setting[index] ?? 0];
    if (turn == null) throw new Error(`no such setting of ${DIALS[index]?.name}`);
    return turn;
  });
  const items = Object.assign({}, ...turns.map(({ version }) => version?.items));
  const version: Partial<VersionFacts> = Object.assign({}, ...turns.map((turn) => turn.version), { items });
  return {
    ...facts({ phone: Object.assign({}, ...turns.map(({ phone }) => phone)), version }),
    ...Object.assign({}, ...turns.map(({ top }) => top)),
  };
}

export type Chance = (limit: number) => number;

/** Reproducible: a whole number from 0 up to, not including, `limit`. */
export function chance(seed: number): Chance {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Mostly good ones, so that a good part of the worlds earns a certificate and each fact gets to decide. */
export function someSetting(next: Chance): number[] {
  const trouble = next(6);
  return DIALS.map(({ known, unknown }) => {
    if (next(DIALS.length) >= trouble) return 0;
    const any = next(known.length + (unknown === null ? 0 : 1));
    return any === known.length ? -1 : any;
  });
}

export function someChoice(next: Chance, options: readonly CleanupOption[]): CleanupChoice {
  const many = 1 + next(4);
  const chosen = new Set(Array.from({ length: many }, () => options[next(options.length)] as CleanupOption));
  return { options: [...chosen], apps: next(2) === 0 ? [] : ['a.b', 'c.d'] };
}
