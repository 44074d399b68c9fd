import { scaledMs, sleep } from '../../platform/index.ts';
import type { VaultIo } from '../io/index.ts';
import { listLeases, type SeenLease } from './lease-file.ts';

/**
 * Who is at work in a vault. A share on the network may show the names of a moment ago: that nobody is there is
 * believed only after a second listing. A disk of this computer is listed once.
 */

const LISTING_GAP_MS = scaledMs(2000);

export interface LeasePlace {
  readonly io: VaultIo;
  readonly folder: string;
  /** On a network store. */
  readonly isShared: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Shows `see` what is there, and on a shared store once more, until it answers something. */
export async function seeLeases<T>(
  { io, folder, isShared, signal }: LeasePlace,
  see: (leases: readonly SeenLease[]) => T | null,
): Promise<T | null> {
  const first = see(await listLeases(io, folder));
  if (first !== null || !isShared) return first;
  await sleep(LISTING_GAP_MS, signal);
  return see(await listLeases(io, folder));
}

/** The first lease of this kind; null when there is none beyond doubt. */
export function findLease(place: LeasePlace, isWanted: (lease: SeenLease) => boolean): Promise<SeenLease | null> {
  return seeLeases(place, (leases) => leases.find(isWanted) ?? null);
}
