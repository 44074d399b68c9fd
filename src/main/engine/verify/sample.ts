import { randomInt } from 'node:crypto';

/** A fair sample of a stream of unknown length (reservoir sampling): every item has the same chance to be in it. */
export class Sample<T> {
  readonly items: T[] = [];
  readonly #size: number;
  #seen = 0;

  constructor(size: number) {
    this.#size = size;
  }

  offer(item: T): void {
    this.#seen += 1;
    if (this.items.length < this.#size) {
      this.items.push(item);
      return;
    }
    const place = randomInt(this.#seen);
    if (place < this.#size) this.items[place] = item;
  }
}
