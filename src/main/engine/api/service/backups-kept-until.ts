import { setImmediate as breathe } from 'node:timers/promises';
import { planRetention, type RetainedVersion } from '../../../../shared/rules/retention/index.ts';
import type { SnapshotList } from '../../vault/index.ts';
import { currentPolicy } from '../retention.ts';
import { isGood } from '../summaries.ts';

/**
 * When the rules would take each version, as they stand and if the phone goes on being backed up: the rules are asked about
 * days to come. What stays beyond them has no date.
 */

const DAY_MS = 24 * 60 * 60_000;
/** Every day at first, then every week: a month's thinning is not known to the hour anyway. */
const DAYS: readonly number[] = [
  ...Array.from({ length: 40 }, (_, n) => n + 1),
  ...Array.from({ length: 52 }, (_, n) => 47 + n * 7),
];

interface Answer {
  readonly key: string;
  readonly dates: ReadonlyMap<string, string>;
}

export class KeptUntil {
  readonly #answers = new Map<string, Answer>();

  async of(vault: string, list: SnapshotList, nowMs: number = Date.now()): Promise<ReadonlyMap<string, string>> {
    const policy = currentPolicy(list.events);
    // Pins, checks and versions all come with events or records of their own.
    const key = JSON.stringify([
      policy,
      list.snapshots.length,
      list.snapshots.at(-1)?.id,
      list.events.length,
      Math.floor(nowMs / DAY_MS),
    ]);
    const known = this.#answers.get(vault);
    if (known?.key === key) return known.dates;
    const versions = list.snapshots.map((one): RetainedVersion => {
      const statusMs = Date.parse(one.record.statusDate);
      const state = list.states.get(one.id);
      return {
        id: one.id,
        udid: one.record.udid,
        seq: one.record.seq,
        finishedMs: Date.parse(one.record.finished),
        statusMs: Number.isFinite(statusMs) ? statusMs : null,
        // A pin that ends holds until then; what the rules say without it is what is asked here.
        isPinned: state?.isPinned === true && state.pinnedUntilMs === null,
        isGood: isGood(one.id, list.events),
      };
    });
    const phones = [...new Set(versions.map(({ udid }) => udid))];
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const dates = new Map<string, string>();
    for (const days of DAYS) {
      if (dates.size >= versions.length) break;
      const thenMs = nowMs + days * DAY_MS;
      const newest = phones.map(
        (udid): RetainedVersion => ({
          id: `to come ${udid}`,
          udid,
          seq: Number.MAX_SAFE_INTEGER,
          finishedMs: thenMs,
          statusMs: thenMs,
          isPinned: false,
          isGood: true,
        }),
      );
      const { remove } = planRetention({ policy, nowMs: thenMs, timeZone, versions: [...versions, ...newest] });
      for (const id of remove) if (!dates.has(id)) dates.set(id, new Date(thenMs).toISOString());
      await breathe();
    }
    this.#answers.set(vault, { key, dates });
    return dates;
  }
}
