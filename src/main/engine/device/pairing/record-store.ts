import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Udid } from '../usbmux/index.ts';

/** Our own copies of pair records: what is left when the system keeps none, or lost them. */
export interface PairRecordStore {
  read(udid: Udid): Promise<Uint8Array | null>;
  /** Durable when it resolves. */
  write(udid: Udid, record: Uint8Array): Promise<void>;
  remove(udid: Udid): Promise<void>;
  /** This computer's identity towards phones, made once; used where usbmuxd keeps none. */
  hostBuid(): Promise<string>;
}

/** Keeps records as `<UDID>.plist` in one folder, readable by this user only. */
export function pairRecordFolder(directory: string): PairRecordStore {
  const pathOf = (udid: Udid): string => join(directory, `${udid}.plist`);
  const buidPath = join(directory, 'host-buid.txt');
  return {
    read: (udid) => readIfThere(pathOf(udid)),
    write: (udid, record) => writeDurably(directory, pathOf(udid), record),
    remove: (udid) => rm(pathOf(udid), { force: true }),
    async hostBuid() {
      const kept = (await readIfThere(buidPath))?.toString().trim();
      if (kept !== undefined && /^[0-9A-F-]{36}$/.test(kept)) return kept;
      const fresh = randomUUID().toUpperCase();
      await writeDurably(directory, buidPath, Buffer.from(fresh));
      return fresh;
    },
  };
}

export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Temporary name, flush, rename, flush the folder: a record is whole or not there. */
async function writeDurably(directory: string, path: string, content: Uint8Array): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(directory);
}

async function syncFolder(directory: string): Promise<void> {
  // Windows has no handles of folders to flush; its rename is durable with the file system's journal.
  if (process.platform === 'win32') return;
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
