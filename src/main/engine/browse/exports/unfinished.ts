import { createHash, randomBytes } from 'node:crypto';
import { link, lstat, readdir, rename, rm, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Names of files that are not whole yet, beside the place they are for: `.backstop-<computer>-<process>-<run>-<number>`.
 * A file gets its own name only when every byte of it is written, so a process that is killed leaves none that looks
 * whole; what it left under such a name is taken away by the next export that comes into the same folder.
 */

const COMPUTER = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const LEFT = /^\.backstop-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{8}-\d+$/;
const TAKEN = new Set(['EEXIST', 'ENOTEMPTY']);

export class UnfinishedNames {
  readonly #run = `.backstop-${COMPUTER}-${process.pid}-${randomBytes(4).toString('hex')}`;
  #last = 0;

  next(): string {
    this.#last += 1;
    return `${this.#run}-${this.#last}`;
  }
}

/** Takes away what processes of this computer that are no more left in a folder. Of others nobody can tell. */
export async function sweepUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, computer, pid] = LEFT.exec(name) ?? [];
    if (computer !== COMPUTER || isRunning(Number(pid))) continue;
    // What cannot be taken away is in nobody's way.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Gives a whole file its name. False: the name is taken, and what has it is left alone. */
export async function giveName(unfinished: string, target: string): Promise<boolean> {
  try {
    // A rename would take the place of whatever came there in the meantime.
    await link(unfinished, target);
    await unlink(unfinished);
    return true;
  } catch (error) {
    if (TAKEN.has((error as NodeJS.ErrnoException).code ?? '')) return false;
  }
  // Disks without second names for a file, such as exFAT.
  if ((await lstat(target).catch(() => null)) !== null) return false;
  await rename(unfinished, target);
  return true;
}
