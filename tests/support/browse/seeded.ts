/** Numerical Recipes' generator: the same numbers in every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The bytes with a few of them changed and, now and then, the end cut off. */
export function mutated(bytes: Uint8Array, next: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let change = next(6); change >= 0 && copy.length > 0; change -= 1) copy[next(copy.length)] = next(256);
  return next(4) === 0 ? copy.subarray(0, next(copy.length + 1)) : copy;
}
