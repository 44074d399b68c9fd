import type { Original, PhoneSays } from './types.ts';

/** ZLOCALAVAILABILITY: 1 on the phone, −1 not on it; −32768 (linked) is seen on assets that are fine. */
const ON_PHONE = 1;
const NOT_ON_PHONE = -1;
/** ZREMOTEAVAILABILITY. */
const IN_ICLOUD = 1;
const NOT_IN_ICLOUD = 0;

/** Of the rows of ZINTERNALRESOURCE that stand for an asset's original: the worst of the one and the best of the other. */
export interface Availability {
  readonly local: number | null;
  readonly remote: number | null;
}

export interface OriginalEvidence {
  /** Are bytes stored for the original's path? Better evidence than anything the library says. */
  readonly isStored: boolean;
  readonly storedBytes: number | null;
  readonly expectedBytes: number | null;
  /** Null: the library has no row about it, or no such table. */
  readonly availability: Availability | null;
}

/** Here, only in iCloud, or unknown (backup-format 4.1): the file itself first, then what the library says. */
export function originalOf({ isStored, storedBytes, expectedBytes, availability }: OriginalEvidence): Original {
  const phoneSays = wordOf(availability);
  const bytes = expectedBytes ?? storedBytes;
  if (!isStored) return { state: phoneSays === 'icloud' ? 'icloud' : 'unknown', phoneSays, bytes };
  // A file where the phone says that the original is not on it, and of another size: it may be a smaller copy.
  const isOther = storedBytes !== null && expectedBytes !== null && storedBytes !== expectedBytes;
  return { state: availability?.local === NOT_ON_PHONE && isOther ? 'unknown' : 'here', phoneSays, bytes };
}

function wordOf(availability: Availability | null): PhoneSays {
  if (availability === null || availability.local === null) return null;
  const { local, remote } = availability;
  if (local === ON_PHONE) return remote === IN_ICLOUD ? 'phone-and-icloud' : 'phone';
  if (remote === IN_ICLOUD) return 'icloud';
  return local === NOT_ON_PHONE && remote === NOT_IN_ICLOUD ? 'nowhere' : 'unclear';
}
