import { randomBytes, timingSafeEqual } from 'node:crypto';
import { sum } from './link-tokens.ts';

/** Without a sign of life a session ends after half a day, and after a week in any case. */
const IDLE_MS = 12 * 3_600_000;
const LIFETIME_MS = 7 * 24 * 3_600_000;
const MOST_SESSIONS = 50;

export interface OpenedSession {
  /** Value of the cookie. */
  readonly cookie: string;
  /**
   * Kept by the page in the storage of its origin. A cookie goes to every port of a computer, so another program's server
   * on the same computer may get to see it; the key does not leave the origin, and without it no question is answered.
   */
  readonly key: string;
}

export class Session {
  readonly #keySum: string;
  readonly #openedAt: number;
  #usedAt: number;

  constructor(keySum: string, now: number) {
    this.#keySum = keySum;
    this.#openedAt = now;
    this.#usedAt = now;
  }

  hasKey(key: string): boolean {
    return timingSafeEqual(Buffer.from(sum(key)), Buffer.from(this.#keySum));
  }

  isAlive(now: number): boolean {
    return now - this.#usedAt < IDLE_MS && now - this.#openedAt < LIFETIME_MS;
  }

  touch(now: number): void {
    this.#usedAt = now;
  }
}

/** Browsers that came in by a link or a password. They live as long as this program at most. */
export class Sessions {
  readonly #byCookie = new Map<string, Session>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  open(): OpenedSession {
    const now = this.#now();
    for (const [cookie, session] of this.#byCookie) {
      if (!session.isAlive(now) || this.#byCookie.size >= MOST_SESSIONS) this.#byCookie.delete(cookie);
    }
    const opened = { cookie: randomBytes(32).toString('base64url'), key: randomBytes(32).toString('base64url') };
    this.#byCookie.set(sum(opened.cookie), new Session(sum(opened.key), now));
    return opened;
  }

  /** The living session of a cookie, which counts as used now. */
  find(cookie: string | null): Session | null {
    if (cookie === null) return null;
    const session = this.#byCookie.get(sum(cookie));
    const now = this.#now();
    if (session === undefined) return null;
    if (!session.isAlive(now)) {
      this.#byCookie.delete(sum(cookie));
      return null;
    }
    session.touch(now);
    return session;
  }

  /** Is it still one of ours? A socket asks this as long as it lives. */
  has(session: Session): boolean {
    return session.isAlive(this.#now()) && [...this.#byCookie.values()].includes(session);
  }
}

/** The value of one cookie in a `Cookie` header. */
export function cookieNamed(name: string, header: string | undefined): string | null {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.split('=', 2);
    if (key?.trim() === name && value !== undefined) return value.trim();
  }
  return null;
}
