import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A note to the next session with a phone: begin with an empty folder, and why. It survives the process because the
 * failure that makes it necessary ends the process. Losing it costs one more failed attempt, so it is not synced.
 */
export class FullNextNotes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(vaultId: string, udid: string): string | null {
    try {
      return readFileSync(this.#file(vaultId, udid), 'utf8').slice(0, 500);
    } catch {
      return null; // there is none, or it cannot be read: both mean an ordinary session
    }
  }

  write(vaultId: string, udid: string, reason: string): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.#file(vaultId, udid), reason, { mode: 0o600 });
  }

  clear(vaultId: string, udid: string): void {
    rmSync(this.#file(vaultId, udid), { force: true });
  }

  #file(vaultId: string, udid: string): string {
    const name = createHash('sha256').update(`${vaultId}\n${udid}`).digest('hex').slice(0, 32);
    return join(this.#folder, `${name}.txt`);
  }
}
