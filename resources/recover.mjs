#!/usr/bin/env node
// Reads a Backstop vault without Backstop. One file, Node.js 22.15 or newer, nothing to install.
//
//   node recover.mjs list    VAULT                  the versions in it
//   node recover.mjs check   VAULT                  is everything whole? (reads every byte)
//   node recover.mjs extract VAULT SNAPSHOT OUT     one version, as an Apple backup folder OUT/<UDID>
//   node recover.mjs extract VAULT --all OUT        every version, in folders of their own
//   node recover.mjs scan    VAULT                  every object in every pack, by its own header
//   node recover.mjs dump    VAULT OUT              every whole object as a file named by its SHA-256
//
// SNAPSHOT is the beginning of a name that "list" prints, or "latest". The vault is only read.
// Exit code 0: everything asked for is whole; 1: something is missing or damaged; 2: it could not be done.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';

const CHUNK = 1 << 20;
/** Objects up to this size are checked in memory before a byte is written. */
const WHOLE = 8 << 20;
const PACK_IN_MEMORY = 96 << 20;
const EMPTY = createHash('sha256').digest('hex');
const HASH = /^[0-9a-f]{64}$/;
const PACK_NAME = /^([0-9a-f]{64})\.pack$/;
const OBJECT_NAME = /^([0-9a-f]{64})$/;
const CATALOG_NAME = /^([0-9a-f]{64})\.db$/;
const RECORD_NAME = /^(\d{8})-([0-9a-f]{64})\.json$/;
const EVENT_NAME = /^\d{8}T\d{9}Z-[0-9a-f]{8}-([0-9a-f]{64})\.json$/;
const GC_NAME = /^\d{8}T\d{9}Z-([0-9a-f]{64})\.(?:mark|moved)\.json$/;
const LATER_NAME = /^vault\.(\d{1,6})\.json$/;
const IGNORED = /^\._|^\.nfs|^\.DS_Store$|^desktop\.ini$|^Thumbs\.db$|conflicted copy| \(\d+\)(\.[a-z]+)?$/i;
const RESERVED = /^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?$/i;
const VERSION = process.versions.node;
const NO_ZSTD = `it is compressed, and reading it needs Node.js 22.15 or newer (this is ${VERSION})`;

let problems = 0;

/** What was asked for cannot be done: wrong words, a newer format, no room. */
class CannotDo extends Error {}
/** Bytes of the vault are not what they should be, or cannot be read. */
class Unreadable extends Error {}
class NeedsZstd extends Unreadable {}

/** Text from a vault that is safe to show: nothing in it moves a terminal's cursor. */
const plain = (text) =>
  String(text).replace(/(?! )[\p{C}\p{Z}]/gu, (char) => `\\x${char.codePointAt(0).toString(16).padStart(2, '0')}`);
const say = (text) => console.log(plain(text));
const note = (text) => console.error(plain(`note: ${text}`));
const problem = (text) => {
  problems += 1;
  console.error(plain(`PROBLEM: ${text}`));
};
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
/** Text with half a character in it becomes bytes that are no text. */
const utf8 = (text) => (text.isWellFormed() ? Buffer.from(text, 'utf8') : Buffer.of(0xff));
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isSystemError = (error) => error instanceof Error && typeof error.code === 'string' && 'syscall' in error;

/** How far it is, on stderr: on a terminal always the last line, elsewhere a line each ten seconds. */
class Progress {
  #what;
  #total;
  #done = 0;
  #last = performance.now();

  constructor(what, total) {
    this.#what = what;
    this.#total = total;
  }

