import { z } from 'zod';

/**
 * One vocabulary for vault, contract and screens.
 * structure: every catalog, root, pack index and referenced object is there at its size.
 * quick: structure, the manifest against the objects, everything new in this version and 5 % of the rest re-read.
 * full: every object re-read. open: full, every key unwrapped, the main databases opened.
 * rehearsed: the whole restore conversation against the simulated phone.
 */
export const verificationLevelSchema = z.enum(['structure', 'quick', 'full', 'open', 'rehearsed']);
export type VerificationLevel = z.infer<typeof verificationLevelSchema>;

export const verificationProblemSchema = z.object({
  kind: z.string(),
  /** `error` breaks the version's "ok"; `warning` is named and does not. */
  severity: z.enum(['error', 'warning']),
  /** Id of the snapshot. */
  snapshot: z.string(),
  fileId: z.string().optional(),
  /** Domain and path of the phone's file where the manifest could be opened, else a path in the backup or the vault. */
  path: z.string().optional(),
  /** SHA-256 of the object in the vault. */
  object: z.string().optional(),
  detail: z.string(),
});
export type VerificationProblem = z.infer<typeof verificationProblemSchema>;

/** What was really looked at, so that a claim never says more than the check. */
export const verificationScopeSchema = z.object({
  /** Files of the version that are there at their size. */
  filesPresent: z.number().int(),
  filesReread: z.number().int(),
  bytesReread: z.number().int(),
  /** Null: the manifest could not be opened (encrypted, and no password was given). */
  manifestRows: z.number().int().nullable(),
  keysUnwrapped: z.number().int(),
  filesDecrypted: z.number().int(),
  digestsChecked: z.number().int(),
  databasesOpened: z.array(z.string()),
});
export type VerificationScope = z.infer<typeof verificationScopeSchema>;

export const verificationReportSchema = z.object({
  level: verificationLevelSchema,
  ok: z.boolean(),
  /** Files this check covered, each at least for presence and size. */
  checked: z.number().int(),
  /** False: read back, not opened (encrypted and no password). */
  opened: z.boolean(),
  scope: verificationScopeSchema,
  problems: z.array(verificationProblemSchema),
  /** Problems beyond those listed. */
  moreProblems: z.number().int(),
  at: z.string(),
  durationMs: z.number().int(),
});
export type VerificationReport = z.infer<typeof verificationReportSchema>;

export const verifyResultSchema = verificationReportSchema.extend({ type: z.literal('result'), snapshot: z.string() });
export type VerifyResult = z.infer<typeof verifyResultSchema>;
