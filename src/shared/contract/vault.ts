import { z } from 'zod';
import { retentionPolicySchema } from '../rules/retention/index.ts';
import { snapshotSummarySchema } from './snapshots.ts';

/** Commands about the vault itself: what is kept, what goes, and how it fares. Sizes are bytes, times ISO 8601 UTC. */

const bytes = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

export const forgetResultSchema = z.object({
  type: z.literal('result'),
  /** Ids of the versions that left the list. They free nothing until the trash is swept. */
  forgotten: z.array(z.string()),
  /** Until then they can be brought back. */
  undoUntil: z.string(),
});
export type ForgetResult = z.infer<typeof forgetResultSchema>;

export const unforgetResultSchema = z.object({ type: z.literal('result'), restored: z.array(z.string()) });
export type UnforgetResult = z.infer<typeof unforgetResultSchema>;

export const pinResultSchema = z.object({
  type: z.literal('result'),
  pinned: z.array(z.string()),
  unpinned: z.array(z.string()),
  /** From then on the rules may take the pin back; null: never. */
  until: z.string().nullable(),
});
export type PinResult = z.infer<typeof pinResultSchema>;

export const noteResultSchema = z.object({
  type: z.literal('result'),
  snapshot: z.string(),
  note: z.string().nullable(),
});
export type NoteResult = z.infer<typeof noteResultSchema>;

export const trashedSnapshotSchema = snapshotSummarySchema.extend({
  forgottenAt: z.string(),
  by: z.enum(['owner', 'retention']),
  /** The undo time is over: the next sweep takes it. */
  expired: z.boolean(),
  undoUntil: z.string(),
});
export type TrashedSnapshot = z.infer<typeof trashedSnapshotSchema>;

export const trashResultSchema = z.object({
  type: z.literal('result'),
  trash: z.array(trashedSnapshotSchema),
  /** What sweeping all of them would free. Until then they take up their space. */
  wouldFreeBytes: bytes.nullable(),
});
export type TrashResult = z.infer<typeof trashResultSchema>;

/** What was really deleted, and what still waits: elsewhere than on this computer's own disk, a day lies in between. */
export const clearedSchema = z.object({
  freedBytes: bytes,
  freedFiles: count,
  repackedPacks: count,
  /** Marked, not deleted yet. */
  waitingBytes: bytes,
  nextSweepAt: z.string().nullable(),
  /** The disk's clock does not fit the dates in the vault, so nothing was judged by its age this time. */
  clockInDoubt: z.boolean(),
});
export type Cleared = z.infer<typeof clearedSchema>;

export const emptyTrashResultSchema = clearedSchema.extend({
  type: z.literal('result'),
  /** Ids of the versions that cannot come back any more. */
  emptied: z.array(z.string()),
});
export type EmptyTrashResult = z.infer<typeof emptyTrashResultSchema>;

export const pruneResultSchema = clearedSchema.extend({
  type: z.literal('result'),
  dryRun: z.boolean(),
  policy: retentionPolicySchema,
  /** Ids of the versions that the rules take off the list (or would, in a dry run), the oldest first. */
  remove: z.array(z.string()),
  /** Versions whose undo time ended, and that are gone for good. */
  expired: z.array(z.string()),
  /** What will be free when the undo time of everything in the trash is over; null: cannot be told. */
  laterBytes: bytes.nullable(),
  /** By how much the limit of space is exceeded even then. */
  overBudgetBytes: bytes,
  /** Things of the owner that no other version holds. */
  lastCopies: z.array(z.object({ snapshot: z.string(), kind: z.string(), name: z.string() })),
  /** Beyond those that are listed. */
  moreLastCopies: z.number().int(),
  /** False: what is inside the versions was not looked at. */
  lastCopiesChecked: z.boolean(),
});
export type PruneResult = z.infer<typeof pruneResultSchema>;

