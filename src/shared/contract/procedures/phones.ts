import { z } from 'zod';
import { connectionSchema } from '../devices.ts';
import { verifiedMarkSchema } from '../snapshots.ts';
import { bytes, count, done, facts, jobId, nothing, password, snapshotId, time, udid } from './common.ts';
import { procedure } from './procedure.ts';

/** The rule of ux.md § 4 that fits the phone, the first that does; its sentence is made by the face. */
export const healthRule = z.enum([
  'backing-up',
  'passcode-wanted',
  'no-backup',
  'newest-damaged',
  'last-attempt-failed',
  'pairing-expired',
  'trust-withdrawn',
  'not-seen',
  'unencrypted',
  'not-verified',
  'nearly-full',
  'well',
]);
export type HealthRule = z.infer<typeof healthRule>;

export const phoneHealth = z.object({
  rule: healthRule,
  /** What its sentence needs: percent, disk, how many more backups fit. */
  facts,
  /** What could be brought back: the end of the newest version that was verified and is not known to be damaged. */
  protectedUntil: time.nullable(),
});

/** Why nothing is copied by itself at this moment, or when it will be. Until issue G only `off`. */
export const nextRun = z.object({ reason: z.enum(['off', 'window', 'disk-missing', 'cable']), at: time.nullable() });

/** The phone's cleanup in a few words; what it stands on was looked at lately, not now. */
export const cleanupBrief = z.object({
  stage: z.enum(['protecting', 'refused', 'cleaning', 'reviewing', 'reviewed']),
  verdict: z.enum(['safe', 'safe-except']).nullable(),
  coversUntil: time.nullable(),
  validUntil: time.nullable(),
  standing: z.enum(['valid', 'uncertain', 'lapsed']).nullable(),
  /** Why it lapsed; null: it did not. */
  reason: z.string().nullable(),
  pinnedUntil: time.nullable(),
});
export type CleanupBrief = z.infer<typeof cleanupBrief>;

export const phoneView = z.object({
  udid,
  name: z.string(),
  /** The maker's product type, "iPhone16,1", and its name where it is known. */
  productType: z.string().nullable(),
  model: z.string().nullable(),
  ios: z.string().nullable(),
  capacityBytes: bytes.nullable(),
  usedBytes: bytes.nullable(),
  isConnected: z.boolean(),
  /** A simulated phone of Backstop's own. */
  isDemo: z.boolean(),
  connections: z.array(connectionSchema),
  /** `unknown`: it is not here, or was not asked yet. */
  pairing: z.enum(['paired', 'not-paired', 'locked', 'unknown']),
  /** Are its backups encrypted? Null: not known. */
  encrypted: z.boolean().nullable(),
  /** Does Backstop have the backup password, and where? Whether it fits was tested at `testedAt`, against a version. */
  password: z.object({ kept: z.enum(['keychain', 'memory', 'none']), testedAt: time.nullable() }),
  batteryPercent: z.number().int().min(0).max(100).nullable(),
  isCharging: z.boolean().nullable(),
  lastSeenAt: time.nullable(),
  backups: count,
  newest: z
    .object({ vault: z.string(), snapshot: snapshotId, finishedAt: time, verified: verifiedMarkSchema.nullable() })
    .nullable(),
  lastVerifiedAt: time.nullable(),
  lastFailure: z.object({ at: time, code: z.string() }).nullable(),
  health: phoneHealth,
  next: nextRun,
  /** Null: none was begun. */
  cleanup: cleanupBrief.nullable(),
  /** The last thirty days on this computer's calendar, today last. */
  fence: z.array(z.enum(['verified', 'finished', 'none'])).length(30),
});
export type PhoneView = z.infer<typeof phoneView>;

export const phonesProcedures = {
  /** Phones that are here, and phones that have backups: one list. */
  'phones.list': procedure(nothing, z.object({ phones: z.array(phoneView), muxer: z.enum(['ready', 'missing']) })),
  /** Asks for trust; the job's notices say what the phone shows. */
  'phones.pair': procedure(z.strictObject({ udid }), z.object({ job: jobId })),
  /** The name that Backstop shows; null: the phone's own again. */
  'phones.rename': procedure(z.strictObject({ udid, name: z.string().trim().min(1).max(60).nullable() }), done),
  /** Forgets trust, password and name on this computer. Its backups stay and keep it on the list. */
  'phones.forget': procedure(z.strictObject({ udid }), done),
  /** Turns encryption on or off or changes the password, on the phone; it asks for its passcode there. */
  'phones.encryption': procedure(
    z.discriminatedUnion('action', [
      z.strictObject({ udid, action: z.literal('on'), newPassword: password, remember: z.boolean() }),
      z.strictObject({
        udid,
        action: z.literal('change'),
        oldPassword: password,
        newPassword: password,
        remember: z.boolean(),
      }),
      z.strictObject({ udid, action: z.literal('off'), oldPassword: password }),
    ]),
    z.object({ job: jobId }),
  ),
  /** A simulated phone, for whoever has none at hand: over real sockets, with photos and messages of its own. */
  'phones.startDemo': procedure(nothing, z.object({ udid })),
  'phones.stopDemo': procedure(nothing, done),
  /** Takes photos and writes messages on the demo phone, and deletes some: so that a second version differs. */
  'phones.changeDemo': procedure(nothing, done),
} as const;
