import type { SnapshotSummary, VerificationLevel, VerifiedMark } from '../../../shared/contract/index.ts';
import { verificationLevelSchema } from '../../../shared/contract/index.ts';
import { openDamage, type Snapshot, type SnapshotList, type Vault, type VaultEvent } from '../vault/index.ts';

/** A snapshot as the faces show it: the newest check of it is the one that counts. */
export function summarise(snapshot: Snapshot, list: Pick<SnapshotList, 'events' | 'states'>): SnapshotSummary {
  const { record, id } = snapshot;
  const state = list.states.get(id);
  return {
    id,
    udid: record.udid,
    name: record.name,
    finishedAt: record.finished,
    files: record.files,
    bytes: record.bytes,
    newBytes: record.newBytes,
    encrypted: record.encrypted,
    full: record.full,
    ios: record.ios,
    verified: newestMark(id, list.events),
    pinned: state?.isPinned ?? false,
    pinnedUntil: state?.pinnedUntilMs == null ? null : new Date(state.pinnedUntilMs).toISOString(),
    pinReason: state?.pinReason ?? null,
    note: state?.note ?? null,
  };
}

export async function summariseOne(vault: Vault, snapshot: Snapshot): Promise<SnapshotSummary> {
  return summarise(snapshot, await vault.snapshots());
}

/**
 * Later checks replace earlier ones, but a shallow check does not wash away what a deeper one found: damage stays until
 * a check of at least that level is good again.
 */
export function newestMark(id: string, events: readonly VaultEvent[]): VerifiedMark | null {
  let mark: VerifiedMark | null = null;
  const own = events.flatMap((event) => (event.kind === 'verified' && event.record === id ? [event] : []));
  for (const event of own.sort((a, b) => (a.at < b.at ? -1 : 1))) {
    const level = verificationLevelSchema.safeParse(event.level);
    if (!level.success) continue;
    const next: VerifiedMark = { level: level.data, ok: event.ok, at: event.at, opened: event.opened };
    if (mark === null || mark.ok || !next.ok || depth(next.level) >= depth(mark.level)) mark = next;
  }
  // Whatever a check said, and whichever clock it was said by: what is known to be damaged is not verified.
  return mark?.ok === true && damagedVersions(events).has(id) ? { ...mark, ok: false } : mark;
}

/** Asked for each version of a list. */
const damagedIn = new WeakMap<readonly VaultEvent[], ReadonlySet<string>>();

function damagedVersions(events: readonly VaultEvent[]): ReadonlySet<string> {
  let damaged = damagedIn.get(events);
  if (damaged === undefined) {
    damaged = new Set(openDamage(events).flatMap((event) => event.record ?? []));
    damagedIn.set(events, damaged);
  }
  return damaged;
}

/** Good enough to be the one that always stays: its bytes were read, at least in part, and nothing is known against it. */
export function isGood(id: string, events: readonly VaultEvent[]): boolean {
  const mark = newestMark(id, events);
  return mark?.ok === true && mark.level !== 'structure';
}

function depth(level: VerificationLevel): number {
  return verificationLevelSchema.options.indexOf(level);
}