export const retentionResultSchema = z.object({
  type: z.literal('result'),
  policy: retentionPolicySchema,
  preset: z.enum(['light', 'standard', 'everything']).nullable(),
});
export type RetentionResult = z.infer<typeof retentionResultSchema>;

export const scrubProblemSchema = z.object({
  kind: z.string(),
  severity: z.enum(['error', 'warning']),
  /** Id of the version that suffers; null when no version does. */
  snapshot: z.string().nullable(),
  fileId: z.string().optional(),
  path: z.string().optional(),
  /** SHA-256 of the object. */
  object: z.string().optional(),
  /** The file in the vault, relative to it. */
  file: z.string().optional(),
  detail: z.string(),
});
export type ScrubProblem = z.infer<typeof scrubProblemSchema>;

export const scrubResultSchema = z.object({
  type: z.literal('result'),
  ok: z.boolean(),
  /** Share of the vault's bytes that was read through within 30 days, 0 to 1. */
  coverage: z.number().min(0).max(1),
  coveredBytes: bytes,
  totalBytes: bytes,
  readFiles: count,
  readBytes: bytes,
  problems: z.array(scrubProblemSchema),
  moreProblems: count,
  /** False: it stopped before all that was due had been read; the next run goes on. */
  complete: z.boolean(),
});
export type ScrubResult = z.infer<typeof scrubResultSchema>;

export const repairResultSchema = z.object({
  type: z.literal('result'),
  repaired: z.array(z.object({ file: z.string(), how: z.string() })),
  unrepaired: z.array(scrubProblemSchema),
  /** Versions that were damaged, and what a full check says of them now. */
  verified: z.array(z.object({ snapshot: z.string(), ok: z.boolean() })),
  /** UDIDs of phones whose next backup will be a full one, to bring back what is missing. */
  needsPhone: z.array(z.string()),
});
export type RepairResult = z.infer<typeof repairResultSchema>;

const answer = z.enum(['yes', 'no', 'unknown']);

/** The disk that a vault lies on, as far as the system tells. */
export const destinationSchema = z.object({
  volumeId: z.string().nullable(),
  fileSystem: z.string().nullable(),
  attachment: z.enum(['internal', 'removable', 'network', 'memory', 'unknown']),
  readOnly: answer,
  reflink: answer,
  encryptedAtRest: answer,
  timeMachine: z.enum(['inside', 'excluded', 'off', 'unknown', 'none']),
  freeBytes: bytes,
  totalBytes: bytes,
});
export type Destination = z.infer<typeof destinationSchema>;

export const vaultInfoResultSchema = z.object({
  type: z.literal('result'),
  id: z.string(),
  /** Version of the format on disk. */
  format: z.number().int(),
  path: z.string(),
  createdAt: z.string(),
  readOnly: z.boolean(),
  /** Bytes of packs, objects and catalogs. */
  bytes,
  /** Versions on the list, and in the trash. */
  snapshots: count,
  forgotten: count,
  phones: count,
  unreadable: count,
  coverage: z.number().min(0).max(1),
  policy: retentionPolicySchema,
  destination: destinationSchema,
});
export type VaultInfoResult = z.infer<typeof vaultInfoResultSchema>;

export const vaultCheckResultSchema = z.object({
  type: z.literal('result'),
  ok: z.boolean(),
  /** Versions whose lists, packs and objects were looked at; none of their bytes were read again. */
  checked: count,
  problems: z.array(scrubProblemSchema),
  moreProblems: count,
});
export type VaultCheckResult = z.infer<typeof vaultCheckResultSchema>;

export const rebuildIndexResultSchema = z.object({
  type: z.literal('result'),
  packs: count,
  objects: count,
  seconds: z.number(),
});
export type RebuildIndexResult = z.infer<typeof rebuildIndexResultSchema>;

export const moveVaultResultSchema = z.object({
  type: z.literal('result'),
  from: z.string(),
  path: z.string(),
  files: count,
  bytes,
});
export type MoveVaultResult = z.infer<typeof moveVaultResultSchema>;
