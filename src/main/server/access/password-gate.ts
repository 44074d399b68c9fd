import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 32 MB and about a tenth of a second for each try. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const FREE_TRIES = 3;
const LONGEST_WAIT_MS = 15 * 60_000;
/** All addresses together: many that try together are slowed as well. */
const TRIES_A_MINUTE = 30;
const MOST_ADDRESSES = 1000;

export type Verdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong' }
  /** Not looked at: it is too soon. */
  | { readonly kind: 'wait'; readonly ms: number };

/** The password for coming in from other computers. After three wrong ones each further try waits twice as long. */
export class PasswordGate {
  readonly #salt = randomBytes(16);
  readonly #hash: Promise<Buffer>;
  readonly #now: () => number;
  readonly #wrong = new Map<string, { count: number; waitUntil: number }>();
  #recent: number[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(password: string, now: () => number) {
    this.#now = now;
    this.#hash = derive(password, this.#salt);
  }

  async try(password: string, address: string): Promise<Verdict> {
    const now = this.#now();
    const known = this.#wrong.get(address);
    if (known !== undefined && now < known.waitUntil) return { kind: 'wait', ms: known.waitUntil - now };
    this.#recent = this.#recent.filter((at) => now - at < 60_000);
    const [oldest] = this.#recent;
    if (oldest !== undefined && this.#recent.length >= TRIES_A_MINUTE) {
      return { kind: 'wait', ms: 60_000 - (now - oldest) };
    }
    this.#recent.push(now);
    // Counted before it is looked at, so that tries at once do not share one free place.
    this.#count(address, now);
    if (!(await this.#isRight(password))) return { kind: 'wrong' };
    this.#wrong.delete(address);
    return { kind: 'right' };
  }

  #count(address: string, now: number): void {
    const count = (this.#wrong.get(address)?.count ?? 0) + 1;
    const wait = count < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (count - FREE_TRIES));
    this.#wrong.delete(address);
    for (const oldest of this.#wrong.keys()) {
      if (this.#wrong.size < MOST_ADDRESSES) break;
      this.#wrong.delete(oldest);
    }
    this.#wrong.set(address, { count, waitUntil: now + wait });
  }

  /** One at a time: a try takes memory. */
  #isRight(password: string): Promise<boolean> {
    const checked = this.#turn.then(async () => timingSafeEqual(await derive(password, this.#salt), await this.#hash));
    this.#turn = checked.catch(() => undefined);
    return checked;
  }
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same letters may be typed as different code points.
    scrypt(password.normalize('NFC'), salt, 32, COST, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
