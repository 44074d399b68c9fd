import {
  type BucketId,
  bucketIdSchema,
  type CleanupChoice,
  type CleanupOption,
  levelOf as decideLevel,
  type Guidance,
  guidance,
  type LevelReason,
  OPTIONS,
  type PhoneFacts,
  type Protection,
  protectionFor,
  type RiskLevel,
} from '../../../shared/rules/guidance/index.ts';
import { currentLocale } from '../../text/index.ts';

/** What the rules say of a choice, for the page that shows it while it is made. */

export interface Risk {
  /** Null: nothing is chosen. */
  readonly level: RiskLevel | null;
  readonly reasons: readonly LevelReason[];
  readonly protection: Protection | null;
  readonly isNearlyFull: boolean;
}

const NOT_KNOWN: PhoneFacts = {
  freeBytes: null,
  capacityBytes: null,
  connection: null,
  batteryPercent: null,
  isCharging: null,
  encrypted: null,
  icloudPhotos: null,
  optimiseStorage: null,
  messagesInICloud: null,
  notUploaded: null,
};

/** The level needs the phone's room only; the engine decides again with everything it knows. */
export function riskOf(choice: CleanupChoice, room: Pick<PhoneFacts, 'freeBytes' | 'capacityBytes'>): Risk {
  const phone = { ...NOT_KNOWN, ...room };
  // Of a phone that is nearly full every deletion is raised, even of duplicates that were looked at.
  const isFull = decideLevel({ options: ['reviewed-duplicates'], apps: [] }, phone).reasons.some(
    ({ reason }) => reason === 'nearly-full',
  );
  if (choice.options.length === 0) return { level: null, reasons: [], protection: null, isNearlyFull: isFull };
  const { level, reasons } = decideLevel(choice, phone);
  return { level, reasons, protection: protectionFor(level), isNearlyFull: isFull };
}

export const groups: ReadonlyArray<{ readonly bucket: BucketId; readonly options: readonly CleanupOption[] }> =
  bucketIdSchema.options.map((bucket) => ({
    bucket,
    options: OPTIONS.filter((one) => one.bucket === bucket).map(({ id }) => id),
  }));

const LEVELS = new Map(OPTIONS.map(({ id, level }) => [id, level]));

export function levelOf(option: CleanupOption): RiskLevel {
  return LEVELS.get(option) ?? 'high';
}

export function optionName(option: CleanupOption): string {
  return advice().options[option].title;
}

export function bucketName(bucket: BucketId): string {
  return advice().buckets[bucket].title;
}

export function whyText({ reason, option }: LevelReason): string {
  if (reason === 'option') return option === null ? '' : advice().options[option].why;
  return advice().raised[reason];
}

/** The advice in the language of the window. */
export function advice(): Guidance {
  return guidance(currentLocale());
}
