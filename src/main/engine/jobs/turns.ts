interface Waiting {
  readonly keys: readonly string[];
  readonly go: () => void;
}

/** Who may use what: one at a time for each key, in the order in which they came. */
export class Turns {
  readonly #held = new Set<string>();
  #waiting: Waiting[] = [];

  /** Resolves, with how to give it back, when all keys are free and nobody who came earlier waits for one of them. */
  async take(keys: readonly string[], signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const one = { keys, go: resolve };
      const onAbort = (): void => {
        if (!this.#waiting.includes(one)) return;
        this.#waiting = this.#waiting.filter((other) => other !== one);
        reject(signal.reason);
        this.#next();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(one);
      this.#next();
    });
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      for (const key of keys) this.#held.delete(key);
      this.#next();
    };
  }

  #next(): void {
    const wanted = new Set(this.#held);
    const still: Waiting[] = [];
    const going: Waiting[] = [];
    for (const one of this.#waiting) {
      if (one.keys.some((key) => wanted.has(key))) still.push(one);
      else going.push(one);
      for (const key of one.keys) wanted.add(key);
    }
    this.#waiting = still;
    for (const one of going) {
      for (const key of one.keys) this.#held.add(key);
      one.go();
    }
  }
}
