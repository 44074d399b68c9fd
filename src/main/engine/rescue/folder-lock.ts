import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BackstopError } from '../../../shared/errors/index.ts';

/** Of another computer nobody can tell whether it still runs; after a day it does not. */
const FOREIGN_MS = 24 * 60 * 60 * 1000;
/** Folders that this process writes into. */
const mine = new Set<string>();

/** One run at a time in one folder. A run that was killed holds nothing. Throws `rescue/in-use`. */
export async function lockFolder(state: string, path: string): Promise<AsyncDisposable> {
  const file = join(state, 'lock');
  if (mine.has(file)) throw inUse(path, 'this program');
  mine.add(file);
  try {
    await take(file, path);
  } catch (error) {
    mine.delete(file);
    throw error;
  }
  return {
    [Symbol.asyncDispose]: async () => {
      mine.delete(file);
      await rm(file, { force: true }).catch(() => undefined);
    },
  };
}

async function take(file: string, path: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.write(`${process.pid} ${hostname()}\n`);
      await handle.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > 2) throw error;
    }
    const holder = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (await isHeld(file, holder)) throw inUse(path, holder);
    await rm(file, { force: true });
  }
}

async function isHeld(file: string, holder: string): Promise<boolean> {
  const [pid, host] = holder.split(' ');
  if (host !== hostname()) {
    const age = Date.now() - ((await stat(file).catch(() => null))?.mtimeMs ?? 0);
    return holder !== '' && age < FOREIGN_MS;
  }
  if (Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function inUse(path: string, holder: string): BackstopError {
  return new BackstopError('rescue/in-use', { data: { path, holder } });
}
