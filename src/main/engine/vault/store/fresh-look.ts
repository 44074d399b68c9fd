/**
 * This computer's index of packs may be of a while ago: another computer has written packs anew since, or it was made
 * of another copy of the vault. Before something is called missing, the vault is listed anew, though not all the time.
 */

const LOOKS_APART_MS = 5000;

export class FreshLook {
  readonly #refresh: () => Promise<unknown>;
  #looking: Promise<unknown> | null = null;
  #nextMs = Number.NEGATIVE_INFINITY;
  /** How many looks are over. */
  count = 0;

  constructor(refresh: () => Promise<unknown>) {
    this.#refresh = refresh;
  }

  /** True when it is worth another try: somebody looked since `seen` (the count of then), or does now. */
  async since(seen: number): Promise<boolean> {
    if (this.count !== seen) return true;
    if (this.#looking === null && performance.now() < this.#nextMs) return false;
    this.#looking ??= this.#look();
    await this.#looking;
    return true;
  }

  async #look(): Promise<void> {
    try {
      await this.#refresh();
    } finally {
      this.count += 1;
      this.#nextMs = performance.now() + LOOKS_APART_MS;
      this.#looking = null;
    }
  }
}
