import { hash } from 'node:crypto';

/** Positions of the runs of a block whose SHA-256 is another one than expected (see `HashRequest`, `check`). */
export function wrongRuns(block: SharedArrayBuffer, places: Uint32Array, hashes: Uint8Array): number[] {
  const wrong: number[] = [];
  for (let index = 0; index * 2 < places.length; index += 1) {
    const offset = places[index * 2] as number;
    const length = places[index * 2 + 1] as number;
    const digest = hash('sha256', new Uint8Array(block, offset, length), 'buffer');
    if (!digest.equals(hashes.subarray(index * 32, index * 32 + 32))) wrong.push(index);
  }
  return wrong;
}
