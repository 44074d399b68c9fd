import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { PlacesPart } from './parts.ts';

/** More than anybody looks through; the ones that were offered longest ago have to be offered again. */
const MOST = 20_000;

/** Folders by names that mean nothing: a page can only name what it was offered, or what a dialog of the system gave. */
export class Places implements PlacesPart {
  readonly #paths = new Map<string, string>();
  readonly #tokens = new Map<string, string>();

  offer(path: string): string {
    const folder = resolve(path);
    const known = this.#tokens.get(folder);
    if (known !== undefined) {
      // Asked for again: it is the last to go.
      this.#paths.delete(known);
      this.#paths.set(known, folder);
      return known;
    }
    const token = randomBytes(18).toString('base64url');
    this.#paths.set(token, folder);
    this.#tokens.set(folder, token);
    const [oldest] = this.#paths;
    if (this.#paths.size > MOST && oldest !== undefined) {
      this.#paths.delete(oldest[0]);
      this.#tokens.delete(oldest[1]);
    }
    return token;
  }

  path(token: string): string {
    const path = this.#paths.get(token);
    if (path === undefined) throw new BackstopError('app/unknown-place');
    return path;
  }
}
