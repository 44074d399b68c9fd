import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A note to the next session with a phone: begin with an empty folder, and why. It survives the process because the
 * failure that makes it necessary ends the process. Losing it costs one more failed attempt, so it is not synced. It is
 * about one copy of a vault (`place`): what another one holds is another matter.
 */
export class FullNextNotes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(place: string, udid: string): string | null {
    try {
      return readFileSync(this.#file(place, udid), 'utf8').slice(0, 500);
    } catch {
      return null; // there is none, or it cannot be read: both mean an ordinary session
    }
  }

  write(place: string, udid: string, reason: string): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.#file(place, udid), reason, { mode: 0o600 });
  }

  clear(place: string, udid: string): void {
    rmSync(this.#file(place, udid), { force: true });
  }

  #file(place: string, udid: string): string {
    const name = createHash('sha256').update(`${place}\n${udid}`).digest('hex').slice(0, 32);
    return join(this.#folder, `${name}.txt`);
  }
}