  add(amount) {
    this.#done += amount;
    const now = performance.now();
    if (now - this.#last < (process.stderr.isTTY ? 200 : 10_000)) return;
    this.#last = now;
    const percent = Math.min(100, Math.floor((100 * this.#done) / Math.max(1, this.#total)));
    const mb = (bytes) => Math.floor(bytes / 2 ** 20);
    const text = `${this.#what}: ${mb(this.#done)} of ${mb(this.#total)} MB, ${percent} %`;
    process.stderr.write(text + (process.stderr.isTTY ? '\r' : '\n'));
  }

  end() {
    if (process.stderr.isTTY) process.stderr.write(`${' '.repeat(70)}\r`);
  }
}

// --- files of the vault ----------------------------------------------------------------------------------------------

/** Plain files in a folder and, to this depth, in its folders, sorted. No link is followed. */
function* filesBelow(folder, depth = 1) {
  let items;
  try {
    items = fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error.code !== 'ENOENT') problem(`${folder} cannot be listed: ${error.code}`);
    return;
  }
  for (const item of items) {
    if (IGNORED.test(item.name)) continue;
    const full = path.join(folder, item.name);
    if (item.isDirectory()) {
      if (depth > 0) yield* filesBelow(full, depth - 1);
    } else if (item.isFile()) yield { name: item.name, file: full, size: fs.lstatSync(full).size };
  }
}

function readAt(fd, offset, length) {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const got = fs.readSync(fd, bytes, done, length - done, offset + done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}

/** The bytes of a part of a file, in chunks. */
function* readRange(file, offset, length) {
  let fd = null;
  try {
    fd = fs.openSync(file, 'r');
    for (let done = 0; done < length; ) {
      const chunk = readAt(fd, offset + done, Math.min(CHUNK, length - done));
      if (chunk.length === 0) throw new Unreadable(`${file} ends early`);
      done += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (isSystemError(error)) throw new Unreadable(`${file} cannot be read: ${error.code}`);
    throw error;
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}

function readSmall(file, limit = 64 << 20) {
  const { size } = fs.statSync(file);
  if (size > limit) throw new Unreadable(`${file} is unreasonably long`);
  return Buffer.concat([...readRange(file, 0, size)]);
}

function hashOfFile(file, progress) {
  const hash = createHash('sha256');
  for (const chunk of readRange(file, 0, fs.statSync(file).size)) {
    hash.update(chunk);
    progress?.add(chunk.length);
  }
  return hash.digest('hex');
}

function parseJson(bytes) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Unreadable('it is not JSON');
  }
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON file whose name carries the hash of its bytes. */
function namedJson(file, expected) {
  const bytes = readSmall(file);
  if (sha256(bytes) !== expected) throw new Unreadable('its bytes do not match the SHA-256 in its name');
  const value = parseJson(bytes);
  if (!isObject(value)) throw new Unreadable('it is not understood');
  return value;
}

// --- packs -----------------------------------------------------------------------------------------------------------

/** Chunks of what a zstd frame holds, never more than `raw` bytes and a chunk. */
async function* unzstd(chunks, raw) {
  if (typeof zlib.createZstdDecompress !== 'function') throw new NeedsZstd(NO_ZSTD);
  const tool = zlib.createZstdDecompress();
  const source = Readable.from(chunks);
  source.on('error', (error) => tool.destroy(error));
  let left = raw;
  try {
    for await (const chunk of source.pipe(tool)) {
      yield chunk;
      left -= chunk.length;
      if (left < 0) return;
    }
  } catch {
    // A damaged frame yields too few bytes: whoever asked looks at length and hash.
  } finally {
    source.destroy();
    tool.destroy();
  }
}

/** The raw bytes of a record as they come, not checked yet. `stored`: the stored bytes, if they are at hand. */
function chunksOf(record, stored = null) {
  if (record.codec > 1) {
    throw new Unreadable(`${record.file} at ${record.offset}: codec ${record.codec} is not known here`);
  }
  const source = stored === null ? readRange(record.file, record.offset, record.stored) : [stored];
  return record.codec === 0 ? source : unzstd(source, record.raw);
}

/** Reads a record's bytes; null when they are whole. */
async function whyDamaged(record, stored = null) {
  const wrong = `${record.file} has other bytes at ${record.offset} than it should`;
  if (stored !== null && record.codec === 0) {
    return stored.length === record.raw && sha256(stored) === record.hash ? null : wrong;
  }
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of chunksOf(record, stored)) {
      hash.update(chunk);
      size += chunk.length;
    }
  } catch (error) {
    if (!(error instanceof Unreadable) || error instanceof NeedsZstd) throw error;
    return error.message;
  }
  return size === record.raw && hash.digest('hex') === record.hash ? null : wrong;
}

/** The record whose header stands at this place, or null when there is no sound one. */
function parseRecord(file, at, head, size) {
  if (head.length < 64 || head.toString('latin1', 0, 4) !== 'BSOB' || head[4] !== 1) return null;
  if (zlib.crc32(head.subarray(0, 60)) !== head.readUInt32LE(60)) return null;
  const stored = Number(head.readBigUInt64LE(8));
  const raw = Number(head.readBigUInt64LE(16));
  if (at + 64 + stored > size || !Number.isSafeInteger(raw)) return null;
  return { file, offset: at + 64, stored, raw, hash: head.toString('hex', 24, 56), codec: head[5] };
}

/** By the record headers alone, in steps of 8 bytes wherever there is none: for packs that are cut or damaged. */
function* scanPack(file) {
  let fd = null;
  try {
    const { size } = fs.statSync(file);
    fd = fs.openSync(file, 'r');
    let start = 0;
    let window = Buffer.alloc(0);
    for (let at = 96; at + 64 <= size; ) {
      if (at < start || at + 64 > start + window.length) {
        start = at;
        window = readAt(fd, at, CHUNK);
        if (window.length < 64) return;
      }
      const record = parseRecord(file, at, window.subarray(at - start, at - start + 64), size);
      if (record !== null) {
        yield record;
        at = record.offset + record.stored + ((8 - (record.stored % 8)) % 8);
        continue;
      }
      let found = window.indexOf('BSOB', at - start + 1, 'latin1');
      while (found >= 0 && (start + found) % 8 !== 0) found = window.indexOf('BSOB', found + 1, 'latin1');
      at = found >= 0 ? start + found : Math.max(at + 8, Math.floor((start + window.length - 3) / 8) * 8);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    problem(`${file} cannot be read: ${error.code}`);
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}

/** The records that a pack's own index names, or null when it has no sound index. */
function indexOf(file) {
  let fd = null;
  try {
    const { size } = fs.statSync(file);
    if (size < 96 + 64) return null;
    fd = fs.openSync(file, 'r');
    const foot = readAt(fd, size - 64, 64);
    if (foot.length !== 64 || foot.toString('latin1', 0, 8) !== 'BSFOOT01') return null;
    if (zlib.crc32(foot.subarray(0, 60)) !== foot.readUInt32LE(60)) return null;
    const offset = Number(foot.readBigUInt64LE(8));
    const length = foot.readUInt32LE(16);
    const count = foot.readUInt32LE(20);
    if (offset < 96 || offset + length + 64 !== size || length !== 16 + 56 * count) return null;
    const index = readAt(fd, offset, length);
    if (sha256(index) !== foot.toString('hex', 24, 56) || index.toString('latin1', 0, 8) !== 'BSINDEX1') return null;
    const found = [];
    for (let at = 16; at < length; at += 56) {
      const place = Number(index.readBigUInt64LE(at + 32));
      const stored = index.readUInt32LE(at + 40);
      if (place < 160 || place + stored > offset) return null;
      const raw = index.readUInt32LE(at + 44);
      found.push({ file, offset: place, stored, raw, hash: index.toString('hex', at, at + 32), codec: index[at + 52] });
    }
    return found;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return null;
  } finally {
    if (fd !== null) fs.closeSync(fd);
  }
}

// --- the vault -------------------------------------------------------------------------------------------------------

class Vault {
  #places = null;

  constructor(root) {
    this.root = root;
    this.description = this.#describe();
    if (this.description === null) note('neither vault.json nor its copy can be read; going on without');
  }

  /** What the vault says it is: vault.json or its copy, and the highest later one that is sound. */
  #describe() {
    let found = null;
    const later = [...filesBelow(this.root, 0)]
      .map(({ name }) => ({ name, number: Number(LATER_NAME.exec(name)?.[1] ?? -1) }))
      .filter(({ number }) => number >= 0)
      .sort((a, b) => a.number - b.number);
    for (const name of ['vault.json', 'vault.copy.json', ...later.map((one) => one.name)]) {
      const value = this.selfHashed(name);
      if (value === null) continue;
      const required = isObject(value.features) ? value.features.required : null;
      if (value.version !== 1 || !Array.isArray(required) || required.length > 0) {
        throw new CannotDo('this vault is of a newer format than this program knows');
      }
      const isFirst = name === 'vault.json' || name === 'vault.copy.json';
      if (found === null || (!isFirst && value.id === found.id)) found = value;
    }
    return found;
  }

  /** A file whose last key is the hash of the line without it; null when it is not there or not sound. */
  selfHashed(name) {
    try {
      const text = readSmall(path.join(this.root, name), 1 << 20).toString('utf8');
      const match = /,"sha256":"([0-9a-f]{64})"\}\n$/.exec(text);
      if (match === null) return null;
      const bare = Buffer.from(`${text.slice(0, match.index)}}\n`, 'utf8');
      if (sha256(bare) !== match[1]) return null;
      const value = parseJson(bare);
      return isObject(value) && value.format === 'backstop-vault' ? value : null;
    } catch (error) {
      if (error instanceof Unreadable || isSystemError(error)) return null;
      throw error;
    }
  }

  /** The files of a folder that bear a hash as their name. */
  *named(kind, pattern) {
    for (const { name, file, size } of filesBelow(path.join(this.root, kind))) {
      const hash = pattern.exec(name)?.[1];
      if (hash !== undefined) yield { hash, file, size };
    }
  }

  packs() {
    return [...this.named('packs', PACK_NAME)];
  }

  /** hash → every record of that hash in any pack. */
  places() {
    if (this.#places !== null) return this.#places;
    this.#places = new Map();
    for (const { file } of this.packs()) {
      let found = indexOf(file);
      if (found === null) {
        note(`${file}: no sound index, reading its record headers instead`);
        found = scanPack(file);
      }
      for (const record of found) {
        const known = this.#places.get(record.hash);
        if (known === undefined) this.#places.set(record.hash, [record]);
        else known.push(record);
      }
    }
    return this.#places;
  }

  single(hash) {
    const folder = path.join(this.root, 'objects');
    const candidates = [path.join(folder, hash.slice(0, 2), hash), path.join(folder, hash)];
    return candidates.find((file) => fs.lstatSync(file, { throwIfNoEntry: false })?.isFile());
  }

  /** Writes an object to a new file. Null, or why no whole copy of it was found: then there is no file. */
  async writeObject(hash, size, target) {
    if (hash === EMPTY && size === 0) {
      fs.closeSync(newFile(target));
      return null;
    }
    const reasons = [];
    for (const { file, chunks } of this.#sources(hash, size)) {
      try {
        if (await copyChecked(chunks(), hash, size, target)) return null;
        reasons.push(`${file} has other bytes than it should`);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        reasons.push(error.message);
      }
    }
    return reasons.join('; ') || 'no copy of it was found';
  }

  *#sources(hash, size) {
    const file = this.single(hash);
    if (file !== undefined) yield { file, chunks: () => readRange(file, 0, size) };
    for (const record of this.places().get(hash) ?? []) {
      if (record.raw === size) yield { file: record.file, chunks: () => chunksOf(record) };
    }
  }

  /** In the order of their times; those that cannot be read are left out, and counted by check. */
  #events() {
    const found = [];
    for (const { hash, file } of this.named('events', EVENT_NAME)) {
      try {
        const event = namedJson(file, hash);
        if (typeof event.kind !== 'string' || typeof event.record !== 'string') continue;
        found.push({ key: `${event.at} ${path.basename(file)}`, id: hash, event });
      } catch (error) {
        if (!(error instanceof Unreadable) && !isSystemError(error)) throw error;
      }
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** record → what events say about it. An undo takes back what it names; a pin beats a forgetting. */
  states() {
    const events = this.#events();
    const taken = new Set();
    for (const { event } of events) {
      if (event.kind === 'expire') continue;
      for (const key of ['forgets', 'pins', 'replaces']) {
        if (Array.isArray(event[key])) for (const one of event[key]) taken.add(String(one));
      }
    }
    const states = new Map();
    for (const { id, event } of events) {
      if (taken.has(id)) continue;
      const state = states.get(event.record) ?? { pinned: false, forgotten: false, note: '' };
      states.set(event.record, state);
      if (event.kind === 'pin') state.pinned = true;
      else if (event.kind === 'forget') state.forgotten = true;
      else if (event.kind === 'note') state.note = String(event.text ?? '');
    }
    for (const state of states.values()) state.forgotten &&= !state.pinned;
    return states;
  }

  /** Oldest first: by the phone's clock, then number, then id. */
  snapshots(complain) {
    const found = [];
    const root = path.join(this.root, 'snapshots');
    for (const { name, file } of filesBelow(root)) {
      const match = RECORD_NAME.exec(name);
      if (match === null || path.dirname(file) === root) continue;
      try {
        const record = namedJson(file, match[2]);
        this.#validate(record, path.basename(path.dirname(file)), Number(match[1]));
        found.push({ id: match[2], record });
      } catch (error) {
        if (isSystemError(error)) complain(`${file} cannot be read: ${error.code}`);
        else if (error instanceof Unreadable) complain(`${file}: ${error.message}`);
        else throw error;
      }
    }
    const time = ({ record }) => Date.parse(record.statusDate) || 0;
    return found.sort((a, b) => time(a) - time(b) || a.record.seq - b.record.seq || (a.id < b.id ? -1 : 1));
  }

  #validate(record, folder, seq) {
    if (record.format !== 'backstop-snapshot' || record.version !== 1) {
      throw new Unreadable('it is of a newer format than this program knows');
    }
    for (const key of ['udid', 'name', 'started', 'finished', 'statusDate', 'device', 'root']) {
      if (typeof record[key] !== 'string') throw new Unreadable(`its field ${key} is not understood`);
    }
    for (const key of ['seq', 'files', 'bytes']) {
      if (!isCount(record[key])) throw new Unreadable(`its field ${key} is not understood`);
    }
    if (record.device !== folder || record.seq !== seq) throw new Unreadable('it is not what its place and name say');
    if (this.description !== null && record.vault !== this.description.id) {
      throw new Unreadable('it belongs to another vault');
    }
    const { catalogs } = record;
    if (!Array.isArray(catalogs) || catalogs.length < 1 || catalogs.length > 64 || !HASH.test(record.root)) {
      throw new Unreadable('its catalogs or root are not understood');
    }
    if (!catalogs.every((one) => isObject(one) && typeof one.hash === 'string' && HASH.test(one.hash))) {
      throw new Unreadable('its catalogs are not understood');
    }
  }

  /** A local copy of a catalog, from catalogs/ or from its meta pack. */
  async #catalog(hash, scratch) {
    const target = path.join(scratch, `${hash}.db`);
    if (fs.existsSync(target)) return target;
    const reasons = [];
    const attempt = async (chunks, size, wrong, place) => {
      try {
        if (await copyChecked(chunks(), hash, size, target)) return true;
        reasons.push(wrong);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        reasons.push(place + error.message);
      }
      return false;
    };
    const folder = path.join(this.root, 'catalogs');
    for (const file of [path.join(folder, `${hash}.db`), path.join(folder, hash.slice(0, 2), `${hash}.db`)]) {
      const size = fs.statSync(file, { throwIfNoEntry: false })?.size;
      if (size === undefined) continue;
      const wrong = `${file} has other bytes than its name says`;
      if (await attempt(() => readRange(file, 0, size), size, wrong, '')) return target;
    }
    for (const record of this.places().get(hash) ?? []) {
      const wrong = `${record.file} has other bytes than it should`;
      if (await attempt(() => chunksOf(record), record.raw, wrong, `${record.file}: `)) return target;
    }
    throw new Unreadable(`its catalog ${hash}: ${reasons.join('; ') || 'no copy of it was found'}`);
  }

  /** Tops and entries of a version: asks the catalogs from the last to the first; the first that has an id decides. */
  async content(DatabaseSync, record, scratch) {
    let tops = null;
    const entries = new Map();
    for (const { hash } of record.catalogs.toReversed()) {
      const file = await this.#catalog(hash, scratch);
      let db = null;
      try {
        db = new DatabaseSync(file, { readOnly: true });
        // Nothing in a catalog may act by itself.
        if (db.prepare("SELECT 1 FROM sqlite_schema WHERE type IN ('trigger', 'view')").get() !== undefined) {
          throw new Unreadable(`its catalog ${hash} holds more than tables`);
        }
        tops ??= db.prepare('SELECT CAST(name AS BLOB) AS name, obj, size, mtime FROM top').all().map(topRow);
        for (const row of db.prepare('SELECT id, obj, size, mtime FROM entry').iterate()) {
          const { id, value } = entryRow(row);
          if (!entries.has(id)) entries.set(id, value);
        }
      } catch (error) {
        if (error instanceof Unreadable) throw error;
        throw new Unreadable(`its catalog ${hash}: ${error.message}`);
      } finally {
        db?.close();
      }
    }
    for (const [id, value] of entries) if (value === null) entries.delete(id);
    return { tops: tops.sort((a, b) => Buffer.compare(a.name, b.name)), entries };
  }
}

const BAD_ROW = 'a row of its catalog is not understood';
const isBytes = (value, length) => value instanceof Uint8Array && value.length === length;
const secondsOf = (mtime) => (Number.isSafeInteger(mtime) ? mtime : 0);

function topRow({ name, obj, size, mtime }) {
  if (!(name instanceof Uint8Array) || !isBytes(obj, 32) || !isCount(size)) throw new Unreadable(BAD_ROW);
  return { name: Buffer.from(name), obj: Buffer.from(obj).toString('hex'), size, mtime: secondsOf(mtime) };
}

function entryRow({ id, obj, size, mtime }) {
  if (!isBytes(id, 20)) throw new Unreadable(BAD_ROW);
  const key = Buffer.from(id).toString('hex');
  if (obj === null) return { id: key, value: null };
  if (!isBytes(obj, 32) || !isCount(size)) throw new Unreadable(BAD_ROW);
  return { id: key, value: { obj: Buffer.from(obj).toString('hex'), size, mtime: secondsOf(mtime) } };
}

function foldRoot(tops, entries) {
  const u64 = (size) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(size));
    return bytes;
  };
  const top = createHash('sha256');
  for (const { name, size, obj } of tops) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(name.length & 0xffff);
    top.update(length).update(name).update(u64(size)).update(Buffer.from(obj, 'hex'));
  }
  const leaves = new Map();
  for (const id of [...entries.keys()].sort()) {
    const key = id.slice(0, 4);
    let leaf = leaves.get(key);
    if (leaf === undefined) leaves.set(key, (leaf = createHash('sha256')));
    const { size, obj } = entries.get(id);
    leaf.update(Buffer.from(id, 'hex')).update(u64(size)).update(Buffer.from(obj, 'hex'));
  }
  const root = createHash('sha256').update('BSROOT1').update(top.digest());
  const nothing = Buffer.alloc(32);
  for (let first = 0; first < 256; first += 1) {
    const node = createHash('sha256');
    for (let second = 0; second < 256; second += 1) {
      node.update(leaves.get(Buffer.of(first, second).toString('hex'))?.digest() ?? nothing);
    }
    root.update(node.digest());
  }
  return root.digest('hex');
}

