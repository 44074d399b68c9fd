/** What every reader says besides what it found: what it could not read, by name and reason. It never guesses. */

export interface Unreadable {
  /** The database, table, row or file, in words a person can look up: "sms.db, message 12". */
  readonly what: string;
  readonly reason: string;
}

/** More would only fill memory and screens; the rest is counted. */
const MAX_UNREADABLE = 1000;

export class UnreadableList {
  readonly items: Unreadable[] = [];
  #count = 0;
  readonly #seen = new Set<string>();

  /** How many there were, also beyond those that are listed. */
  get count(): number {
    return this.#count;
  }

  add(what: string, reason: string): void {
    this.#count += 1;
    if (this.items.length < MAX_UNREADABLE) this.items.push({ what, reason });
  }

  /** Once for each `what`: for what would otherwise be said for every row. */
  addOnce(what: string, reason: string): void {
    if (this.#seen.has(what)) return;
    this.#seen.add(what);
    this.add(what, reason);
  }
}

/** For readers that may read the same row many times, as pages are turned: the same is said once. */
export class DistinctUnreadable extends UnreadableList {
  readonly #said = new Set<string>();

  override add(what: string, reason: string): void {
    const key = `${what}\0${reason}`;
    if (this.#said.has(key)) return;
    if (this.#said.size < MAX_UNREADABLE) this.#said.add(key);
    super.add(what, reason);
  }
}

/** What a reader of one kind of data gives. `items` is complete, `unreadable` names what is missing from it. */
export interface Reading<T> {
  readonly items: readonly T[];
  readonly unreadable: readonly Unreadable[];
}
