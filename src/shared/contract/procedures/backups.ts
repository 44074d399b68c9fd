import { z } from 'zod';
import { retentionPolicySchema } from '../../rules/retention/index.ts';
import { snapshotSummarySchema } from '../snapshots.ts';
import { scrubProblemSchema, trashedSnapshotSchema } from '../vault.ts';
import { verificationLevelSchema, verificationProblemSchema, verificationScopeSchema } from '../verification.ts';
import { bytes, count, done, jobId, placeToken, snapshotId, time, udid, vaultId, versionRef } from './common.ts';
import { procedure } from './procedure.ts';

/** Versions of phones, over all vaults that this computer knows. */

export const damage = z.object({
  /** Files that cannot be read. */
  files: count,
  /** Things of the owner that they belong to, by kind: photos, messages …; null: it was not looked up, or cannot be. */
  items: z.record(z.string(), count).nullable(),
  foundAt: time,
});

export const backupRow = snapshotSummarySchema.extend({
  vault: vaultId,
  /** Null where the vault is not connected: the list is from memory then. */
  isOnline: z.boolean(),
  damage: damage.nullable(),
  connection: z.enum(['usb', 'wifi']).nullable(),
  /** Made by Backstop, or brought in from elsewhere. */
  origin: z.enum(['backstop', 'imported']),
  /** When the rules would take it, as they stand; null: not in sight, or pinned. */
  keptUntil: time.nullable(),
});
export type BackupRow = z.infer<typeof backupRow>;

const listChoice = z.strictObject({ vault: vaultId, snapshots: z.array(snapshotId).min(1).max(10_000) });
/** Null: the vault's own rules. */
const policyChoice = z.strictObject({ vault: vaultId, policy: retentionPolicySchema.nullable() });

export const backupsProcedures = {
  /** Starts a backup, then its verification. `vault` null: the phone's place, else the main one. */
  'backups.start': procedure(
    z.strictObject({
      udid,
      vault: vaultId.nullable(),
      full: z.boolean(),
      /** The owner chose to go without encryption. */
      unencrypted: z.boolean(),
      verify: verificationLevelSchema.exclude(['rehearsed']).nullable(),
    }),
    z.object({ job: jobId }),
  ),
  /** Newest first. */
  'backups.list': procedure(
    z.strictObject({ udid: udid.nullable() }),
    z.object({ backups: z.array(backupRow), unreadable: z.array(z.object({ file: z.string(), reason: z.string() })) }),
  ),
  'backups.verify': procedure(
    z.strictObject({ ...versionRef.shape, level: verificationLevelSchema.exclude(['rehearsed']) }),
    z.object({ job: jobId }),
  ),
  /** All checks of one version, the newest first, with what was looked at and what was wrong. */
  'backups.checks': procedure(
    versionRef,
    z.object({
      checks: z.array(
        z.object({
          level: verificationLevelSchema,
          ok: z.boolean(),
          at: time,
          scope: verificationScopeSchema.nullable(),
          problems: z.array(verificationProblemSchema),
          moreProblems: count,
        }),
      ),
      nextFullAt: time.nullable(),
    }),
  ),
  /** What deleting these together would free; what they share with others stays. */
  'backups.freed': procedure(listChoice, z.object({ bytes: bytes.nullable() })),
  /** Things that only these versions hold; `isChecked` false: they could not be looked into. */
  'backups.onlyHere': procedure(
    listChoice,
    z.object({
      isChecked: z.boolean(),
      kinds: z.record(z.string(), count),
      items: z.array(z.object({ snapshot: snapshotId, kind: z.string(), name: z.string() })),
      more: count,
    }),
  ),
  'backups.pin': procedure(
    z.strictObject({
      ...listChoice.shape,
      pinned: z.boolean(),
      until: time.nullable(),
      reason: z.string().max(140).nullable(),
    }),
    done,
  ),
  'backups.note': procedure(z.strictObject({ ...versionRef.shape, text: z.string().max(140) }), done),
  /** Moves them to Recently Removed. The last verified version of a phone is refused. */
  'backups.forget': procedure(listChoice, z.object({ undoUntil: time })),
  'backups.unforget': procedure(listChoice, done),
  'trash.list': procedure(
    z.strictObject({ udid: udid.nullable() }),
    z.object({
      trash: z.array(trashedSnapshotSchema.extend({ vault: vaultId })),
      wouldFreeBytes: bytes.nullable(),
    }),
  ),
  'trash.empty': procedure(
    z.strictObject({ vault: vaultId, snapshots: z.array(snapshotId).max(10_000) }),
    z.object({ job: jobId }),
  ),
  'retention.get': procedure(
    z.strictObject({ vault: vaultId }),
    z.object({ policy: retentionPolicySchema, preset: z.enum(['light', 'standard', 'everything']).nullable() }),
  ),
  'retention.set': procedure(z.strictObject({ vault: vaultId, policy: retentionPolicySchema }), done),
  /** What would go and what it frees; nothing changes. */
  'retention.simulate': procedure(
    policyChoice,
    z.object({ remove: z.array(snapshotId), freedBytes: bytes.nullable(), overBudgetBytes: bytes }),
  ),
  /** Applies the rules now. */
  'retention.apply': procedure(z.strictObject({ vault: vaultId }), z.object({ job: jobId })),
  /** The version as a standard backup folder, inside the chosen place. */
  'backups.export': procedure(z.strictObject({ ...versionRef.shape, place: placeToken }), z.object({ job: jobId })),
  'vaults.scrub': procedure(z.strictObject({ vault: vaultId, everything: z.boolean() }), z.object({ job: jobId })),
  'vaults.repair': procedure(z.strictObject({ vault: vaultId }), z.object({ job: jobId })),
  /** What is known to be wrong in a vault, from the checks and readings so far. */
  'vaults.damage': procedure(
    z.strictObject({ vault: vaultId }),
    z.object({ problems: z.array(scrubProblemSchema), more: count }),
  ),
} as const;