// --- writing ---------------------------------------------------------------------------------------------------------

/** Always a new file, never something that lies there. */
function newFile(file) {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = fs.constants;
  return fs.openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
}

function writeAll(fd, bytes) {
  for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done);
}

/** Writes bytes to a new file. False, and no file, when they are not what they should be. */
async function copyChecked(chunks, hash, size, target) {
  if (size <= WHOLE) {
    const parts = [];
    for await (const chunk of chunks) parts.push(chunk);
    const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    if (bytes.length !== size || sha256(bytes) !== hash) return false;
    const fd = newFile(target);
    try {
      writeAll(fd, bytes);
    } finally {
      fs.closeSync(fd);
    }
    return true;
  }
  const fd = newFile(target);
  let isRight = false;
  try {
    const found = createHash('sha256');
    let done = 0;
    for await (const chunk of chunks) {
      found.update(chunk);
      writeAll(fd, chunk);
      done += chunk.length;
    }
    isRight = done === size && found.digest('hex') === hash;
    return isRight;
  } finally {
    fs.closeSync(fd);
    if (!isRight) fs.unlinkSync(target);
  }
}

/** Holds names to what every file system can carry and none can be tricked with. */
class Names {
  #seen = new Map();

  /** The components of a top file's name, or why it is left out. */
  parts(raw) {
    let name;
    try {
      name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
    } catch {
      return { reason: 'it is not text' };
    }
    if (raw.length > 4096) return { reason: 'it is too long' };
    const parts = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
    for (const part of parts) {
      const reason = whyUnsafe(part);
      if (reason !== null) return { reason };
    }
    let full = '';
    for (const part of parts) {
      full = full === '' ? part : `${full}/${part}`;
      const folded = full.normalize('NFC').toLowerCase();
      const other = this.#seen.get(folded);
      if (other !== undefined && other !== full) {
        return { reason: `it is the same as ${other} where case does not count` };
      }
      this.#seen.set(folded, full);
    }
    return { parts };
  }
}

