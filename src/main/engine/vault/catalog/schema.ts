import { createHash } from 'node:crypto';

/**
 * The tables of a catalog (vault format, "Catalog"). A catalog in the vault is an immutable SQLite file with page size
 * 8192 and a rollback-journal header, never WAL; it is built and read on this computer and only copied there.
 *
 * `obj` is NULL only in a delta and means: this id is gone. The empty object has its hash, size 0 and no place.
 */

export const CATALOG_FORMAT = 1;
export const CATALOG_PAGE_BYTES = 8192;

export const CATALOG_SCHEMA = `
CREATE TABLE meta (k TEXT PRIMARY KEY, v ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE pack (n INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, size INTEGER NOT NULL) STRICT;
CREATE TABLE top (name TEXT PRIMARY KEY, obj BLOB NOT NULL CHECK (length(obj) = 32), size INTEGER NOT NULL,
  pack INTEGER, off INTEGER, slen INTEGER, flags INTEGER NOT NULL DEFAULT 0, mtime INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE entry (id BLOB PRIMARY KEY CHECK (length(id) = 20), obj BLOB CHECK (length(obj) = 32),
  size INTEGER NOT NULL, pack INTEGER, off INTEGER, slen INTEGER, flags INTEGER NOT NULL DEFAULT 0,
  mtime INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** `pack` of an object that is a file of its own under `objects/`. */
export const SINGLE_OBJECT = 0;

/** The implied object: never stored, always there. */
export const EMPTY_HASH = createHash('sha256').digest();

/** Where an object lies: a hint that was right when it was written. */
export interface Place {
  /** `SINGLE_OBJECT`, or a number of the `pack` table. */
  readonly pack: number;
  readonly offset: number;
  readonly storedLength: number;
  readonly codec: number;
}

/** A row of `entry` as stored; place null for the empty object. */
export interface EntryRow {
  readonly id: Buffer;
  readonly obj: Buffer;
  readonly size: number;
  readonly place: Place | null;
  readonly modified: number;
}

export interface TopRow {
  readonly name: string;
  readonly obj: Buffer;
  readonly size: number;
  readonly place: Place | null;
  readonly modified: number;
}
