import type {
  Cleared,
  EmptyTrashResult,
  ForgetResult,
  NoteResult,
  PinRequest,
  PinResult,
  TrashResult,
  UnforgetResult,
} from '../../../shared/contract/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';
import { type CollectReport, type Snapshot, UNDO_MS, type Vault } from '../vault/index.ts';
import { isGood, summarise } from './summaries.ts';

/** What leaves the list and how it comes back: forgetting, pins, notes and the trash. */

export async function forgetVersions(
  vault: Vault,
  names: readonly string[],
  { force }: { readonly force: boolean },
): Promise<ForgetResult> {
  const going = await resolveAll(vault, names);
  if (!force) await refuseLastGood(vault, going);
  await vault.forget(going, 'owner');
  const undoUntil = new Date(Date.now() + UNDO_MS).toISOString();
  return { type: 'result', forgotten: going.map((one) => one.id), undoUntil };
}

/** A phone must not be left without a verified version, or without any, by a slip of the hand. */
async function refuseLastGood(vault: Vault, going: readonly Snapshot[]): Promise<void> {
  const { snapshots, events } = await vault.snapshots();
  const isGoing = new Set(going.map((one) => one.id));
  for (const { id, record } of going) {
    const own = snapshots.filter((one) => one.record.udid === record.udid);
    const left = own.filter((one) => !isGoing.has(one.id));
    const hasGood = (some: readonly Snapshot[]): boolean => some.some((one) => isGood(one.id, events));
    if (left.length > 0 && (hasGood(left) || !hasGood(own))) continue;
    throw new BackstopError('vault/last-good', { data: { snapshot: id.slice(0, 12), name: record.name } });
  }
}

export async function restoreVersions(vault: Vault, names: readonly string[]): Promise<UnforgetResult> {
  const chosen = await resolveAll(vault, names, 'forgotten');
  for (const snapshot of chosen) await vault.unforget(snapshot);
  return { type: 'result', restored: chosen.map((one) => one.id) };
}

export async function pinVersions(vault: Vault, { snapshots, pinned, until, reason }: PinRequest): Promise<PinResult> {
  const untilMs = until === null ? null : Date.parse(until);
  if (untilMs !== null && (!isDay(until) || !(untilMs > Date.now())))
    throw new BackstopError('vault/bad-pin-date', { data: { until } });
  const chosen = await resolveAll(vault, snapshots);
  for (const snapshot of chosen) await (pinned ? vault.pin(snapshot, { untilMs, reason }) : vault.unpin(snapshot));
  const ids = chosen.map((one) => one.id);
  return { type: 'result', pinned: pinned ? ids : [], unpinned: pinned ? [] : ids, until: pinned ? until : null };
}

/** In characters: what a line of the list can show. */
const MAX_NOTE = 140;

function isDay(until: string | null): boolean {
  return /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(until ?? '');
}

export async function noteVersion(vault: Vault, name: string, text: string): Promise<NoteResult> {
  const snapshot = await vault.resolve(name);
  const note = text.trim();
  const length = [...note].length;
  if (length > MAX_NOTE) throw new BackstopError('vault/note-too-long', { data: { length, most: MAX_NOTE } });
  await vault.writeNote(snapshot, note);
  return { type: 'result', snapshot: snapshot.id, note: note === '' ? null : note };
}

export async function listTrash(vault: Vault, signal?: AbortSignal): Promise<TrashResult> {
  const list = await vault.snapshots();
  const trash = [];
  for (const one of list.forgotten) {
    const { at, by, isExpired } = one.forgotten;
    const undoUntil = new Date(await vault.undoEndsMs(one)).toISOString();
    trash.push({ ...summarise(one, list), forgottenAt: at, by, expired: isExpired, undoUntil });
  }
  const wouldFreeBytes = trash.length === 0 ? 0 : await estimateOrNull(vault, list.forgotten, signal);
  return { type: 'result', trash, wouldFreeBytes };
}

/** What cannot be accounted for cannot be estimated either; the list is shown all the same. */
export async function estimateOrNull(
  vault: Vault,
  without: readonly Snapshot[],
  signal?: AbortSignal,
): Promise<number | null> {
  try {
    return await vault.estimateFreed(without, signal);
  } catch (error) {
    if (error instanceof BackstopError && error.code === 'vault/gc-blocked') return null;
    throw error;
  }
}

export async function emptyTrash(
  vault: Vault,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<EmptyTrashResult> {
  const chosen = names.length === 0 ? (await vault.snapshots()).forgotten : await resolveAll(vault, names, 'forgotten');
  for (const snapshot of chosen) await vault.expire(snapshot);
  const report = await vault.collect({ signal });
  return { type: 'result', emptied: [...report.expired], ...cleared(report) };
}

export function cleared(report: CollectReport): Cleared {
  return {
    freedBytes: report.freedBytes,
    freedFiles: report.freedFiles,
    repackedPacks: report.repackedPacks,
    waitingBytes: report.waitingBytes,
    nextSweepAt: report.nextSweepMs === null ? null : new Date(report.nextSweepMs).toISOString(),
    clockInDoubt: report.isClockInDoubt,
  };
}

async function resolveAll(
  vault: Vault,
  names: readonly string[],
  among: 'listed' | 'forgotten' = 'listed',
): Promise<Snapshot[]> {
  const found = new Map<string, Snapshot>();
  for (const name of names) {
    const snapshot = await vault.resolve(name, among === 'listed' ? {} : { among });
    found.set(snapshot.id, snapshot);
  }
  return [...found.values()];
}
