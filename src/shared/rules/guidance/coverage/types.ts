import { z } from 'zod';

/** What would be lost today (requirements R28–R38): groups of data against the places where they are. */

const count = z.number().int().nonnegative();
const time = z.iso.datetime();

/** The seven groups of R29–R35. */
export const dataGroupSchema = z.enum([
  'photos',
  'notes-contacts-calendars',
  'messages',
  'health-home',
  'voicemail',
  'safari',
  'apps',
]);
export type DataGroup = z.infer<typeof dataGroupSchema>;

export const coveragePlaceSchema = z.enum(['phone', 'vault', 'second-copy', 'icloud', 'other']);
export type CoveragePlace = z.infer<typeof coveragePlaceSchema>;

/** Where an app keeps what it holds (R35): in iCloud Drive, nowhere else, or on servers of its own. */
export const appCloudSchema = z.enum(['icloud-drive', 'none', 'server', 'unknown']);
export type AppCloud = z.infer<typeof appCloudSchema>;

export const coverageCellSchema = z.object({
  /**
   * `proven`: seen there, in a version that was read back. `declared`: somebody says so, and nobody saw it. `partial`: only
   * some of it, or only a sync, which is no backup. `no`: it is not there.
   */
  state: z.enum(['proven', 'declared', 'unknown', 'no', 'partial']),
  /** When it was proven, declared or seen; null: no day can be given. */
  at: time.nullable(),
  /** Why: the faces own the words. */
  basis: z.enum([
    'verified',
    'verified-disk-away',
    'originals-elsewhere',
    'only-in-icloud',
    'not-encrypted',
    'not-all-readable',
    'nothing-in-it',
    'no-data-of-app',
    'damaged',
    'damage-not-known',
    'not-verified',
    'not-counted',
    'no-version',
    'no-copy',
    'copy-is-older',
    'copy-not-verified',
    'not-known',
    'seen-in-version',
    'counted-on-phone',
    'sync-not-backup',
    'phone-says-backup',
    'off',
    'declared',
    'declared-not',
    'usually-on-its-server',
    'nobody-said',
  ]),
  count: count.nullable(),
});
export type CoverageCell = z.infer<typeof coverageCellSchema>;

export const coverageRowSchema = z.object({
  /** A group, or `app:` and the app's bundle id: the name to declare something by. */
  id: z.string(),
  group: dataGroupSchema,
  /** Of an app. */
  app: z.object({ id: z.string(), name: z.string().nullable(), cloud: appCloudSchema }).nullable(),
  count: count.nullable(),
  bytes: count.nullable(),
  /** Items that no account carries away: the "On My iPhone" ones (R30). Null: not counted. */
  onlyOnPhone: count.nullable(),
  cells: z.object({
    phone: coverageCellSchema,
    vault: coverageCellSchema,
    'second-copy': coverageCellSchema,
    icloud: coverageCellSchema,
    other: coverageCellSchema,
  }),
  /** If the phone were gone today. `hoped`: somebody said that it is elsewhere, or only a sync has it. */
  ifLost: z.enum(['comes-back', 'partly', 'hoped', 'unknown', 'lost']),
});
export type CoverageRow = z.infer<typeof coverageRowSchema>;

export const coverageMapSchema = z.object({
  at: time,
  /** What the proofs stand on; what came to the phone after it is in none of them. */
  version: z.object({ snapshot: z.string(), startedAt: time, verifiedAt: time.nullable() }).nullable(),
  rows: z.array(coverageRowSchema).min(7),
});
export type CoverageMap = z.infer<typeof coverageMapSchema>;

/** What was counted in the version, as `coverage` of the browse contract tells it. */
export interface CountedCoverage {
  readonly kinds: ReadonlyArray<{
    readonly kind: string;
    readonly status: string;
    readonly count: number | null;
    readonly bytes: number | null;
  }>;
  readonly originals: {
    readonly here: number;
    readonly onlyInICloud: number;
    readonly unknown: number;
  } | null;
}

export interface CoverageFacts {
  readonly now: string;
  /** The phone's newest version that was verified, or its newest; null: there is none. */
  readonly version: {
    readonly snapshot: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly verified: { readonly level: string; readonly at: string } | null;
    readonly damaged: boolean | null;
    readonly isOnline: boolean;
    /** Null: it could not be counted, as when its password is not known. */
    readonly coverage: CountedCoverage | null;
  } | null;
  /** `verifiedAt`: when the copy itself was read back; null: never. */
  readonly secondCopy: { readonly at: string; readonly verifiedAt: string | null } | 'none' | null;
  readonly phone: {
    readonly seenAt: string | null;
    readonly icloudPhotos: boolean | null;
    readonly messagesInICloud: boolean | null;
    readonly icloudBackup: boolean | null;
    readonly lastICloudBackupAt: string | null;
    /** Counted on the phone itself. */
    readonly counted: Partial<Readonly<Record<DataGroup, { readonly count: number; readonly at: string }>>>;
  };
  /** Items in accounts that are only on the phone; null: not counted. */
  readonly onlyOnPhone: number | null;
  /** The apps that are worth a row, largest first. */
  readonly apps: ReadonlyArray<{
    readonly id: string;
    readonly name: string | null;
    readonly bytes: number | null;
    /** Does the version hold data of it? */
    readonly hasData: boolean | null;
  }>;
  /** What the owner said: `row` is a row's id. */
  readonly declared: ReadonlyArray<{
    readonly row: string;
    readonly place: 'icloud' | 'other';
    readonly value: boolean;
    readonly at: string;
  }>;
}
