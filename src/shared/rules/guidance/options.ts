import type { BucketId, CleanupChoice, CleanupOption, RiskLevel } from './types.ts';

/** What somebody may be about to clean, as a table (ux.md § 13.1, requirements R2 and R5–R7). */

/** Where the data lie that go: what a version must hold so that they can be brought back. */
export type Needs = 'photos' | 'attachments' | 'chat-media' | 'apps' | 'icloud-drive' | 'nothing' | 'everything';

export interface OptionRule {
  readonly id: CleanupOption;
  readonly bucket: BucketId;
  /** Of this option alone, on a phone that has room. */
  readonly level: RiskLevel;
  /** Does something go that cannot be loaded again? */
  readonly isDeletion: boolean;
  readonly needs: Needs;
}

const row = (
  id: CleanupOption,
  bucket: BucketId,
  level: RiskLevel,
  does: 'deletes' | 'keeps',
  needs: Needs,
): OptionRule => ({ id, bucket, level, isDeletion: does === 'deletes', needs });

export const OPTIONS: readonly OptionRule[] = [
  row('compress-photos', 'photos', 'low', 'keeps', 'nothing'),
  row('delete-unreviewed-photos', 'photos', 'high', 'deletes', 'photos'),
  row('large-videos', 'photos', 'medium', 'deletes', 'photos'),
  row('screenshots', 'photos', 'medium', 'deletes', 'photos'),
  row('reviewed-duplicates', 'duplicates', 'low', 'deletes', 'photos'),
  row('bulk-duplicates', 'duplicates', 'medium', 'deletes', 'photos'),
  row('message-attachments', 'messages', 'medium', 'deletes', 'attachments'),
  row('chat-media', 'messages', 'medium', 'deletes', 'chat-media'),
  row('remove-apps', 'apps', 'high', 'deletes', 'apps'),
  row('icloud-drive-files', 'apps', 'medium', 'deletes', 'icloud-drive'),
  row('streamed-media', 'apps', 'low', 'keeps', 'nothing'),
  row('safari-data', 'system', 'low', 'keeps', 'nothing'),
  row('system-cleanup', 'system', 'high', 'deletes', 'everything'),
];

/** The chosen rows, each once, in the order of the table. */
export function chosenOptions({ options }: CleanupChoice): OptionRule[] {
  const chosen = new Set(options);
  return OPTIONS.filter(({ id }) => chosen.has(id));
}

/** A version can hold what it takes away: iCloud Drive is in none, and of the rest nothing personal goes. */
export function isCoverable({ needs }: OptionRule): boolean {
  return needs !== 'nothing' && needs !== 'icloud-drive';
}

export const takesPhotos = ({ needs }: OptionRule): boolean => needs === 'photos' || needs === 'everything';

/** What counts as large (ux.md § 13.1). */
export const LARGE_VIDEO_BYTES = 200_000_000;
export const LARGE_ATTACHMENT_BYTES = 1_000_000;
