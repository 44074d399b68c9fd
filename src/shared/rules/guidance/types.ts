import { z } from 'zod';

/**
 * What the rules of a cleanup take and give. Every fact may be unknown (`null`), and unknown is never good: a required
 * check that is unknown means no certificate. Bytes are integers, times ISO 8601 UTC.
 */

const count = z.number().int().nonnegative();
const bytes = z.number().int().nonnegative();
const time = z.iso.datetime();

/** The five starting buckets (requirement R2). */
export const bucketIdSchema = z.enum(['photos', 'duplicates', 'messages', 'apps', 'system']);
export type BucketId = z.infer<typeof bucketIdSchema>;

/** What somebody may be about to clean (ux.md § 13.1). */
export const cleanupOptionSchema = z.enum([
  'compress-photos',
  'delete-unreviewed-photos',
  'large-videos',
  'screenshots',
  'reviewed-duplicates',
  'bulk-duplicates',
  'message-attachments',
  'chat-media',
  'remove-apps',
  'icloud-drive-files',
  'streamed-media',
  'safari-data',
  'system-cleanup',
]);
export type CleanupOption = z.infer<typeof cleanupOptionSchema>;

export const cleanupChoiceSchema = z.strictObject({
  options: z.array(cleanupOptionSchema).min(1).max(13),
  /** Bundle ids of the apps to be removed; empty: not said which. */
  apps: z.array(z.string().min(1).max(255)).max(1000),
});
export type CleanupChoice = z.infer<typeof cleanupChoiceSchema>;

export const riskLevelSchema = z.enum(['low', 'medium', 'high']);
export type RiskLevel = z.infer<typeof riskLevelSchema>;

/** Items of one option, counted in the version: what it holds of them, and what it does not. */
export const itemsInVersionSchema = z.object({
  present: count,
  /** The phone says that only iCloud has them. */
  onlyInICloud: count,
  /** Named by the phone's own databases, and in neither place as far as anybody can tell. */
  missing: count,
});
export type ItemsInVersion = z.infer<typeof itemsInVersionSchema>;

export const phoneFactsSchema = z.object({
  freeBytes: bytes.nullable(),
  capacityBytes: bytes.nullable(),
  connection: z.enum(['usb', 'wifi', 'none']).nullable(),
  batteryPercent: z.number().int().min(0).max(100).nullable(),
  isCharging: z.boolean().nullable(),
  /** Are backups encrypted from now on? */
  encrypted: z.boolean().nullable(),
  icloudPhotos: z.boolean().nullable(),
  optimiseStorage: z.boolean().nullable(),
  messagesInICloud: z.boolean().nullable(),
  /** If iCloud Photos is the owner's plan: how many items are not uploaded yet. */
  notUploaded: count.nullable(),
});
export type PhoneFacts = z.infer<typeof phoneFactsSchema>;

export const versionFactsSchema = z.object({
  vault: z.string(),
  snapshot: z.string(),
  /** First 12 hexadecimal digits of the SHA-256 of its Manifest.db: the certificate's id. */
  manifestId: z.string(),
  startedAt: time,
  finishedAt: time,
  /** Committed, with everything the phone sent. Null: its record cannot be read now. */
  complete: z.boolean().nullable(),
  encrypted: z.boolean().nullable(),
  /** The strongest check that passed since anything was wrong with it; null: none. */
  verified: z.object({ level: z.enum(['structure', 'quick', 'full', 'open', 'rehearsed']), at: time }).nullable(),
  /** Is anything of it known to be damaged? Null: it cannot be told, as when its disk is away. */
  damaged: z.boolean().nullable(),
  /** When a password opened this very version; null: never. */
  passwordTestedAt: time.nullable(),
  pinned: z.boolean().nullable(),
  /** Null and pinned: for ever. */
  pinnedUntil: time.nullable(),
  /** Photos and videos on the phone that the version does not have; null: could not be counted. */
  addedSince: z.object({ items: count, bytes: bytes, at: time }).nullable(),
  /** By chosen option; an option that is left out, or null, was not counted. */
  items: z.partialRecord(cleanupOptionSchema, itemsInVersionSchema.nullable()),
  /** Chosen apps without any data in the version; null: not looked. */
  appsWithoutData: z.array(z.object({ id: z.string(), name: z.string().nullable() })).nullable(),
});
export type VersionFacts = z.infer<typeof versionFactsSchema>;