function whyUnsafe(part) {
  if (part === '' || part === '.' || part === '..') return 'it is not a plain name';
  if (/[\u0000-\u001f\u007f\\:]/.test(part)) return 'it holds a character that some systems read as a path or a stream';
  if (RESERVED.test(part)) return 'it is a device name on Windows';
  if (/[. ]$/.test(part)) return 'it ends in a dot or a space';
  return Buffer.byteLength(part) > 255 ? 'it is too long' : null;
}

function refuseInside(out, root) {
  const resolve = (name) => {
    const full = path.resolve(name);
    if (fs.existsSync(full)) return fs.realpathSync(full);
    return path.join(resolve(path.dirname(full)), path.basename(full));
  };
  const inside = resolve(out);
  const vault = resolve(root);
  if (inside === vault || inside.startsWith(path.join(vault, path.sep))) {
    throw new CannotDo(`${out} lies in the vault; nothing is written there`);
  }
}

/** One version, written whole under an unfinished name, which it loses at the end. */
class Extraction {
  #vault;
  #record;
  #target;
  #folder;
  #made = new Set();
  #written = 0;
  #damaged = 0;

  constructor(vault, record, out) {
    this.#vault = vault;
    this.#record = record;
    const { parts, reason } = new Names().parts(utf8(record.udid));
    if (parts?.length !== 1) {
      throw new CannotDo(`the version's device id cannot be a folder's name: ${reason ?? 'it is a path'}`);
    }
    this.#target = path.join(out, parts[0]);
    this.#folder = `${this.#target}.backstop-unfinished`;
  }

