/**
 * The sudden-loss alarm: has a phone lost more between two backups than it usually does? Somebody may have cleaned up,
 * deleted by mistake, or signed out of a cloud. The rules only count; what follows (a pin, a question) is the engine's.
 */

/** How many of each kind a version holds; a kind that could not be counted is left out, and nothing is said of it. */
export type KindCounts = Readonly<Record<string, number>>;

/** One conversation or app. */
export interface Group {
  readonly kind: 'app' | 'conversation';
  readonly id: string;
  readonly title: string | null;
  /** Messages of the conversation; files of the app. */
  readonly items: number;
}

export interface CountedVersion {
  readonly madeAtMs: number;
  readonly counts: KindCounts;
}

export interface LossFacts {
  /** Versions of one phone, oldest first, without the two that are compared or with them. */
  readonly history: readonly CountedVersion[];
  readonly before: CountedVersion;
  readonly after: CountedVersion;
  /** What `before` has and `after` has not at all. */
  readonly vanished: readonly Group[];
}

export type LossAlarm =
  | {
      readonly what: 'fall';
      readonly kind: string;
      readonly before: number;
      readonly after: number;
      /** The middle of the phone's daily changes of that kind, up or down. */
      readonly usualDailyChange: number;
    }
  | { readonly what: 'vanished'; readonly group: Group };

const DAY_MS = 24 * 60 * 60_000;
/** A fall is unusual from three times the usual change on … */
const TIMES_USUAL = 3;
/** … and only if it is at least this share of what was there. */
const LEAST_SHARE = 0.05;
/** An app, or a conversation of more messages than this, that vanishes is said however usual it is. */
const LARGE_CONVERSATION = 100;

export function suddenLosses(facts: LossFacts): readonly LossAlarm[] {
  const alarms: LossAlarm[] = [];
  const { before, after } = facts;
  // Several days between two versions may hold several days' changes.
  const days = Math.max(1, (after.madeAtMs - before.madeAtMs) / DAY_MS);
  for (const [kind, had] of Object.entries(before.counts)) {
    const has = after.counts[kind];
    if (has === undefined || has >= had) continue;
    const fall = had - has;
    const usual = usualDailyChange(facts.history, before, kind);
    if (fall > TIMES_USUAL * usual * days && fall >= LEAST_SHARE * had) {
      alarms.push({ what: 'fall', kind, before: had, after: has, usualDailyChange: usual });
    }
  }
  for (const group of facts.vanished) {
    if (group.kind === 'app' || group.items > LARGE_CONVERSATION) alarms.push({ what: 'vanished', group });
  }
  return alarms;
}

/** Half of the phone's daily changes of this kind are smaller. 0 when there is no history yet. */
export function usualDailyChange(history: readonly CountedVersion[], until: CountedVersion, kind: string): number {
  const known = [...history.filter((one) => one.madeAtMs < until.madeAtMs), until]
    .filter((one) => one.counts[kind] !== undefined)
    .sort((a, b) => a.madeAtMs - b.madeAtMs);
  const changes: number[] = [];
  for (const [index, one] of known.entries()) {
    const earlier = known[index - 1];
    if (earlier === undefined) continue;
    const days = Math.max(1, (one.madeAtMs - earlier.madeAtMs) / DAY_MS);
    changes.push(Math.abs((one.counts[kind] ?? 0) - (earlier.counts[kind] ?? 0)) / days);
  }
  changes.sort((a, b) => a - b);
  const middle = changes.length >> 1;
  const upper = changes[middle] ?? 0;
  return changes.length % 2 === 1 ? upper : ((changes[middle - 1] ?? 0) + upper) / 2;
}
