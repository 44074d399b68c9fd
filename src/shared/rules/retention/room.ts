/**
 * How many of the versions that may go have to go. What a set of versions frees is measured, never added up: versions
 * share nearly all of their bytes, so that the sum of what each added says nothing about what comes free.
 */

/** Measured bytes that come free without these versions; null: it cannot be told. */
export type FreedWithout = (ids: readonly string[]) => Promise<number | null>;

export interface Room {
  readonly taken: readonly string[];
  /** What comes free without them; null: it cannot be told, and nothing is taken. */
  readonly freedBytes: number | null;
}

/**
 * The shortest beginning of `inOrder` that frees enough, or all of it. More versions never free less, so halving finds
 * it with few measurements: each of them reads every catalog.
 */
export async function takeUntilFree(
  inOrder: readonly string[],
  neededBytes: number,
  freedWithout: FreedWithout,
): Promise<Room> {
  const none = await freedWithout([]);
  if (none === null) return { taken: [], freedBytes: null };
  if (none >= neededBytes || inOrder.length === 0) return { taken: [], freedBytes: none };
  let freedBytes = await freedWithout(inOrder);
  let tooFew = 0;
  let enough = inOrder.length;
  while (freedBytes !== null && freedBytes >= neededBytes && enough - tooFew > 1) {
    const half = (tooFew + enough) >> 1;
    const freed = await freedWithout(inOrder.slice(0, half));
    if (freed === null) return { taken: [], freedBytes: null };
    if (freed < neededBytes) {
      tooFew = half;
    } else {
      enough = half;
      freedBytes = freed;
    }
  }
  return freedBytes === null ? { taken: [], freedBytes } : { taken: inOrder.slice(0, enough), freedBytes };
}
