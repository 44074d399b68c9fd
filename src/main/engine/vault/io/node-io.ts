import { constants, lstatSync, readdirSync } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, rename, rmdir, statfs, unlink } from 'node:fs/promises';
import { scaledMs, sleep } from '../../platform/index.ts';
import { errnoOf } from './errors.ts';
import { openFile } from './node-file.ts';
import { Speed } from './speed.ts';
import type { FileFacts, FolderItem, VaultIo, VolumeFacts } from './types.ts';

/**
 * The real disk. Rules per system (vault format, "Per OS"):
 * Linux and macOS: fsync on file and folder; Node's fsync on macOS is F_FULLFSYNC with fallbacks, so no errno but EIO
 * and ENOSPC counts there. Windows: folders cannot be synced, so a renamed file is opened `r+` and flushed once more,
 * and a rename that another program's open handle forbids is tried again for a while.
 */

const FOLDER_MODE = 0o700;
const RENAME_PATIENCE_MS = scaledMs(60_000);
const RENAME_STEP_MS = 10;
const RENAME_LONGEST_STEP_MS = 100;
/** Links are not followed, and a pipe under the name of a file does not hold us up. Windows knows neither. */
const SAFELY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const IS_WINDOWS = process.platform === 'win32';
const IS_MAC = process.platform === 'darwin';

export const nodeIo: VaultIo = {
  async open(path, mode) {
    const access =
      mode === 'read'
        ? constants.O_RDONLY
        : mode === 'create'
          ? constants.O_RDWR | constants.O_CREAT | constants.O_EXCL
          : constants.O_RDWR;
    return openFile(path, access | SAFELY, isRealSyncFailure);
  },

  async rename(from, to) {
    if (!IS_WINDOWS) return rename(from, to);
    await renamePatiently(from, to);
    const file = await open(to, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  },

  unlink: (path) => unlink(path),
  async mkdir(path) {
    await mkdir(path, { mode: FOLDER_MODE });
  },
  rmdir: (path) => rmdir(path),

  async readdir(path): Promise<readonly FolderItem[]> {
    const speed = Speed.of(path);
    const items = speed.isQuick
      ? speed.timed(() => readdirSync(path, { withFileTypes: true }))
      : await speed.watched(readdir(path, { withFileTypes: true }));
    return items.map((item) => ({
      name: item.name,
      kind: item.isFile() ? 'file' : item.isDirectory() ? 'folder' : 'other',
    }));
  },

  async stat(path): Promise<FileFacts | null> {
    try {
      const speed = Speed.of(path);
      const facts = speed.isQuick ? speed.timed(() => lstatSync(path)) : await speed.watched(lstat(path));
      return {
        kind: facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other',
        sizeBytes: facts.size,
        modifiedMs: facts.mtimeMs,
      };
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return null;
      throw error;
    }
  },

  async syncFolder(path) {
    if (IS_WINDOWS) return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } catch (error) {
      if (isRealSyncFailure(error)) throw error;
    } finally {
      await folder.close();
    }
  },

  async statfs(path): Promise<VolumeFacts> {
    const facts = await statfs(path);
    return { freeBytes: facts.bavail * facts.bsize, totalBytes: facts.blocks * facts.bsize, type: facts.type };
  },

  async canSync(path) {
    const isFolder = (await lstat(path)).isDirectory();
    if (isFolder && IS_WINDOWS) return false;
    const file = await open(path, isFolder ? 'r' : 'r+');
    try {
      await file.sync();
      return true;
    } catch (error) {
      if (isRealSyncFailure(error)) throw error;
      return false;
    } finally {
      await file.close();
    }
  },

  async clone(from, to) {
    try {
      await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
      return true;
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      return false;
    }
  },
};

/** macOS answers F_FULLFSYNC with odd errors on SMB and exFAT after having done what it can. */
function isRealSyncFailure(error: unknown): boolean {
  const errno = errnoOf(error);
  if (IS_MAC) return errno === 'EIO' || errno === 'ENOSPC';
  // Some FUSE and network file systems do not know fsync of a folder; the data sync itself never answers these.
  return errno !== 'EINVAL' && errno !== 'ENOTSUP';
}

/** Virus scanners and indexers hold a new file open for moments; the rename is refused until they let go. */
async function renamePatiently(from: string, to: string): Promise<void> {
  const started = performance.now();
  for (let step = RENAME_STEP_MS; ; step = Math.min(step + RENAME_STEP_MS, RENAME_LONGEST_STEP_MS)) {
    try {
      return await rename(from, to);
    } catch (error) {
      const errno = errnoOf(error);
      const mayPass = errno === 'EPERM' || errno === 'EACCES' || errno === 'EBUSY';
      if (!mayPass || performance.now() - started > RENAME_PATIENCE_MS) throw error;
      await sleep(step);
    }
  }
}
