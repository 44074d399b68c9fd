import type { PruneResult, RetentionResult } from '../../../shared/contract/index.ts';
import {
  type FreedWithout,
  limitSpace,
  planRetention,
  planUnderPressure,
  presetOf,
  type RetainedVersion,
  type RetentionPolicy,
  retentionPolicySchema,
  retentionPresets,
} from '../../../shared/rules/retention/index.ts';
import { type Snapshot, type SnapshotList, UNDO_MS, type Vault, type VaultEvent } from '../vault/index.ts';
import { type LastCopies, NOT_CHECKED } from './last-copies.ts';
import { isGood } from './summaries.ts';
import { cleared, estimateOrNull } from './trash.ts';

/** The rules of retention, applied to a vault; and where they are kept: in the vault, for every computer that uses it. */

/** So many of the newest versions say what a typical backup adds. */
const TYPICAL_OF = 10;

export function currentPolicy(events: readonly VaultEvent[]): RetentionPolicy {
  const replaced = new Set(events.flatMap((event) => (event.kind === 'retention' ? event.replaces : [])));
  const own = events.filter((event) => event.kind === 'retention' && !replaced.has(event.id)).at(-1);
  const parsed = own?.kind === 'retention' ? retentionPolicySchema.safeParse(own.policy) : null;
  return parsed?.success === true ? parsed.data : retentionPresets.standard;
}

export async function setRetention(vault: Vault, policy: RetentionPolicy | null): Promise<RetentionResult> {
  const { events } = await vault.listEvents();
  const present = currentPolicy(events);
  if (policy === null) return { type: 'result', policy: present, preset: presetOf(present) };
  const replaces = events.flatMap((event) => (event.kind === 'retention' ? [event.id] : []));
  await vault.recordEvent({
    kind: 'retention',
    record: null,
    device: null,
    seq: null,
    policy: retentionPolicySchema.parse(policy),
    replaces,
  });
  return { type: 'result', policy, preset: presetOf(policy) };
}

export async function pruneVault(
  vault: Vault,
  request: { readonly dryRun: boolean; readonly policy: RetentionPolicy | null },
  look: LookInside = async () => NOT_CHECKED,
  signal?: AbortSignal,
): Promise<PruneResult> {
  const list = await vault.snapshots();
  // A clock that runs ahead would make everything old: of the two, the one that takes less away.
  const nowMs = Math.min(Date.now(), await vault.storeNow());
  const policy = request.policy ?? currentPolicy(list.events);
  const usedBytes = policy.budgetBytes === null ? 0 : await vault.usedBytes(signal);
  const rules = planRetention({
    policy,
    nowMs,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    versions: list.snapshots.map((one) => retained(one, list, nowMs)),
  });
  const plan = await limitSpace(rules, {
    usedBytes,
    budgetBytes: policy.budgetBytes,
    shortBytes: 0,
    freedWithout: measured(vault, list.snapshots, list.forgotten, signal),
  });
  const isGoing = new Set(plan.remove);
  const going = list.snapshots.filter((one) => isGoing.has(one.id));
  const last =
    going.length === 0
      ? { ...NOT_CHECKED, isChecked: true }
      : await look(
          going,
          list.snapshots.filter((one) => !isGoing.has(one.id)),
        );
  const common = {
    type: 'result' as const,
    dryRun: request.dryRun,
    policy,
    remove: [...plan.remove],
    overBudgetBytes: plan.overBudgetBytes,
    lastCopies: [...last.items],
    moreLastCopies: last.more,
    lastCopiesChecked: last.isChecked,
  };
  if (request.dryRun) {
    const expired = list.forgotten.filter((one) => one.forgotten.isExpired);
    const now = (await estimateOrNull(vault, expired, signal)) ?? 0;
    const later = await estimateOrNull(vault, [...going, ...list.forgotten], signal);
    return {
      ...common,
      expired: expired.map((one) => one.id),
      freedBytes: now,
      freedFiles: 0,
      repackedPacks: 0,
      waitingBytes: 0,
      nextSweepAt: null,
      clockInDoubt: false,
      laterBytes: later === null ? null : Math.max(0, later - now),
    };
  }
  // A pin whose time is over is taken back only when the version has to go.
  for (const one of going) if (list.states.get(one.id)?.isPinned === true) await vault.unpin(one);
  if (going.length > 0) await vault.forget(going, 'retention');
  await expireUnderPressure(vault, policy, { usedBytes, look }, signal);
  const report = await vault.collect({ signal });
  const left = (await vault.snapshots()).forgotten;
  return {
    ...common,
    expired: [...report.expired],
    ...cleared(report),
    laterBytes: await estimateOrNull(vault, left, signal),
  };
}

/** What would be lost with the first versions if only the others stay. */
export type LookInside = (going: readonly Snapshot[], staying: readonly Snapshot[]) => Promise<LastCopies>;

/** When room is short, what the rules removed loses its undo time, the oldest first. */
async function expireUnderPressure(
  vault: Vault,
  policy: RetentionPolicy,
  { usedBytes, look }: { readonly usedBytes: number; readonly look: LookInside },
  signal: AbortSignal | undefined,
): Promise<void> {
  const list = await vault.snapshots();
  const waiting = list.forgotten.filter((one) => !one.forgotten.isExpired);
  const over = list.forgotten.filter((one) => one.forgotten.isExpired);
  const forgotten = [];
  for (const one of waiting) {
    forgotten.push({ id: one.id, forgottenMs: (await vault.undoEndsMs(one)) - UNDO_MS, by: one.forgotten.by });
  }
  const { expire } = await planUnderPressure({
    // As the times of forgetting are.
    nowMs: await vault.storeNow(),
    freeBytes: await vault.freeBytes(),
    recentNewBytes: list.snapshots.slice(-TYPICAL_OF).map((one) => one.record.newBytes),
    usedBytes,
    budgetBytes: policy.budgetBytes,
    forgotten,
    holdsLastCopy: () => false,
    freedWithout: measured(vault, waiting, over, signal),
  });
  if (expire.length === 0) return;
  // What may hold the last copy of something keeps its 30 days, and so does what could not be looked into.
  const isPlanned = new Set(expire);
  const last = await look(
    waiting.filter((one) => isPlanned.has(one.id)),
    [...list.snapshots, ...waiting.filter((one) => !isPlanned.has(one.id))],
  );
  if (!last.isChecked || last.more > 0) return;
  const holders = new Set(last.items.map((one) => one.snapshot));
  const isChosen = new Set(expire.filter((id) => !holders.has(id)));
  for (const one of waiting) if (isChosen.has(one.id)) await vault.expire(one);
}

/** Measures what comes free without some of `among` and all of `gone`. */
function measured(
  vault: Vault,
  among: readonly Snapshot[],
  gone: readonly Snapshot[],
  signal: AbortSignal | undefined,
): FreedWithout {
  return (ids) => {
    const chosen = new Set(ids);
    return estimateOrNull(vault, [...gone, ...among.filter((one) => chosen.has(one.id))], signal);
  };
}

function retained({ id, record }: Snapshot, { events, states }: SnapshotList, nowMs: number): RetainedVersion {
  const state = states.get(id);
  const byPhone = Date.parse(record.statusDate);
  return {
    id,
    udid: record.udid,
    seq: record.seq,
    finishedMs: Date.parse(record.finished),
    statusMs: Number.isFinite(byPhone) ? byPhone : null,
    isPinned: state?.isPinned === true && !(state.pinnedUntilMs !== null && state.pinnedUntilMs <= nowMs),
    isGood: isGood(id, events),
  };
}
