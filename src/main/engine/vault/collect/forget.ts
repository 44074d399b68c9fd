import { BackstopError } from '../../../../shared/errors/index.ts';
import type { NewEvent, VaultEvent } from '../events.ts';
import type { VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { listLeases, type SeenLease } from '../lease/lease-file.ts';
import type { Snapshot } from '../types.ts';
import { PLAIN_STATE, type VersionState } from '../version-states.ts';

/**
 * Forgetting, pinning and notes: all of it events, so that they are merged when two computers did something at the same
 * time, and nothing that was once written changes. Records stay where they are until the forgetting has expired.
 */

export interface Remarks {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly states: ReadonlyMap<string, VersionState>;
  readonly record: (event: NewEvent) => Promise<VaultEvent>;
  readonly isDead: (lease: SeenLease) => boolean;
}

/** Takes versions off the list, for 30 days undoably. All or none of them: what may not go is refused first. */
export async function forget(
  remarks: Remarks,
  snapshots: readonly Snapshot[],
  by: 'owner' | 'retention',
): Promise<void> {
  const { io, paths, states, record, isDead } = remarks;
  for (const { id } of snapshots) {
    if (states.get(id)?.isPinned === true) throw new BackstopError('vault/pinned', { data: { snapshot: short(id) } });
  }
  for (const lease of await listLeases(io, paths.folder('leases'))) {
    const used = snapshots.find((snapshot) => lease.kind === 'session' && lease.content?.parent === snapshot.id);
    if (used === undefined || isDead(lease)) continue;
    const data = { snapshot: short(used.id), host: lease.content?.hostName ?? lease.host };
    throw new BackstopError('vault/in-use', { data });
  }
  for (const snapshot of snapshots) await record({ kind: 'forget', by, ...about(snapshot) });
}

/** Brings a version back. */
export async function unforget(remarks: Remarks, snapshot: Snapshot): Promise<void> {
  const forgets = remarks.states.get(snapshot.id)?.forgotten?.forgets ?? [];
  if (forgets.length > 0) await remarks.record({ kind: 'unforget', forgets: [...forgets], ...about(snapshot) });
}

/** Ends the undo time of a forgotten version now. */
export async function expire(remarks: Remarks, snapshot: Snapshot): Promise<void> {
  const forgets = remarks.states.get(snapshot.id)?.forgotten?.forgets ?? [];
  if (forgets.length > 0) await remarks.record({ kind: 'expire', forgets: [...forgets], ...about(snapshot) });
}

export interface PinTerms {
  /** When the rules may take it back, Unix milliseconds; null: never. */
  readonly untilMs: number | null;
  readonly reason: string | null;
}

export const FOR_EVER: PinTerms = { untilMs: null, reason: null };

/** A pin that ends later, or never, joins the ones that are there: none is made shorter. */
export async function pin(remarks: Remarks, snapshot: Snapshot, { untilMs, reason }: PinTerms): Promise<void> {
  const { isPinned, pinnedUntilMs } = stateOf(remarks, snapshot);
  if (isPinned && (pinnedUntilMs === null || (untilMs !== null && untilMs <= pinnedUntilMs))) return;
  const until = untilMs === null ? null : new Date(untilMs).toISOString();
  await remarks.record({ kind: 'pin', ...about(snapshot), until, reason });
}

export async function unpin(remarks: Remarks, snapshot: Snapshot): Promise<void> {
  const { pins } = stateOf(remarks, snapshot);
  if (pins.length > 0) await remarks.record({ kind: 'unpin', pins: [...pins], ...about(snapshot) });
}

/** The owner's words about a version, in place of those that are there; empty words take them away. */
export async function writeNote(remarks: Remarks, snapshot: Snapshot, text: string): Promise<void> {
  const { note, notes } = stateOf(remarks, snapshot);
  if (text === (note ?? '')) return;
  await remarks.record({ kind: 'note', text, replaces: [...notes], ...about(snapshot) });
}

function stateOf(remarks: Remarks, snapshot: Snapshot): VersionState {
  return remarks.states.get(snapshot.id) ?? PLAIN_STATE;
}

function about({ id, record }: Snapshot): { record: string; device: string; seq: number } {
  return { record: id, device: record.device, seq: record.seq };
}

function short(id: string): string {
  return id.slice(0, 8);
}