  async run(DatabaseSync, scratch) {
    const { tops, entries } = await this.#vault.content(DatabaseSync, this.#record, scratch);
    if (foldRoot(tops, entries) !== this.#record.root) {
      problem('the content of the version has another root than its record says');
    }
    this.#prepare();
    try {
      await this.#writeAll(tops, entries);
    } catch (error) {
      fs.rmSync(this.#folder, { recursive: true, force: true });
      throw error;
    }
    say(`${this.#target}: ${this.#written} files`);
    if (this.#damaged > 0) {
      problem(`${this.#target}: ${this.#damaged} files are not in it; they are named above`);
    }
  }

  async #writeAll(tops, entries) {
    const names = new Names();
    for (const { name, obj, size, mtime } of tops) {
      const shown = name.toString('utf8');
      const { parts, reason } = names.parts(name);
      if (parts === undefined) this.#leaveOut(shown, reason);
      else if (shown.endsWith('/')) this.#folderOf(shown, path.join(this.#folder, ...parts));
      else if (this.#folderOf(shown, path.join(this.#folder, ...parts.slice(0, -1)))) {
        await this.#write(shown, path.join(this.#folder, ...parts), obj, size, mtime);
      }
    }
    const progress = new Progress('writing', this.#record.bytes);
    for (const [id, { obj, size, mtime }] of this.#inStoredOrder(entries)) {
      const shown = `${id.slice(0, 2)}/${id}`;
      const shard = path.join(this.#folder, id.slice(0, 2));
      if (this.#folderOf(shown, shard)) await this.#write(shown, path.join(shard, id), obj, size, mtime);
      progress.add(size);
    }
    progress.end();
    fs.renameSync(this.#folder, this.#target);
  }

  #prepare() {
    const there = fs.lstatSync(this.#target, { throwIfNoEntry: false });
    if (there !== undefined) {
      if (!there.isDirectory() || fs.readdirSync(this.#target).length > 0) {
        throw new CannotDo(`${this.#target} is there already`);
      }
      fs.rmdirSync(this.#target);
    }
    fs.rmSync(this.#folder, { recursive: true, force: true });
    fs.mkdirSync(this.#folder, { mode: 0o700 });
  }

  /** As the objects lie in the vault, so that disks need not seek. */
  #inStoredOrder(entries) {
    const places = this.#vault.places();
    return [...entries]
      .map(([id, value]) => ({ id, value, place: places.get(value.obj)?.[0] ?? { file: '', offset: 0 } }))
      .sort((a, b) =>
        a.place.file === b.place.file
          ? a.place.offset - b.place.offset || (a.id < b.id ? -1 : 1)
          : a.place.file < b.place.file
            ? -1
            : 1,
      )
      .map(({ id, value }) => [id, value]);
  }

  #folderOf(shown, folder) {
    if (this.#made.has(folder)) return true;
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      if (error.code !== 'EEXIST' && error.code !== 'ENOTDIR') throw error;
      this.#leaveOut(shown, 'a file lies where its folder should be');
      return false;
    }
    this.#made.add(folder);
    return true;
  }

  async #write(shown, file, obj, size, mtime) {
    let reason;
    try {
      reason = await this.#vault.writeObject(obj, size, file);
    } catch (error) {
      if (error.code !== 'EEXIST' && error.code !== 'EISDIR') throw error;
      this.#leaveOut(shown, 'something else of the version has its place');
      return;
    }
    if (reason !== null) {
      this.#leaveOut(shown, `object ${obj} (${size} bytes): ${reason}`);
      return;
    }
    this.#written += 1;
    if (mtime <= 0) return;
    try {
      fs.utimesSync(file, mtime, mtime);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      note(`${file}: the date cannot be set`);
    }
  }

  #leaveOut(shown, reason) {
    this.#damaged += 1;
    problem(`${shown} is left out: ${reason}`);
  }
}

// --- commands --------------------------------------------------------------------------------------------------------

function listVersions(vault) {
  const states = vault.states();
  for (const { id, record } of vault.snapshots(problem)) {
    const state = states.get(id) ?? { pinned: false, forgotten: false, note: '' };
    const marks = ['pinned', 'forgotten'].filter((mark) => state[mark]);
    if (state.note !== '') marks.push(`note: ${state.note}`);
    const head = `${id}  ${record.finished}  ${record.name}  ${record.files} files  ${record.bytes} bytes`;
    say([head, ...marks].join('  '));
  }
}

class Check {
  #vault;
  /** hash → length of what was read and is right. */
  #whole = new Map();
  /** hash → why not. */
  #bad = new Map();
  #unread = 0;
  #files = 0;

  constructor(vault) {
    this.#vault = vault;
  }

  async run(DatabaseSync, scratch) {
    const vault = this.#vault;
    const packs = vault.packs();
    const others = [...vault.named('objects', OBJECT_NAME), ...vault.named('catalogs', CATALOG_NAME)];
    this.#descriptions();
    for (const [kind, pattern] of [
      ['events', EVENT_NAME],
      ['gc', GC_NAME],
    ]) {
      for (const { hash, file } of vault.named(kind, pattern)) this.#namedFile(file, hash, null);
    }
    const progress = new Progress(
      'reading',
      [...packs, ...others].reduce((sum, { size }) => sum + size, 0),
    );
    for (const pack of packs) await this.#readPack(pack, progress);
    for (const { hash, file, size } of others) {
      if (this.#namedFile(file, hash, progress)) this.#whole.set(hash, size);
    }
    progress.end();
    for (const { id, record } of vault.snapshots(problem)) await this.#version(DatabaseSync, id, record, scratch);
    if (this.#unread > 0) note(`${this.#unread} records were not unpacked: ${NO_ZSTD}`);
    say(`${this.#files} files read, ${problems} problems`);
  }

  #descriptions() {
    let found = 0;
    for (const { name, file } of filesBelow(this.#vault.root, 0)) {
      if (name !== 'vault.json' && name !== 'vault.copy.json' && !LATER_NAME.test(name)) continue;
      found += 1;
      this.#files += 1;
      if (this.#vault.selfHashed(name) === null) problem(`${file}: its bytes do not match the SHA-256 in it`);
    }
    if (found < 2) problem('vault.json or its copy is missing');
  }

  #namedFile(file, hash, progress) {
    this.#files += 1;
    try {
      if (hashOfFile(file, progress) === hash) return true;
      problem(`${file}: its bytes do not match its name`);
    } catch (error) {
      if (!(error instanceof Unreadable) && !isSystemError(error)) throw error;
      problem(`${file}: ${error.message}`);
    }
    return false;
  }

  async #readPack({ hash, file, size }, progress) {
    this.#files += 1;
    let bytes = null;
    let isRight = false;
    try {
      if (size <= PACK_IN_MEMORY) {
        bytes = fs.readFileSync(file);
        isRight = sha256(bytes) === hash;
        progress.add(size);
      } else isRight = hashOfFile(file, progress) === hash;
      if (!isRight) problem(`${file}: its bytes do not match its name`);
    } catch (error) {
      if (!(error instanceof Unreadable) && !isSystemError(error)) throw error;
      problem(`${file}: ${error.message}`);
    }
    let records = indexOf(file);
    if (records === null) {
      problem(`${file}: no sound index, reading its record headers instead`);
      records = scanPack(file);
    }
    for (const record of records) {
      try {
        const reason = await whyDamaged(record, bytes?.subarray(record.offset, record.offset + record.stored) ?? null);
        if (reason === null) this.#whole.set(record.hash, record.raw);
        else {
          this.#bad.set(record.hash, reason);
          if (isRight) problem(reason);
        }
      } catch (error) {
        if (!(error instanceof NeedsZstd)) throw error;
        this.#unread += 1;
      }
    }
  }

  async #version(DatabaseSync, id, record, scratch) {
    const title = `version ${id.slice(0, 12)} (${record.finished}, ${record.name})`;
    let content;
    try {
      content = await this.#vault.content(DatabaseSync, record, scratch);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problem(`${title} cannot be read: ${error.message}`);
      return;
    }
    const { tops, entries } = content;
    if (foldRoot(tops, entries) !== record.root) {
      problem(`${title}: its content has another root than its record says`);
    }
    const rows = tops.map(({ name, obj, size }) => ({ shown: name.toString('utf8'), obj, size }));
    for (const key of [...entries.keys()].sort()) {
      const { obj, size } = entries.get(key);
      rows.push({ shown: `${key.slice(0, 2)}/${key}`, obj, size });
    }
    const bytes = rows.reduce((sum, { size }) => sum + size, 0);
    if (entries.size !== record.files || bytes !== record.bytes) {
      problem(`${title}: its record says ${record.files} files and ${record.bytes} bytes`);
    }
    let damaged = 0;
    for (const { shown, obj, size } of rows) {
      const reason = this.#whyNot(obj, size);
      if (reason === null) continue;
      damaged += 1;
      problem(`${title}: ${shown}: object ${obj} (${size} bytes): ${reason}`);
    }
    if (damaged === 0) say(`${title}: ${entries.size} files, all whole`);
    else say(`${title}: ${damaged} of ${rows.length} files are damaged or missing`);
  }

  #whyNot(obj, size) {
    const length = this.#whole.get(obj);
    if (length === size || (obj === EMPTY && size === 0)) return null;
    if (length !== undefined) return `its object has ${length} bytes`;
    const reason = this.#bad.get(obj);
    if (reason !== undefined) return reason;
    if (this.#vault.places().get(obj)?.some((record) => record.codec === 1) === true) return NO_ZSTD;
    return this.#vault.single(obj) === undefined ? 'no copy of it was found' : 'it is damaged';
  }
}

/** By record headers alone. Without `out` it tells, with it it writes each whole object under its hash. */
async function scan(vault, out) {
  for (const { file } of vault.packs()) {
    for (const record of scanPack(file)) {
      let state = 'damaged';
      let reason = 'its bytes are not what they should be';
      try {
        if (out === null) state = (await whyDamaged(record)) === null ? 'whole' : 'damaged';
        else {
          const target = path.join(out, record.hash);
          const isNew = fs.lstatSync(target, { throwIfNoEntry: false }) === undefined;
          if (!isNew || (await copyChecked(chunksOf(record), record.hash, record.raw, target))) state = 'whole';
        }
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        if (error instanceof NeedsZstd) state = 'unread';
        reason = error.message;
      }
      if (state !== 'whole') problem(`${file} at ${record.offset}: object ${record.hash}: ${reason}`);
      if (out !== null) continue;
      const shown = path.relative(vault.root, file).split(path.sep).join('/');
      say(`${record.hash} ${record.raw} ${record.codec} ${record.offset} ${state} ${shown}`);
    }
  }
}

async function dump(vault, out) {
  refuseInside(out, vault.root);
  fs.mkdirSync(out, { recursive: true, mode: 0o700 });
  await scan(vault, out);
  for (const { hash, file, size } of vault.named('objects', OBJECT_NAME)) {
    const target = path.join(out, hash);
    try {
      if (fs.lstatSync(target, { throwIfNoEntry: false }) !== undefined) continue;
      if (await copyChecked(readRange(file, 0, size), hash, size, target)) continue;
      problem(`${file}: its bytes do not match its name`);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problem(error.message);
    }
  }
}

async function extract(vault, DatabaseSync, wanted, out, scratch) {
  refuseInside(out, vault.root);
  const isNamed = wanted !== '--all' && wanted !== 'latest';
  let chosen = vault.snapshots(isNamed ? note : problem);
  if (wanted === 'latest') {
    const states = vault.states();
    chosen = chosen.filter(({ id }) => states.get(id)?.forgotten !== true).slice(-1);
  } else if (isNamed) {
    chosen = chosen.filter(({ id }) => wanted !== '' && id.startsWith(wanted.toLowerCase()));
  }
  if (chosen.length === 0) throw new CannotDo(`there is no version ${wanted}`);
  if (isNamed && chosen.length > 1) throw new CannotDo(`${chosen.length} versions begin so`);
  for (const { id, record } of chosen) {
    let target = out;
    if (wanted === '--all') {
      const { parts } = new Names().parts(utf8(record.device));
      const folder = parts?.length === 1 ? parts[0] : 'device';
      target = path.join(out, folder, `${String(record.seq).padStart(8, '0')}-${id.slice(0, 12)}`);
    }
    try {
      fs.mkdirSync(target, { recursive: true, mode: 0o700 });
      await new Extraction(vault, record, target).run(DatabaseSync, scratch);
    } catch (error) {
      if (error instanceof Unreadable) problem(`version ${id} cannot be written: ${error.message}`);
      else if (error instanceof CannotDo && wanted === '--all') problem(`version ${id} is not written: ${error.message}`);
      else throw error;
    }
  }
}

async function sqlite() {
  process.removeAllListeners('warning'); // Older ones call their SQLite experimental at each start.
  try {
    return (await import('node:sqlite')).DatabaseSync;
  } catch {
    throw new CannotDo(`this needs Node.js 22.15 or newer; this is ${VERSION}`);
  }
}

async function run(command, root, rest) {
  if (typeof zlib.crc32 !== 'function') throw new CannotDo(`this needs Node.js 22.15 or newer; this is ${VERSION}`);
  const isFolder = (name) => fs.statSync(path.join(root, name), { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder('snapshots') && !isFolder('packs')) throw new CannotDo(`${root} is not a vault`);
  const vault = new Vault(root);
  if (command === 'list') return listVersions(vault);
  if (command === 'scan') return scan(vault, null);
  if (command === 'dump') return dump(vault, rest[0]);
  const DatabaseSync = await sqlite();
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'recover-'));
  try {
    if (command === 'check') await new Check(vault).run(DatabaseSync, scratch);
    else await extract(vault, DatabaseSync, rest[0], rest[1], scratch);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function main([command, root, ...rest]) {
  const wanted = { list: 0, check: 0, scan: 0, dump: 1, extract: 2 }[command];
  if (wanted === undefined || root === undefined || rest.length !== wanted) {
    console.error('usage: recover.mjs list|check|scan VAULT · dump VAULT OUT · extract VAULT SNAPSHOT|latest|--all OUT');
    return 2;
  }
  process.stdout.on('error', () => process.exit(2));
  try {
    await run(command, root, rest);
  } catch (error) {
    if (!(error instanceof CannotDo) && !isSystemError(error)) throw error;
    console.error(plain(error.message));
    return 2;
  }
  return problems > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
