import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { createManifestDb } from '../../../engine/formats/index.ts';

export interface FileRow {
  /** Hex SHA-1 of domain and path. */
  readonly fileId: string;
  readonly domain: string;
  readonly relativePath: string;
  /** 1 file, 2 folder, 4 symbolic link. */
  readonly flags: number;
  readonly archive: Buffer;
}

/** The plain Manifest.db that a backup makes: a new one, or the previous one with some rows changed. */
export interface ManifestFile {
  readonly path: string;
  put(row: FileRow): void;
  remove(fileId: string): void;
  /** Ends the writing: one whole file, no sidecars. */
  close(): void;
}

export function newManifestFile(path: string): ManifestFile {
  rmSync(path, { force: true });
  const writer = createManifestDb(path);
  return {
    path,
    put: ({ domain, relativePath, flags, archive }) => {
      writer.put({ domain, relativePath, flags, file: archive });
    },
    // A new manifest never had what is not in it.
    remove: () => undefined,
    close: () => writer.close(),
  };
}

/** Header bytes 18 and 19 of the phone's manifests say WAL; without a log file that is a plain database all the same. */
const MODE_OFFSET = 18;
const ROLLBACK_MODE = 1;
const WAL_MODE = 2;

/** Changes the previous manifest in place: an incremental backup costs what has changed. */
export function editManifestFile(path: string): ManifestFile {
  setMode(path, ROLLBACK_MODE);
  const db = new Database(path);
  try {
    for (const setting of ['journal_mode = OFF', 'synchronous = OFF', 'locking_mode = EXCLUSIVE']) db.pragma(setting);
    db.exec('BEGIN');
    // A file id stands for domain and path: they never change, and their indices need not be touched.
    const put = db.prepare(
      `INSERT INTO Files (fileID, domain, relativePath, flags, file) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (fileID) DO UPDATE SET flags = excluded.flags, file = excluded.file`,
    );
    const remove = db.prepare('DELETE FROM Files WHERE fileID = ?');
    return {
      path,
      put: (row) => {
        put.run(row.fileId, row.domain, row.relativePath, row.flags, row.archive);
      },
      remove: (fileId) => {
        remove.run(fileId);
      },
      close: () => {
        if (!db.open) return;
        if (db.inTransaction) db.exec('COMMIT');
        db.close();
        setMode(path, WAL_MODE);
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

function setMode(path: string, mode: number): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, Buffer.from([mode, mode]), 0, 2, MODE_OFFSET);
  } finally {
    closeSync(file);
  }
}