export const placeFactsSchema = z.object({
  name: z.string(),
  isOnline: z.boolean(),
  freeBytes: bytes.nullable(),
  /** A typical backup of this phone; a first one: what the phone uses. */
  neededBytes: bytes.nullable(),
  fileSystem: z.string().nullable(),
});
export type PlaceFacts = z.infer<typeof placeFactsSchema>;

export const cleanupFactsSchema = z.object({
  now: time,
  phone: phoneFactsSchema,
  /** The newest version that could serve; null: the phone has none. */
  version: versionFactsSchema.nullable(),
  place: placeFactsSchema.nullable(),
  /** When the version was copied to a second place; `none`: there is none; null: not known. */
  secondCopy: z.union([z.object({ at: time }), z.literal('none')]).nullable(),
});
export type CleanupFacts = z.infer<typeof cleanupFactsSchema>;

/** Checks in the order of their importance. Required ones decide whether there is a certificate, `advisory` ones limit it. */
export const checkIdSchema = z.enum([
  // Required.
  'version-complete',
  'encrypted',
  'newer-than-cleanup',
  'verified',
  'password-tested',
  'pinned',
  'originals-present',
  // Advisory.
  'icloud-photos',
  'messages-in-icloud',
  'photos-uploaded',
  'local-only-apps',
  'not-in-backups',
  'second-copy',
  // For the run that makes what is missing; they say nothing of the version.
  'room',
  'connected',
]);
export type CheckId = z.infer<typeof checkIdSchema>;

export const checkStatusSchema = z.enum(['pass', 'warn', 'fail', 'unknown']);
export type CheckStatus = z.infer<typeof checkStatusSchema>;

/** One next step. `run`: the button of the flow does it. */
export const nextStepSchema = z.enum([
  'run',
  'connect-phone',
  'connect-disk',
  'choose-disk',
  'free-space',
  'turn-on-encryption',
  'test-password',
  'verify',
  'repair',
  'charge-phone',
  'show-items',
  'show-apps',
  'copy-icloud-drive',
  'add-second-copy',
]);
export type NextStep = z.infer<typeof nextStepSchema>;

export const evidenceSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
);
export type Evidence = z.infer<typeof evidenceSchema>;

export const checkSchema = z.object({
  id: checkIdSchema,
  role: z.enum(['required', 'advisory', 'run']),
  status: checkStatusSchema,
  /** Which sentence of the check applies, such as `made-now`, `too-old`, `added-since`: the faces own the words. */
  reason: z.string(),
  /** What was looked at: times, counts, bytes, names; and when. */
  evidence: evidenceSchema,
  /** Null: nothing to do. */
  next: nextStepSchema.nullable(),
});
export type Check = z.infer<typeof checkSchema>;

export const protectionSchema = z.object({
  /** `none`: no new backup needed. */
  kind: z.enum(['none', 'backup', 'full-backup']),
  verify: z.enum(['quick', 'full']).nullable(),
  pinDays: count,
  /** How old the version may be when the certificate is made. */
  maxAgeHours: count,
  /** How long the certificate holds, from the start of the backup. */
  validHours: count,
});
export type Protection = z.infer<typeof protectionSchema>;

/** Why the level is what it is. */
export const levelReasonSchema = z.object({
  reason: z.enum(['option', 'nearly-full', 'many-medium']),
  option: cleanupOptionSchema.nullable(),
});
export type LevelReason = z.infer<typeof levelReasonSchema>;

