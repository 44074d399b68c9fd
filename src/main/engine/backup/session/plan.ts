import type { ParentChoice, Snapshot } from '../../vault/index.ts';

/** What a session builds upon. */
export interface SessionPlan {
  /** The version before this one in the phone's history; null for the first. */
  readonly parent: Snapshot | null;
  /** The version that shows through the virtual folder; null: it is empty, and the phone sends everything. */
  readonly base: Snapshot | null;
  /** Why `base` is null although there is a `parent`, as the end of a sentence; else null. */
  readonly fullReason: string | null;
}

/** Decides between an incremental and a full run (vault, correction 8 and the virtual folder). */
export function planSession(
  { parent, damaged }: ParentChoice,
  run: { readonly isEncrypted: boolean; readonly isFullAsked: boolean; readonly note: string | null },
): SessionPlan {
  if (damaged !== null) return { parent: damaged.snapshot, base: null, fullReason: damaged.reason };
  if (parent === null) return { parent: null, base: null, fullReason: null };
  const fullReason = whyFull(parent, run);
  return { parent, base: fullReason === null ? parent : null, fullReason };
}

function whyFull(
  parent: Snapshot,
  run: { readonly isEncrypted: boolean; readonly isFullAsked: boolean; readonly note: string | null },
): string | null {
  if (run.isFullAsked) return 'it was asked for';
  if (parent.record.encrypted !== run.isEncrypted) {
    return run.isEncrypted
      ? 'encryption was turned on since the last version'
      : 'encryption was turned off since the last version';
  }
  return run.note;
}
