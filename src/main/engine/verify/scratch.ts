import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const PREFIX = 'verify-';

/**
 * A private folder for what has to be decrypted to be checked (the manifest, a database). It is emptied at the end and,
 * if this process is killed, at the next start.
 */
export interface Scratch extends AsyncDisposable {
  readonly directory: string;
}

export async function openScratch(parent: string): Promise<Scratch> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  // mkdtemp makes the folder 0700: nobody else on this computer can look in.
  const directory = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  return {
    directory,
    [Symbol.asyncDispose]: async () => {
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Removes what killed checks left behind: folders whose process is gone. */
export async function cleanScratch(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
