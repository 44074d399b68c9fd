import { z } from 'zod';
import { noticeSchema, progressSchema } from '../progress.ts';
import { rescueResultSchema } from '../rescue.ts';
import { backupResultSchema } from '../snapshots.ts';
import { moveVaultResultSchema, repairResultSchema, scrubResultSchema, vaultCheckResultSchema } from '../vault.ts';
import { verifyResultSchema } from '../verification.ts';
import {
  bytes,
  count,
  done,
  failureFacts,
  jobId,
  nothing,
  placeToken,
  snapshotId,
  time,
  udid,
  vaultId,
} from './common.ts';
import { procedure } from './procedure.ts';

/**
 * Long work: every face sees the same job. One job at a time holds a phone, and one a vault for writing; the others wait
 * for their turn. A job that ended is kept for a while, so that a page that was reloaded still learns how it ended.
 */

export const jobKind = z.enum([
  'pair',
  'encryption',
  'backup',
  'verify',
  'export-backup',
  'export-items',
  'compare',
  'scrub',
  'repair',
  'check-vault',
  'rebuild-vault',
  'move-vault',
  'empty-trash',
  'retention',
  'cleanup',
  'cleanup-review',
  'rescue',
]);
export type JobKind = z.infer<typeof jobKind>;

const exported = z.object({
  /** To show the folder with `system.reveal`. */
  place: placeToken,
  folder: z.string(),
  items: count,
  files: count,
  bytes,
  /** Could not be taken out, by name and reason. */
  failed: z.array(z.object({ what: z.string(), reason: z.string() })),
});

/** What came of a job, by its kind. */
export const jobResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pair'), name: z.string() }),
  z.object({ kind: z.literal('encryption'), encrypted: z.boolean(), confirmed: z.boolean().nullable() }),
  z.object({ kind: z.literal('backup'), backup: backupResultSchema.omit({ type: true }), vault: vaultId }),
  z.object({ kind: z.literal('verify'), report: verifyResultSchema.omit({ type: true }) }),
  z.object({ kind: z.literal('export-backup'), exported }),
  z.object({ kind: z.literal('export-items'), exported }),
  z.object({ kind: z.literal('compare') }),
  z.object({ kind: z.literal('scrub'), report: scrubResultSchema.omit({ type: true }) }),
  z.object({ kind: z.literal('repair'), report: repairResultSchema.omit({ type: true }) }),
  z.object({ kind: z.literal('check-vault'), report: vaultCheckResultSchema.omit({ type: true }) }),
  z.object({ kind: z.literal('rebuild-vault'), objects: count }),
  z.object({ kind: z.literal('move-vault'), report: moveVaultResultSchema.omit({ type: true }) }),
  z.object({ kind: z.literal('empty-trash'), freedBytes: bytes, waitingBytes: bytes }),
  /** Came to a decision; which one `cleanup.get` tells. */
  z.object({ kind: z.literal('cleanup'), issued: z.boolean() }),
  z.object({
    kind: z.literal('rescue'),
    report: rescueResultSchema.omit({ type: true, path: true }),
    place: placeToken,
  }),
  z.object({ kind: z.literal('cleanup-review'), expected: count, unexpected: count }),
  z.object({ kind: z.literal('retention'), removed: count, freedBytes: bytes, laterBytes: bytes.nullable() }),
]);
export type JobResult = z.infer<typeof jobResult>;

export const jobView = z.object({
  id: jobId,
  kind: jobKind,
  state: z.enum(['waiting', 'running', 'cancelling', 'done', 'failed', 'cancelled']),
  udid: udid.nullable(),
  vault: vaultId.nullable(),
  snapshot: snapshotId.nullable(),
  startedAt: time,
  endedAt: time.nullable(),
  /** The phase it is in, and those it went through, for step rows. */
  progress: progressSchema.nullable(),
  phases: z.array(z.string()),
  /** 0 to 100, over all of a backup's copying as the phone tells it; null: not known. */
  percent: z.number().min(0).max(100).nullable(),
  /** When the last byte came. */
  lastDataAt: time.nullable(),
  newBytes: bytes.nullable(),
  /** Since when the phone shows its passcode screen; null: it does not. */
  passcodeSince: time.nullable(),
  /** The newest twenty. */
  notices: z.array(noticeSchema),
  failure: failureFacts.nullable(),
  result: jobResult.nullable(),
  /** Would cancelling throw work away? `nothing`, this run, or only the rest of the verification. */
  cancelCosts: z.enum(['nothing', 'this-run', 'verification']),
});
export type JobView = z.infer<typeof jobView>;

/** Does this work copy a phone? A cleanup's protection does, whatever else it does. */
export function isBackingUp({ kind }: Pick<JobView, 'kind'>): boolean {
  return kind === 'backup' || kind === 'cleanup';
}

export const jobsProcedures = {
  /** Running and waiting ones, and those that ended within an hour. */
  'jobs.list': procedure(nothing, z.object({ jobs: z.array(jobView) })),
  'jobs.get': procedure(z.strictObject({ job: jobId }), z.object({ job: jobView.nullable() })),
  'jobs.cancel': procedure(z.strictObject({ job: jobId }), done),
  /** Goes on without the rest of the verification: the version is kept, not verified. */
  'jobs.skipVerification': procedure(z.strictObject({ job: jobId }), done),
  'jobs.dismiss': procedure(z.strictObject({ job: jobId }), done),
} as const;
