import { z } from 'zod';
import {
  type CleanupChoice,
  type CleanupPlan,
  certificateSchema,
  checkIdSchema,
  checkStatusSchema,
  cleanupOptionSchema,
  coverageMapSchema,
  evidenceSchema,
  nextStepSchema,
  protectionSchema,
  riskLevelSchema,
  type Standing,
  standingSchema,
} from '../rules/guidance/index.ts';
import type { AskPassword } from './engine.ts';
import type { WorkOptions } from './progress.ts';
import type { SnapshotSummary } from './snapshots.ts';

/** Back up before cleanup, as the terminal and the window ask for it. */

const count = z.number().int().nonnegative();

const checkResultSchema = z.object({
  id: checkIdSchema,
  /** A required check that fails or is unknown means no certificate; the others limit it, or are about the run. */
  required: z.boolean(),
  status: checkStatusSchema,
  reason: z.string(),
  evidence: evidenceSchema,
  next: nextStepSchema.nullable(),
});

export const cleanupPlanResultSchema = z.object({
  type: z.literal('result'),
  udid: z.string(),
  level: riskLevelSchema,
  reasons: z.array(z.string()),
  protection: protectionSchema,
  checks: z.array(checkResultSchema),
  /** What `cleanup run` would do, in this order. */
  missing: z.array(z.string()),
  /** The version that was looked at. */
  snapshot: z.string().nullable(),
});
export type CleanupPlanResult = z.infer<typeof cleanupPlanResultSchema>;

export const cleanupCertificateResultSchema = z.object({
  type: z.literal('result'),
  udid: z.string(),
  issued: z.boolean(),
  level: riskLevelSchema,
  /** With what it does not cover first. */
  certificate: certificateSchema.extend({ bucket: z.string() }).nullable(),
  /** Why there is none; of a low risk: `not-needed`. */
  reasons: z.array(z.object({ id: z.string(), status: z.string(), reason: z.string(), next: z.string().nullable() })),
});
export type CleanupCertificateResult = z.infer<typeof cleanupCertificateResultSchema>;

export const cleanupCheckResultSchema = z.object({
  type: z.literal('result'),
  udid: z.string(),
  /** Null: there is no certificate. */
  standing: standingSchema.nullable(),
  certificate: certificateSchema.extend({ bucket: z.string() }).nullable(),
});
export type CleanupCheckResult = z.infer<typeof cleanupCheckResultSchema>;

const goneItemSchema = z.object({
  kind: z.string(),
  id: z.string(),
  title: z.string().nullable(),
  at: z.string().nullable(),
  bytes: count.nullable(),
});
export type GoneFromPhone = z.infer<typeof goneItemSchema>;

export const cleanupReviewResultSchema = z.object({
  type: z.literal('result'),
  udid: z.string(),
  older: z.string(),
  newer: z.string(),
  /** Largest first. */
  expected: z.array(goneItemSchema),
  unexpected: z.array(goneItemSchema),
  /** False: one of the two could not be read whole; nothing follows from what is missing. */
  certain: z.boolean(),
  inTrash: count,
  unreadable: z.array(z.object({ what: z.string(), reason: z.string() })),
});
export type CleanupReviewResult = z.infer<typeof cleanupReviewResultSchema>;

export const cleanupUndoResultSchema = z.object({
  type: z.literal('result'),
  udid: z.string(),
  directory: z.string(),
  items: count,
  files: count,
  bytes: count,
  /** What could not be taken back, and why. */
  failed: z.array(z.object({ what: z.string(), reason: z.string() })),
  /** How each kind gets to the phone from there. */
  how: z.record(z.string(), z.string()),
});
export type CleanupUndoResult = z.infer<typeof cleanupUndoResultSchema>;

export const riskMapResultSchema = z.object({ type: z.literal('result'), udid: z.string(), map: coverageMapSchema });
export type RiskMapResult = z.infer<typeof riskMapResultSchema>;

export const cleanupEstimatesSchema = z.object({
  estimates: z.array(
    z.object({
      option: cleanupOptionSchema,
      bytes: count.nullable(),
      items: count.nullable(),
      /** `measured`: counted in the version. `estimated`: derived from it. */
      basis: z.enum(['measured', 'estimated', 'unknown']),
      from: z.enum(['phone', 'version', 'none']),
      at: z.string().nullable(),
    }),
  ),
  apps: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullable(),
      bytes: count.nullable(),
      hasData: z.boolean().nullable(),
    }),
  ),
  /** The version that was looked into; null: there is none, or it could not be opened. */
  snapshot: z.string().nullable(),
});
export type CleanupEstimates = z.infer<typeof cleanupEstimatesSchema>;

export interface CleanupLook {
  readonly plan: CleanupPlan;
  readonly snapshot: string | null;
  readonly startedAt: string | null;
  /** Counted on the phone: what it has and that version has not. */
  readonly added: {
    readonly photos: number;
    readonly videos: number;
    readonly bytes: number;
    readonly at: string;
  } | null;
}

export interface CleanupRequest {
  readonly vault: string;
  /** Null: the only phone that is connected, else the only one that the vault knows. */
  readonly udid: string | null;
  readonly askPassword: AskPassword;
}

export interface CleanupEngine {
  /** Changes nothing. */
  plan(request: CleanupRequest & { readonly choice: CleanupChoice }, options?: WorkOptions): Promise<CleanupPlanResult>;
  /** The same with what a window shows beside it. */
  look(request: CleanupRequest & { readonly choice: CleanupChoice }, options?: WorkOptions): Promise<CleanupLook>;
  /** Decides on what is there; of all that may be missing it only pins the version. */
  certificate(
    request: CleanupRequest & { readonly choice: CleanupChoice },
    options?: WorkOptions,
  ): Promise<CleanupCertificateResult>;
  /** Does exactly what is missing, then decides. */
  run(
    request: CleanupRequest & {
      readonly choice: CleanupChoice;
      /** Of a cleanup that was noted already. */
      readonly begun?: string | undefined;
      /** Told when the version is committed: from then on it stays, whatever comes of the rest. */
      readonly onCommitted?: ((snapshot: SnapshotSummary) => void) | undefined;
    },
    options?: WorkOptions,
  ): Promise<CleanupCertificateResult>;
  /** Does the last certificate still hold? */
  check(request: CleanupRequest, options?: WorkOptions): Promise<CleanupCheckResult>;
  /** What went since the pinned version, against the plan. */
  review(request: CleanupRequest, options?: WorkOptions): Promise<CleanupReviewResult>;
  /** Takes back what went. `part`: what was not in the plan, or everything. */
  undo(
    request: CleanupRequest & {
      readonly directory: string;
      readonly part: 'unexpected' | 'expected' | 'all';
      readonly items: ReadonlyArray<{ readonly kind: string; readonly id: string }> | null;
    },
    options?: WorkOptions,
  ): Promise<CleanupUndoResult>;
  /** Of the last certificate, by what is noted: nothing is read again. `vault` null: its disk is not here. */
  standing(
    request: { readonly vault: string | null; readonly udid: string; readonly askPassword: AskPassword },
    options?: WorkOptions,
  ): Promise<Standing | null>;
  /** What the owner says of something that no computer can look into; null: takes it back. */
  declare(request: { readonly udid: string; readonly about: string; readonly value: boolean | null }): Promise<void>;
  riskMap(request: CleanupRequest, options?: WorkOptions): Promise<RiskMapResult>;
  /** What each option could free. */
  estimates(request: CleanupRequest, options?: WorkOptions): Promise<CleanupEstimates>;
}
