import { createHash, randomBytes } from 'node:crypto';

export const LINK_LIFETIME_MS = 10 * 60_000;
/** Whoever presses Enter a hundred times ends the oldest links. */
const MOST_LINKS = 20;

/** Tokens of links: each opens one session, once, within ten minutes. Only their sums are kept. */
export class LinkTokens {
  readonly #endsAt = new Map<string, number>();
  readonly #now: () => number;

  /** `now` counts milliseconds and never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  issue(): string {
    const token = randomBytes(32).toString('base64url');
    for (const oldest of this.#endsAt.keys()) {
      if (this.#endsAt.size < MOST_LINKS) break;
      this.#endsAt.delete(oldest);
    }
    this.#endsAt.set(sum(token), this.#now() + LINK_LIFETIME_MS);
    return token;
  }

  /** True once for each token, and only in time. */
  redeem(token: string): boolean {
    const key = sum(token);
    const endsAt = this.#endsAt.get(key);
    this.#endsAt.delete(key);
    return endsAt !== undefined && this.#now() < endsAt;
  }
}

/** Looked up by their sums, secrets cannot be guessed letter by letter from how long an answer takes. */
export function sum(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
