import { z } from 'zod';
import { verificationLevelSchema, verificationReportSchema } from './verification.ts';

export const verifiedMarkSchema = z.object({
  level: verificationLevelSchema,
  ok: z.boolean(),
  at: z.string(),
  opened: z.boolean(),
});
export type VerifiedMark = z.infer<typeof verifiedMarkSchema>;

export const snapshotSummarySchema = z.object({
  id: z.string(),
  udid: z.string(),
  name: z.string(),
  finishedAt: z.string(),
  files: z.number().int(),
  bytes: z.number().int(),
  newBytes: z.number().int(),
  encrypted: z.boolean(),
  full: z.boolean(),
  ios: z.string(),
  /** The newest check of this version; null: never checked. */
  verified: verifiedMarkSchema.nullable(),
  /** Kept whatever the rules of retention say. */
  pinned: z.boolean(),
  /** From then on the rules may take the pin back; null: never, or it is not pinned. */
  pinnedUntil: z.string().nullable(),
  pinReason: z.string().nullable(),
  note: z.string().nullable(),
});
export type SnapshotSummary = z.infer<typeof snapshotSummarySchema>;

export const snapshotsResultSchema = z.object({
  type: z.literal('result'),
  snapshots: z.array(snapshotSummarySchema),
  /** Records that are in the vault and cannot be read. */
  unreadable: z.array(z.object({ file: z.string(), reason: z.string() })),
});
export type SnapshotsResult = z.infer<typeof snapshotsResultSchema>;

export const backupResultSchema = z.object({
  type: z.literal('result'),
  snapshot: snapshotSummarySchema,
  verification: verificationReportSchema,
  /** Why this run was a full one although there was an earlier version; null otherwise. */
  fullReason: z.string().nullable(),
  /** Files the phone said it could not send. */
  notSent: z.array(z.object({ path: z.string(), reason: z.string() })),
  /**
   * What is suddenly gone from the phone, against the version before; that one was pinned. `kind` is a kind of data, or
   * `app` or `conversation` for one that vanished. Empty too where it could not be told, as without the password.
   */
  losses: z.array(
    z.object({ kind: z.string(), before: z.number().int(), after: z.number().int(), pinned: z.string() }),
  ),
  /** Versions of interrupted runs whose phone had said "done", finished at this start. */
  recovered: z.array(z.string()),
  /** Until the version was committed; and everything that was looked at afterwards: verification and counting. */
  seconds: z.object({ backup: z.number(), verification: z.number() }),
});
export type BackupResult = z.infer<typeof backupResultSchema>;

export const showResultSchema = z.object({
  type: z.literal('result'),
  snapshot: snapshotSummarySchema,
  vault: z.object({ id: z.string(), path: z.string() }),
  record: z.string(),
  catalogs: z.array(z.object({ path: z.string(), kind: z.string(), size: z.number().int() })),
  packs: z.array(z.object({ path: z.string(), size: z.number().int() })),
  singleObjects: z.object({ count: z.number().int(), bytes: z.number().int() }),
  tops: z.array(z.object({ name: z.string(), size: z.number().int(), sha256: z.string().nullable() })),
  /** Null: the manifest could not be opened (encrypted, and no password was given). */
  domains: z.array(z.object({ domain: z.string(), files: z.number().int(), bytes: z.number().int() })).nullable(),
  history: z.array(
    z.object({
      level: z.string(),
      ok: z.boolean(),
      at: z.string(),
      checked: z.number().int(),
      problems: z.number().int(),
    }),
  ),
});
export type ShowResult = z.infer<typeof showResultSchema>;

export const exportResultSchema = z.object({
  type: z.literal('result'),
  path: z.string(),
  snapshot: z.string(),
  files: z.number().int(),
  bytes: z.number().int(),
});
export type ExportResult = z.infer<typeof exportResultSchema>;

export const demoResultSchema = z.object({
  type: z.literal('result'),
  vault: z.string(),
  /** True: the vault and the export are still there. */
  kept: z.boolean(),
  snapshots: z.array(snapshotSummarySchema),
  export: exportResultSchema,
  seconds: z.number(),
});
export type DemoResult = z.infer<typeof demoResultSchema>;
