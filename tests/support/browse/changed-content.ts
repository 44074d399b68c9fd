import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { PhoneContent, PhoneFile } from '../../../src/main/simulator/content/types.ts';

/** What a phone holds, with some of it made odd on purpose: as apps and strangers who write to it can. */
export interface ContentChanges {
  readonly scratch: string;
  /** "domain/path" of a database → what is done to it. */
  readonly databases?: Readonly<Record<string, (db: Database.Database) => void>>;
  /** Files beside those of the camera roll. */
  readonly pictures?: Readonly<Record<string, Buffer>>;
}

export function changedContent(content: PhoneContent, changes: ContentChanges): PhoneContent {
  return {
    get identity() {
      return content.identity;
    },
    get apps() {
      return content.apps;
    },
    get fileCount() {
      return content.fileCount + Object.keys(changes.pictures ?? {}).length;
    },
    get totalBytes() {
      return content.totalBytes;
    },
    files: () => changedFiles([...content.files()], changes),
    mediaFile: (path) => content.mediaFile(path),
    mediaChildren: (path) => content.mediaChildren(path),
    mutate: (mutation) => content.mutate(mutation),
    writeTruth: (file) => content.writeTruth(file),
    [Symbol.asyncDispose]: () => content[Symbol.asyncDispose](),
  };
}

function changedFiles(files: readonly PhoneFile[], { scratch, databases = {}, pictures = {} }: ContentChanges) {
  const found: PhoneFile[] = [];
  const nameOf = ({ domain, relativePath }: PhoneFile): string => `${domain}/${relativePath}`;
  for (const file of files) {
    const name = nameOf(file);
    const change = databases[name];
    // Its log is written into it.
    if (/-(wal|shm)$/.test(name) && databases[name.replace(/-(wal|shm)$/, '')] !== undefined) continue;
    if (change === undefined) {
      found.push(file);
      continue;
    }
    const log = files.find((one) => nameOf(one) === `${name}-wal`);
    found.push(withBytes(file, file.relativePath, changedDatabase(scratch, file, log, change)));
  }
  const like = files.find(({ domain, kind }) => domain === 'CameraRollDomain' && kind === 'file');
  if (like === undefined) throw new Error('a phone without photos');
  // Rows of a domain stand together.
  const place = found.findLastIndex(({ domain }) => domain === like.domain) + 1;
  const added = Object.entries(pictures).map(([path, bytes], number) => ({
    ...withBytes(like, path, bytes),
    inode: 9_000_000 + number,
  }));
  found.splice(place, 0, ...added);
  return found;
}

function withBytes(file: PhoneFile, relativePath: string, bytes: Buffer): PhoneFile {
  const { domain, kind, mode, userId, groupId, inode, modified, birth, statusChanged, protectionClass } = file;
  const { encryptedOnly, target, extendedAttributes, revision } = file;
  return {
    ...{ domain, kind, mode, userId, groupId, inode, modified, birth, statusChanged, protectionClass },
    ...{ encryptedOnly, target, extendedAttributes, revision },
    relativePath,
    sizeBytes: bytes.length,
    manifestSizeBytes: bytes.length,
    hasDigest: false,
    *read() {
      for (let at = 0; at < bytes.length; at += 1024 * 1024) yield bytes.subarray(at, at + 1024 * 1024);
    },
  };
}

function changedDatabase(
  scratch: string,
  file: PhoneFile,
  log: PhoneFile | undefined,
  change: (db: Database.Database) => void,
): Buffer {
  const path = join(mkdtempSync(join(scratch, 'changed-')), 'db');
  writeFileSync(path, Buffer.concat([...file.read()]));
  if (log !== undefined) writeFileSync(`${path}-wal`, Buffer.concat([...log.read()]));
  const db = new Database(path);
  db.pragma('journal_mode = DELETE');
  for (const name of db.prepare(`SELECT name FROM sqlite_master WHERE type = 'trigger'`).pluck().all()) {
    db.exec(`DROP TRIGGER "${String(name)}"`);
  }
  change(db);
  db.close();
  return readFileSync(path);
}
