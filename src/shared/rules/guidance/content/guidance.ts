import type { DataGroup } from '../coverage/types.ts';
import type { BucketId, CleanupOption, DatedFact, RiskLevel } from '../types.ts';

/** The advice as data: texts that may change without the rules. Whoever shows one can show where it comes from and its age. */

/** A text with its date and source; `asOf` is a day, a month or a year, as exact as the source is. */
export interface Stated {
  readonly text: string;
  readonly source: SourceId;
  readonly asOf: string;
}

export type SourceId =
  | 'S0'
  | 'S1'
  | 'S2'
  | 'apple-methods'
  | 'apple-icloud-backup'
  | 'apple-encrypted'
  | 'apple-passcode'
  | 'field'
  | 'backstop';

export interface Source {
  readonly title: string;
  /** Null: not public, or several. */
  readonly address: string | null;
}

export interface OptionText {
  readonly title: string;
  /** Why it is as risky as it is: one sentence or two. */
  readonly why: string;
  /** The backup that suits it. */
  readonly bestFit: string;
  readonly bestFitWhy: string;
  /** What a backup of each kind has of what goes, and what it has not. */
  readonly local: string;
  readonly icloud: string;
  /** What to do where no backup is needed, or none helps; null: a backup is the answer. */
  readonly instead: string | null;
  /** What has to be known beside it. */
  readonly note: string | null;
}

export interface MethodText {
  readonly id: 'encrypted-local' | 'icloud' | 'photos-only' | 'photo-apps' | 'backup-apps';
  readonly title: string;
  readonly summary: string;
  readonly when: string;
  readonly limits: readonly Stated[];
  /** It covers only a part, and is to be called so. */
  readonly isPartial: boolean;
}

export interface GuideText {
  readonly id: 'icloud-space' | 'whatsapp' | 'messenger' | 'compress' | 'duplicates';
  readonly title: string;
  readonly lead: string;
  readonly steps: readonly string[];
  readonly options: readonly CleanupOption[];
  readonly source: SourceId;
  readonly asOf: string;
}

export interface QuestionText {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
  readonly more: readonly string[];
  readonly source: SourceId;
  readonly asOf: string;
}

/** A row of what is lost without a backup, and what each kind of backup holds. */
export interface ComparedData {
  readonly id: string;
  readonly data: string;
  /** The group of the coverage map that it belongs to. */
  readonly group: DataGroup | null;
  readonly without: string;
  readonly encrypted: string;
  readonly unencrypted: string;
  readonly icloud: string;
}

export interface Guidance {
  readonly locale: 'en';
  /** When somebody last read all of it against the sources. */
  readonly reviewedOn: string;
  readonly sources: Readonly<Record<SourceId, Source>>;
  readonly levels: Readonly<
    Record<RiskLevel, { readonly title: string; readonly verdict: string; readonly examples: readonly string[] }>
  >;
  readonly protections: Readonly<Record<RiskLevel, { readonly title: string; readonly items: readonly string[] }>>;
  /** Of a low risk: the one sentence that ends it. */
  readonly goAhead: string;
  readonly raised: Readonly<Record<'nearly-full' | 'many-medium', string>>;
  readonly buckets: Readonly<Record<BucketId, { readonly title: string; readonly lead: string }>>;
  readonly options: Readonly<Record<CleanupOption, OptionText>>;
  readonly methods: readonly MethodText[];
  /** Photos only, in this order. */
  readonly photoPath: readonly string[];
  readonly emergency: { readonly title: string; readonly why: string; readonly steps: readonly string[] };
  readonly icloudFull: { readonly title: string; readonly first: string; readonly steps: readonly string[] };
  readonly checklist: readonly string[];
  readonly checklistEnd: string;
  readonly mistakes: ReadonlyArray<{ readonly id: string; readonly title: string; readonly text: string }>;
  readonly habits: ReadonlyArray<{ readonly id: string; readonly title: string; readonly text: string }>;
  readonly questions: readonly QuestionText[];
  readonly guides: readonly GuideText[];
  readonly compared: readonly ComparedData[];
  readonly notInLocalBackup: readonly Stated[];
  readonly notInICloudBackup: readonly Stated[];
  /** By requirement, such as `R42`. */
  readonly facts: readonly DatedFact[];
}
