import type { VolumeDescription } from '../../platform/index.ts';
import type { ProbeFacts } from './probe.ts';
import type { LastUse } from './verdicts.ts';

/** What an owner should know about a disk that is fit for a vault all the same. */
export interface Caution {
  readonly code: CautionCode;
  /** For a person. */
  readonly sentence: string;
}

export type CautionCode =
  | 'lost-at-restart'
  | 'small-files-only'
  | 'no-sync'
  | 'clock-off'
  | 'slow-listing'
  | 'companion-files'
  | 'not-ejected'
  | 'policy-of-another-disk';

const SENTENCES: Readonly<Record<CautionCode, string>> = {
  'lost-at-restart': 'This place is in the computer’s memory: everything in it is gone when the computer restarts.',
  'small-files-only':
    'This disk has a FAT file system, which cannot hold a file of 4 GB or more: a backup with a longer video fails. Format it as exFAT.',
  'no-sync': 'This disk cannot be told to write at once: eject it, or wait a little, before you unplug it.',
  'clock-off': 'The clock of this disk’s computer differs from this one’s by more than two minutes.',
  'slow-listing': 'New files appear late in listings here, so that Backstop waits longer before it clears space.',
  'companion-files': 'macOS puts a second, hidden file beside every file here. Backstop ignores them.',
  'not-ejected': 'The last time, this disk went away while Backstop was using it. Check the vault.',
  'policy-of-another-disk':
    'This vault was made on another kind of disk. Everything in it can be read; it may be slower or take more room here.',
};

const CLOCK_OFF_MS = 2 * 60_000;
const SLOW_LISTING_MS = 200;
const FAT = /^(vfat|msdos|fat(12|16|32)?)$/;

export function cautionsOf(
  volume: VolumeDescription,
  seen: ProbeFacts | null,
  lastUse: LastUse,
  policyFits: boolean,
): Caution[] {
  const skew = seen?.clockSkewMs;
  const codes: ReadonlyArray<readonly [CautionCode, boolean]> = [
    ['lost-at-restart', volume.attachment === 'memory'],
    ['small-files-only', volume.fileSystem !== null && FAT.test(volume.fileSystem)],
    ['no-sync', seen?.syncsFiles === 'no'],
    ['clock-off', skew === null || (skew !== undefined && Math.abs(skew) > CLOCK_OFF_MS)],
    ['slow-listing', (seen?.listingDelayMs ?? 0) > SLOW_LISTING_MS],
    ['companion-files', seen?.makesCompanions === 'yes'],
    ['not-ejected', lastUse === 'unclean'],
    ['policy-of-another-disk', !policyFits],
  ];
  return codes.filter(([, applies]) => applies).map(([code]) => ({ code, sentence: SENTENCES[code] }));
}
