import type { CoverageCell, CoverageFacts, DataGroup } from './types.ts';

/** What a version holds of a group, and how well that is proven. */

type Version = NonNullable<CoverageFacts['version']>;

export const cell = (
  state: CoverageCell['state'],
  basis: CoverageCell['basis'],
  at: string | null = null,
  count: number | null = null,
): CoverageCell => ({ state, at, basis, count });

/** The kinds of the coverage that make up a group. */
const KINDS: Readonly<Record<DataGroup, readonly string[]>> = {
  photos: ['photos', 'videos'],
  'notes-contacts-calendars': ['notes', 'contacts', 'calendar', 'reminders'],
  messages: ['messages'],
  'health-home': ['health', 'home'],
  voicemail: ['voicemail'],
  safari: ['safari-bookmarks', 'safari-history'],
  apps: ['apps'],
};

export function countOf(group: DataGroup, { coverage }: Version): { count: number | null; bytes: number | null } {
  const kinds = coverage?.kinds.filter(({ kind }) => KINDS[group].includes(kind)) ?? [];
  return { count: sum(kinds.map(({ count }) => count)), bytes: sum(kinds.map(({ bytes }) => bytes)) };
}

/** Of what is known; null if nothing is. */
function sum(numbers: ReadonlyArray<number | null>): number | null {
  const known = numbers.filter((one) => one !== null);
  return known.length === 0 ? null : known.reduce((all, one) => all + one, 0);
}

/** What lies in the version, whatever it is worth. */
export function heldOf(group: DataGroup, version: Version): CoverageCell {
  const { coverage } = version;
  const kinds = coverage?.kinds.filter(({ kind }) => KINDS[group].includes(kind)) ?? [];
  if (coverage === null || kinds.length === 0) return cell('unknown', 'not-counted');
  const { count } = countOf(group, version);
  const has = (status: string): boolean => kinds.some((one) => one.status === status);
  const isAll = (status: string): boolean => kinds.every((one) => one.status === status);
  const some = has('present') || has('partial');
  if (isAll('absent')) return cell('no', 'nothing-in-it', null, 0);
  if (has('only-if-encrypted'))
    return some ? cell('partial', 'not-encrypted', null, count) : cell('no', 'not-encrypted');
  if (!some && has('unknown')) return cell('unknown', 'not-counted');
  if (!some && has('in-icloud')) return cell('no', 'only-in-icloud', null, count);
  if (!some) return cell('unknown', 'not-counted');
  if (has('partial') || has('unknown')) return cell('partial', 'not-all-readable', null, count);
  const { originals } = coverage;
  const lacks = originals === null ? 0 : originals.onlyInICloud + originals.unknown;
  if (has('in-icloud') || (group === 'photos' && lacks > 0)) {
    return cell('partial', 'originals-elsewhere', null, originals?.here ?? null);
  }
  return cell('proven', 'verified', null, count);
}

/** The same as far as it was read back: what nobody read proves nothing. */
export function provenOf(held: CoverageCell, version: Version): CoverageCell {
  if (held.state !== 'proven' && held.state !== 'partial') return held;
  const { verified, damaged, isOnline } = version;
  if (damaged === true) return cell('partial', 'damaged', verified?.at ?? null, held.count);
  // Structure alone is the table of contents: no content was read.
  if (verified === null || verified.level === 'structure') return cell('unknown', 'not-verified', null, held.count);
  if (damaged === null && isOnline) return cell('unknown', 'damage-not-known', null, held.count);
  // Of a disk that lies in a drawer the day of the last proof is what there is to say.
  const basis = held.state === 'proven' && !isOnline ? 'verified-disk-away' : held.basis;
  return { ...held, basis, at: verified.at };
}
