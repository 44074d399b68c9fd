import { z } from 'zod';
import {
  certificateSchema,
  checkSchema,
  cleanupChoiceSchema,
  cleanupOptionSchema,
  cleanupPlanSchema,
  coverageMapSchema,
  standingSchema,
} from '../../rules/guidance/index.ts';
import { media } from './browse.ts';
import { bytes, count, done, facts, jobId, placeToken, snapshotId, time, udid, vaultId, versionRef } from './common.ts';
import { procedure } from './procedure.ts';

/** Back up before cleanup: choose, protect, clean safely, review. The engine decides by `rules/guidance`; faces own the words. */

/** What an option could free. `measured` was counted on the phone or in a version, `estimated` was derived from it. */
export const cleanupEstimate = z.object({
  option: cleanupOptionSchema,
  bytes: bytes.nullable(),
  items: count.nullable(),
  basis: z.enum(['measured', 'estimated', 'unknown']),
  from: z.enum(['phone', 'version', 'none']),
  /** When it was measured; null with `unknown`. */
  at: time.nullable(),
});
export type CleanupEstimate = z.infer<typeof cleanupEstimate>;

const appChoice = z.object({
  id: z.string(),
  name: z.string().nullable(),
  bytes: bytes.nullable(),
  /** Does the newest version hold data of it? Null: not looked. */
  hasData: z.boolean().nullable(),
});

/** How far a cleanup is. One at a time for a phone; it outlives the program. */
export const cleanupView = z.object({
  id: z.string().regex(/^[0-9a-f-]{36}$/),
  udid,
  choice: cleanupChoiceSchema,
  startedAt: time,
  /** `protecting`: its job runs. `refused`: no certificate. `cleaning`: there is one. `reviewing`: the cleanup is done. */
  stage: z.enum(['protecting', 'refused', 'cleaning', 'reviewing', 'reviewed']),
  job: jobId.nullable(),
  vault: vaultId.nullable(),
  snapshot: snapshotId.nullable(),
  certificate: certificateSchema.nullable(),
  /** As it is now; null without a certificate. */
  standing: standingSchema.nullable(),
  /** Why there is none: checks that failed or are unknown, and a failure of the run itself. */
  reasons: z.array(checkSchema),
  failure: z.object({ code: z.string(), data: facts }).nullable(),
  finishedAt: time.nullable(),
  /** The version that it is compared with, once there is one. */
  reviewed: z.object({ vault: vaultId, snapshot: snapshotId, at: time }).nullable(),
});
export type CleanupView = z.infer<typeof cleanupView>;

const goneItem = z.object({
  kind: z.string(),
  id: z.string(),
  title: z.string().nullable(),
  at: time.nullable(),
  bytes: bytes.nullable(),
  /** To show it, from the version before; without: there is nothing to show, or it was not asked for. */
  media: media.nullable().optional(),
});

export const lossView = z.object({
  /** Since when: the start of the newest verified version; null: there is none, so all of it. */
  since: time.nullable(),
  version: versionRef.nullable(),
  photos: count.nullable(),
  videos: count.nullable(),
  bytes: bytes.nullable(),
  /** `phone`: counted on it at `at`; null: could not be counted, for `reason`. */
  at: time.nullable(),
  reason: z.string().nullable(),
});
export type LossView = z.infer<typeof lossView>;

export const cleanupProcedures = {
  /** What each option could free, what apps there are, and how full the phone is. */
  'cleanup.estimates': procedure(
    z.strictObject({ udid }),
    z.object({
      estimates: z.array(cleanupEstimate),
      apps: z.array(appChoice),
      freeBytes: bytes.nullable(),
      capacityBytes: bytes.nullable(),
      /** Of the two above. */
      measuredAt: time.nullable(),
      /** The version that was looked into. */
      version: versionRef.extend({ finishedAt: time }).nullable(),
    }),
  ),
  /** Nothing changes: the level, the protection and the checks as they are now. `vault` null: the main one. */
  'cleanup.plan': procedure(
    z.strictObject({ udid, vault: vaultId.nullable(), choice: cleanupChoiceSchema }),
    cleanupPlanSchema.extend({
      /** The version that the checks looked at. */
      version: versionRef.extend({ startedAt: time, finishedAt: time }).nullable(),
      /** Seconds that the run will take at the pace of earlier ones; null: not known. */
      secondsNeeded: z.number().nonnegative().nullable(),
      loss: lossView.nullable(),
    }),
  ),
  /** Does exactly what is missing, then decides. `newPassword`: where encryption has to be turned on first. */
  'cleanup.start': procedure(
    z.strictObject({ udid, vault: vaultId.nullable(), choice: cleanupChoiceSchema }),
    z.object({ id: z.string(), job: jobId }),
  ),
  /** The phone's present cleanup; null: none. */
  'cleanup.get': procedure(z.strictObject({ udid }), z.object({ cleanup: cleanupView.nullable() })),
  /** The owner goes on without a fresh backup: noted in Activity, and there is no certificate. */
  'cleanup.without': procedure(z.strictObject({ udid, choice: cleanupChoiceSchema }), done),
  'cleanup.finished': procedure(z.strictObject({ udid }), done),
  /** Ends it; the pin stays until its day. */
  'cleanup.close': procedure(z.strictObject({ udid }), done),
  /** Compares the pinned version with the newest one; its result is asked for with `cleanup.reviewed`. */
  'cleanup.review': procedure(z.strictObject({ udid }), z.object({ job: jobId })),
  'cleanup.reviewed': procedure(
    z.strictObject({ udid, part: z.enum(['expected', 'unexpected']), after: count, limit: count.max(500) }),
    z.object({
      items: z.array(goneItem),
      total: count,
      expected: count,
      unexpected: count,
      goneBytes: bytes.nullable(),
      /** Photos of them that are still in the phone's Recently Deleted, and until when the first ones are. */
      inTrash: count,
      /** By kind, of this part. */
      kinds: z.array(z.object({ kind: z.string(), count, bytes: bytes.nullable() })),
      /** False: one of the two versions could not be read whole; nothing follows from what is missing. */
      isCertain: z.boolean(),
      comparedWith: versionRef.extend({ finishedAt: time }),
    }),
  ),
  /** Takes back what is gone, into a folder. `items` null: all of the part. */
  'cleanup.undo': procedure(
    z.strictObject({
      udid,
      part: z.enum(['expected', 'unexpected', 'all']),
      items: z
        .array(z.strictObject({ kind: z.string().max(40), id: z.string().max(4096) }))
        .max(10_000)
        .nullable(),
      place: placeToken,
    }),
    z.object({ job: jobId }),
  ),
  /** Changes how long the version stays pinned; null: takes the pin back. */
  'cleanup.keep': procedure(z.strictObject({ udid, until: time.nullable() }), done),
  /** Copies the camera roll straight from a phone that is too full to be backed up, into a folder; goes on where it stopped. */
  'rescue.start': procedure(z.strictObject({ udid, place: placeToken }), z.object({ job: jobId })),
  /** How much on the phone is newer than the last verified version. */
  'risk.loss': procedure(z.strictObject({ udid }), lossView),
  /** What would be lost today: groups of data against the places where they are. */
  'risk.map': procedure(
    z.strictObject({ udid }),
    z.object({ map: coverageMapSchema, loss: lossView.nullable(), at: time }),
  ),
  /** What the owner says of a place that no computer can look into. */
  'risk.declare': procedure(
    z.strictObject({
      udid,
      group: z.string().max(300),
      place: z.enum(['icloud', 'other']),
      value: z.boolean().nullable(),
    }),
    done,
  ),
} as const;
