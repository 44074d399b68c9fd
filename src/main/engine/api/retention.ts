import type { PruneResult, RetentionResult } from '../../../shared/contract/index.ts';
import {
  type ForgottenVersion,
  planRetention,
  planUnderPressure,
  presetOf,
  type RetainedVersion,
  type RetentionPolicy,
  retentionPolicySchema,
  retentionPresets,
} from '../../../shared/rules/retention/index.ts';
import type { ForgottenSnapshot, Snapshot, SnapshotList, Vault, VaultEvent } from '../vault/index.ts';
import { newestMark } from './summaries.ts';
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
  signal?: AbortSignal,
): Promise<PruneResult> {
  const list = await vault.snapshots();
  const policy = request.policy ?? currentPolicy(list.events);
  const usedBytes = policy.budgetBytes === null ? null : await vault.usedBytes(signal);
  const plan = planRetention({
    policy,
    nowMs: Date.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    versions: list.snapshots.map((one) => retained(one, list)),
    usedBytes,
  });
  const isGoing = new Set(plan.remove);
  const going = list.snapshots.filter((one) => isGoing.has(one.id));
  const common = {
    type: 'result' as const,
    dryRun: request.dryRun,
    policy,
    remove: [...plan.remove],
    overBudgetBytes: plan.overBudgetBytes,
    lastCopies: [],
    lastCopiesChecked: false,
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
  if (going.length > 0) await vault.forget(going, 'retention');
  await expireUnderPressure(vault, policy, usedBytes);
  const report = await vault.collect({ signal });
  const left = (await vault.snapshots()).forgotten;
  return {
    ...common,
    expired: [...report.expired],
    ...cleared(report),
    laterBytes: await estimateOrNull(vault, left, signal),
  };
}

/** When room is short, what the rules removed loses its undo time, the oldest first. */
async function expireUnderPressure(vault: Vault, policy: RetentionPolicy, usedBytes: number | null): Promise<void> {
  const list = await vault.snapshots();
  const { expire } = planUnderPressure({
    nowMs: Date.now(),
    freeBytes: await vault.freeBytes(),
    recentNewBytes: list.snapshots.slice(-TYPICAL_OF).map((one) => one.record.newBytes),
    usedBytes: usedBytes ?? 0,
    budgetBytes: usedBytes === null ? null : policy.budgetBytes,
    forgotten: list.forgotten.filter((one) => !one.forgotten.isExpired).map(pressed),
    lastCopies: new Set(),
  });
  const isChosen = new Set(expire);
  for (const one of list.forgotten) if (isChosen.has(one.id)) await vault.expire(one);
}

function pressed({ id, record, forgotten }: ForgottenSnapshot): ForgottenVersion {
  return { id, forgottenMs: Date.parse(forgotten.at), by: forgotten.by, bytes: record.newBytes };
}

function retained({ id, record }: Snapshot, { events, states }: SnapshotList): RetainedVersion {
  const mark = newestMark(id, events);
  const byPhone = Date.parse(record.statusDate);
  return {
    id,
    udid: record.udid,
    // The phone's own clock: one for all computers that back it up.
    finishedMs: Number.isFinite(byPhone) ? byPhone : Date.parse(record.finished),
    isPinned: states.get(id)?.isPinned ?? false,
    isGood: mark?.ok === true && mark.level !== 'structure',
    bytes: record.newBytes,
  };
}