export const cleanupPlanSchema = z.object({
  level: riskLevelSchema,
  /** The decisive one first. */
  reasons: z.array(levelReasonSchema).min(1),
  protection: protectionSchema,
  /** Fails, then unknown ones, warnings, passes; empty where no backup is needed. */
  checks: z.array(checkSchema),
  /** What the one button would do, in this order; empty: nothing is missing. */
  missing: z.array(z.enum(['turn-on-encryption', 'backup', 'verify', 'test-password', 'pin'])),
});
export type CleanupPlan = z.infer<typeof cleanupPlanSchema>;

/** What a certificate does not cover. Listed before what it covers. */
export const exclusionSchema = z.object({
  what: z.enum([
    'added-later',
    'added-since',
    'originals-only-in-icloud',
    'originals-missing',
    'icloud-photos-sync',
    'messages-in-icloud-sync',
    'not-uploaded',
    'apps-without-data',
    'icloud-drive-files',
    'no-second-copy',
    'not-in-any-backup',
  ]),
  count: count.nullable(),
  names: z.array(z.string()),
  /** An exception limits the verdict ("safe, except for …"); the others hold for every certificate. */
  isException: z.boolean(),
});
export type Exclusion = z.infer<typeof exclusionSchema>;

export const certificateSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  verdict: z.enum(['safe', 'safe-except']),
  udid: z.string(),
  buckets: z.array(bucketIdSchema).min(1),
  choice: cleanupChoiceSchema,
  level: riskLevelSchema,
  vault: z.string(),
  snapshot: z.string(),
  issuedAt: time,
  /** Nothing that came to the phone after it is covered. */
  coversUntil: time,
  validUntil: time,
  pinnedUntil: time.nullable(),
  excludes: z.array(exclusionSchema),
  /** What can be brought back. */
  covers: z.array(z.object({ option: cleanupOptionSchema, items: count.nullable() })),
  /** The checks as they were. */
  checks: z.array(checkSchema),
});
export type Certificate = z.infer<typeof certificateSchema>;

export const verdictSchema = z.discriminatedUnion('verdict', [
  /** Low risk: one sentence, no certificate. */
  z.object({ verdict: z.literal('not-needed') }),
  z.object({ verdict: z.literal('refused'), reasons: z.array(checkSchema).min(1) }),
  z.object({ verdict: z.literal('issued'), certificate: certificateSchema }),
]);
export type Verdict = z.infer<typeof verdictSchema>;

/** What is known now of what a certificate stands on. Null: it cannot be told now. */
export const standingFactsSchema = z.object({
  now: time,
  isOnline: z.boolean(),
  /** False: the version is gone from the vault. */
  exists: z.boolean().nullable(),
  damaged: z.boolean().nullable(),
  /** False: its last check failed. */
  lastCheckOk: z.boolean().nullable(),
  pinned: z.boolean().nullable(),
  addedSince: z.object({ items: count, bytes: bytes }).nullable(),
});
export type StandingFacts = z.infer<typeof standingFactsSchema>;

export const standingSchema = z.object({
  /** `uncertain`: it cannot be proved at this moment, as when its disk is not connected. Not shown as safe. */
  state: z.enum(['valid', 'uncertain', 'lapsed']),
  reason: z
    .enum(['time', 'added', 'damaged', 'check-failed', 'unpinned', 'gone', 'disk-away', 'not-counted'])
    .nullable(),
});
export type Standing = z.infer<typeof standingSchema>;

/** Something that is gone from the phone, as the review compares it with the plan. */
export interface GoneItem {
  readonly kind: string;
  readonly id: string;
  readonly bytes: number | null;
  readonly isScreenshot: boolean | null;
  /** In a group of exact or near duplicates of the version. */
  readonly isDuplicate: boolean | null;
  readonly isVideo: boolean | null;
  /** The app it belongs to. */
  readonly app: string | null;
}

/** A statement with its date and source (R100, R115). */
export interface DatedFact {
  readonly id: string;
  readonly text: string;
  readonly source: string;
  /** When it was last checked, as a date. */
  readonly asOf: string;
}
