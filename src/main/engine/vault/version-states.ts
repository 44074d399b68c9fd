import type { DamagedEvent, VaultEvent } from './events.ts';

/**
 * What events say about versions, put together. Order between computers comes from what events refer to: an undo names
 * the forgettings that it takes back, so a forgetting that another computer wrote at the same time stays.
 */

export interface ForgottenState {
  readonly by: 'owner' | 'retention';
  /** When the writer thought it was; for people. The time that counts is the store's: `restarts`. */
  readonly at: string;
  /** Open forgettings: what an undo or an emptied trash has to name. */
  readonly forgets: readonly string[];
  /** Files of events from whose dates in the store the undo time is counted; the latest counts. */
  readonly restarts: readonly string[];
  /** The owner emptied the trash, or room was needed: the undo time is over. */
  readonly isExpired: boolean;
}

export interface VersionState {
  readonly isPinned: boolean;
  readonly pins: readonly string[];
  /** When the rules may take the last of its pins back, Unix milliseconds; null: never, or there is none. */
  readonly pinnedUntilMs: number | null;
  /** Why it was pinned, in the words of the newest pin that gives any. */
  readonly pinReason: string | null;
  /** Null while the version is on the list. A pin beats a forgetting. */
  readonly forgotten: ForgottenState | null;
  readonly note: string | null;
  /** Events that a new note stands in place of. */
  readonly notes: readonly string[];
}

export const PLAIN_STATE: VersionState = {
  isPinned: false,
  pins: [],
  pinnedUntilMs: null,
  pinReason: null,
  forgotten: null,
  note: null,
  notes: [],
};

/** The states of all versions that any event is about, by record id. */
export function versionStates(events: readonly VaultEvent[]): ReadonlyMap<string, VersionState> {
  const taken = new Set<string>();
  const expired = new Set<string>();
  const about = new Map<string, VaultEvent[]>();
  for (const event of events) {
    for (const id of takenBackBy(event)) taken.add(id);
    for (const id of event.kind === 'expire' ? event.forgets : []) expired.add(id);
    if (event.record === null) continue;
    const own = about.get(event.record);
    if (own === undefined) about.set(event.record, [event]);
    else own.push(event);
  }
  const states = new Map<string, VersionState>();
  for (const [record, own] of about) states.set(record, stateOf(own, taken, expired));
  return states;
}

function takenBackBy(event: VaultEvent): readonly string[] {
  switch (event.kind) {
    case 'unforget':
      return event.forgets;
    case 'unpin':
      return event.pins;
    case 'note':
    case 'retention':
      return event.replaces;
    default:
      return [];
  }
}

function stateOf(
  events: readonly VaultEvent[],
  taken: ReadonlySet<string>,
  expired: ReadonlySet<string>,
): VersionState {
  const open = events.filter((event) => !taken.has(event.id));
  const pins = open.filter((event) => event.kind === 'pin');
  const ends = pins.map((event) => Date.parse(event.until ?? ''));
  const notes = open.filter((event) => event.kind === 'note');
  const note = notes.at(-1)?.text ?? '';
  return {
    isPinned: pins.length > 0,
    pins: pins.map((event) => event.id),
    pinnedUntilMs: ends.length > 0 && ends.every((end) => Number.isFinite(end)) ? Math.max(...ends) : null,
    pinReason: pins.findLast((event) => (event.reason ?? '') !== '')?.reason ?? null,
    forgotten: pins.length > 0 ? null : forgottenState(events, open, expired),
    note: note === '' ? null : note,
    notes: notes.map((event) => event.id),
  };
}

function forgottenState(
  all: readonly VaultEvent[],
  open: readonly VaultEvent[],
  expired: ReadonlySet<string>,
): ForgottenState | null {
  const forgets = open.filter((event) => event.kind === 'forget');
  const last = forgets.at(-1);
  if (last === undefined) return null;
  // A version that was pinned for a while, or whose forgetting was once undone, gets the whole time again.
  const restarts = all.filter((event) => ['forget', 'unforget', 'pin', 'unpin'].includes(event.kind));
  return {
    by: forgets.some((event) => event.by === 'owner') ? 'owner' : 'retention',
    at: last.at,
    forgets: forgets.map((event) => event.id),
    restarts: restarts.map((event) => event.file),
    isExpired: forgets.every((event) => expired.has(event.id)),
  };
}

/** Damage that no repair has answered yet. */
export function openDamage(events: readonly VaultEvent[]): DamagedEvent[] {
  const done = new Set(events.flatMap((event) => (event.kind === 'repaired' ? event.repairs : [])));
  return events.filter((event) => event.kind === 'damaged').filter((event) => !done.has(event.id));
}
