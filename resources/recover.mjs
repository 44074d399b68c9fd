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
// Exit code 0: everything asked for is whole; 1: something is missing or damaged; 2: wrong usage.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';

const CHUNK = 1 << 20;
const EMPTY = createHash('sha256').digest('hex');
const HASH = /^[0-9a-f]{64}$/;
let problems = 0;

const say = (text) => console.log(text);
const problem = (text) => {
  problems += 1;
  console.error(`PROBLEM: ${text}`);
};
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const isIgnored = (name) => name.startsWith('._') || name.startsWith('.nfs') || name === '.DS_Store';

function* filesBelow(folder) {
  if (!fs.existsSync(folder)) return;
  const items = fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const item of items) {
    if (isIgnored(item.name)) continue;
    const full = path.join(folder, item.name);
    if (item.isDirectory()) yield* filesBelow(full);
    else if (item.isFile()) yield full;
  }
}

function readAt(fd, offset, length) {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const got = fs.readSync(fd, bytes, done, length - done, offset + done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}

/** Copies a run of bytes and answers its SHA-256; without a target it is only read. */
function copyRun(source, offset, length, target) {
  const hash = createHash('sha256');
  const from = fs.openSync(source, 'r');
  const to = target === null ? null : fs.openSync(target, 'wx');
  try {
    for (let done = 0; done < length; ) {
      const chunk = readAt(from, offset + done, Math.min(CHUNK, length - done));
      if (chunk.length === 0) break;
      hash.update(chunk);
      if (to !== null) fs.writeSync(to, chunk);
      done += chunk.length;
    }
  } finally {
    fs.closeSync(from);
    if (to !== null) fs.closeSync(to);
  }
  return hash.digest('hex');
}

const hashOfFile = (file) => copyRun(file, 0, Number.MAX_SAFE_INTEGER, null);

/** The raw bytes of a record, or null when they are not what they should be. */
function bytesOf(record) {
  const fd = fs.openSync(record.file, 'r');
  let stored;
  try {
    stored = readAt(fd, record.offset, record.stored);
  } finally {
    fs.closeSync(fd);
  }
  if (stored.length !== record.stored || zlib.crc32(stored) !== record.crc || record.codec > 1) return null;
  try {
    const raw = record.codec === 1 ? zlib.zstdDecompressSync(stored) : stored;
    return sha256(raw) === record.hash ? raw : null;
  } catch {
    return null;
  }
}

function parseRecord(file, at, head, size) {
  if (head.length < 64 || head.toString('latin1', 0, 4) !== 'BSOB' || head[4] !== 1) return null;
  if (zlib.crc32(head.subarray(0, 60)) !== head.readUInt32LE(60)) return null;
  const stored = Number(head.readBigUInt64LE(8));
  const raw = Number(head.readBigUInt64LE(16));
  if (at + 64 + stored > size) return null;
  const hash = head.toString('hex', 24, 56);
  return { file, offset: at + 64, stored, raw, hash, crc: head.readUInt32LE(56), codec: head[5] };
}

/** By the record headers alone, in steps of 8 bytes wherever there is none: for packs that are cut or damaged. */
function* scanPack(file) {
  const size = fs.statSync(file).size;
  const fd = fs.openSync(file, 'r');
  try {
    for (let at = 96; at + 64 <= size; ) {
      const window = readAt(fd, at, Math.min(CHUNK, size - at));
      const record = parseRecord(file, at, window, size);
      if (record !== null) {
        yield record;
        at = record.offset + record.stored + ((8 - (record.stored % 8)) % 8);
        continue;
      }
      let step = 8;
      while (step + 4 <= window.length && window.toString('latin1', step, step + 4) !== 'BSOB') step += 8;
      at += step;
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** The records that a pack's own index names, or null when it has no sound index. */
function indexOf(file) {
  const size = fs.statSync(file).size;
  if (size < 96 + 64) return null;
  const fd = fs.openSync(file, 'r');
  try {
    const foot = readAt(fd, size - 64, 64);
    if (foot.toString('latin1', 0, 8) !== 'BSFOOT01' || zlib.crc32(foot.subarray(0, 60)) !== foot.readUInt32LE(60)) {
      return null;
    }
    const offset = Number(foot.readBigUInt64LE(8));
    const length = foot.readUInt32LE(16);
    const count = foot.readUInt32LE(20);
    if (offset + length + 64 !== size || length !== 16 + 56 * count) return null;
    const index = readAt(fd, offset, length);
    if (sha256(index) !== foot.toString('hex', 24, 56) || index.toString('latin1', 0, 8) !== 'BSINDEX1') return null;
    const found = [];
    for (let at = 16; at < length; at += 56) {
      found.push({
        file,
        hash: index.toString('hex', at, at + 32),
        offset: Number(index.readBigUInt64LE(at + 32)),
        stored: index.readUInt32LE(at + 40),
        raw: index.readUInt32LE(at + 44),
        crc: index.readUInt32LE(at + 48),
        codec: index[at + 52],
      });
    }
    return found;
  } finally {
    fs.closeSync(fd);
  }
}

class Vault {
  #records = null;

  constructor(root) {
    this.root = root;
    let description = null;
    for (const name of ['vault.json', 'vault.copy.json']) {
      try {
        description ??= JSON.parse(fs.readFileSync(path.join(root, name), 'utf8'));
      } catch {
        // The copy may be whole.
      }
    }
    if (description === null) problem('neither vault.json nor its copy can be read; going on without');
    else if (description.version !== 1 || description.features.required.length > 0) {
      console.error('this vault is of a newer format than this program knows');
      process.exit(2);
    }
  }

  packs() {
    return [...filesBelow(path.join(this.root, 'packs'))].filter((file) => file.endsWith('.pack'));
  }

  /** hash → every record of that hash in any pack. */
  records() {
    if (this.#records !== null) return this.#records;
    this.#records = new Map();
    for (const file of this.packs()) {
      let found = indexOf(file);
      if (found === null) {
        problem(`${file}: no sound index, reading its record headers instead`);
        found = scanPack(file);
      }
      for (const record of found) {
        const known = this.#records.get(record.hash);
        if (known === undefined) this.#records.set(record.hash, [record]);
        else known.push(record);
      }
    }
    return this.#records;
  }

  single(hash) {
    const folder = path.join(this.root, 'objects');
    return [path.join(folder, hash.slice(0, 2), hash), path.join(folder, hash)].find((file) => fs.existsSync(file));
  }

  /** Writes an object to a new file; false when no whole copy is found. */
  writeObject(hash, size, target) {
    if (size === 0 && hash === EMPTY) {
      fs.writeFileSync(target, '', { flag: 'wx' });
      return true;
    }
    for (const record of this.records().get(hash) ?? []) {
      if (record.codec === 0 && record.stored > 1 << 28) {
        if (copyRun(record.file, record.offset, record.stored, target) === hash) return true;
        fs.unlinkSync(target);
        continue;
      }
      const bytes = bytesOf(record);
      if (bytes !== null && bytes.length === size) {
        fs.writeFileSync(target, bytes, { flag: 'wx' });
        return true;
      }
    }
    const file = this.single(hash);
    if (file !== undefined) {
      if (copyRun(file, 0, fs.statSync(file).size, target) === hash) return true;
      fs.unlinkSync(target);
    }
    return false;
  }

  snapshots() {
    const found = [];
    for (const file of filesBelow(path.join(this.root, 'snapshots'))) {
      const match = /^(\d{8})-([0-9a-f]{64})\.json$/.exec(path.basename(file));
      if (match === null) continue;
      const bytes = fs.readFileSync(file);
      if (sha256(bytes) !== match[2]) problem(`${file}: its bytes do not match its name`);
      else found.push({ id: match[2], record: JSON.parse(bytes.toString('utf8')) });
    }
    const key = ({ id, record }) => `${record.statusDate} ${String(record.seq).padStart(8, '0')} ${id}`;
    return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  /** A local copy of a catalog, from catalogs/ or from its meta pack. */
  catalog(hash, scratch) {
    const target = path.join(scratch, `${hash}.db`);
    if (fs.existsSync(target)) return target;
    const folder = path.join(this.root, 'catalogs');
    for (const file of [path.join(folder, `${hash}.db`), path.join(folder, hash.slice(0, 2), `${hash}.db`)]) {
      if (!fs.existsSync(file) || hashOfFile(file) !== hash) continue;
      fs.copyFileSync(file, target);
      return target;
    }
    for (const record of this.records().get(hash) ?? []) {
      const bytes = bytesOf(record);
      if (bytes === null) continue;
      fs.writeFileSync(target, bytes);
      return target;
    }
    return null;
  }

  /** Tops and entries of a version: catalogs from the last to the first, the first that has an id decides. */
  content(DatabaseSync, record, scratch) {
    const files = record.catalogs.map((reference) => this.catalog(reference.hash, scratch));
    const lost = files.indexOf(null);
    if (lost >= 0) {
      problem(`catalog ${record.catalogs[lost].hash} is gone or damaged`);
      return null;
    }
    let tops = null;
    const entries = new Map();
    for (const file of files.reverse()) {
      const db = new DatabaseSync(file, { readOnly: true });
      tops ??= db.prepare('SELECT name, lower(hex(obj)) AS obj, size, mtime FROM top ORDER BY name').all();
      for (const row of db.prepare('SELECT lower(hex(id)) AS id, lower(hex(obj)) AS obj, size, mtime FROM entry').iterate()) {
        if (!entries.has(row.id)) entries.set(row.id, row);
      }
      db.close();
    }
    for (const [id, row] of entries) if (row.obj === '') entries.delete(id);
    return { tops, entries };
  }
}

function foldRoot(tops, entries) {
  const u64 = (size) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(size));
    return bytes;
  };
  const top = createHash('sha256');
  const named = tops.map((row) => ({ ...row, raw: Buffer.from(row.name, 'utf8') }));
  for (const row of named.sort((a, b) => Buffer.compare(a.raw, b.raw))) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(row.raw.length);
    top.update(length).update(row.raw).update(u64(row.size)).update(Buffer.from(row.obj, 'hex'));
  }
  const leaves = new Map();
  for (const id of [...entries.keys()].sort()) {
    const key = id.slice(0, 4);
    if (!leaves.has(key)) leaves.set(key, createHash('sha256'));
    const row = entries.get(id);
    leaves.get(key).update(Buffer.from(id, 'hex')).update(u64(row.size)).update(Buffer.from(row.obj, 'hex'));
  }
  const root = createHash('sha256').update('BSROOT1').update(top.digest());
  for (let first = 0; first < 256; first += 1) {
    const node = createHash('sha256');
    for (let second = 0; second < 256; second += 1) {
      const leaf = leaves.get(Buffer.of(first, second).toString('hex'));
      node.update(leaf === undefined ? Buffer.alloc(32) : leaf.digest());
    }
    root.update(node.digest());
  }
  return root.digest('hex');
}

function safeParts(name) {
  const parts = name.split('/');
  const isSafe = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part));
  return isSafe ? parts : null;
}

function extract(vault, DatabaseSync, record, out, scratch) {
  const content = vault.content(DatabaseSync, record, scratch);
  if (content === null) return;
  const udid = safeParts(record.udid);
  if (udid?.length !== 1) return problem('the device id of the version cannot be a folder’s name');
  const folder = path.join(out, udid[0]);
  fs.mkdirSync(folder);
  const { tops, entries } = content;
  if (foldRoot(tops, entries) !== record.root) problem('the content has another root than the record says');
  let written = 0;
  const writeOne = (row, target) => {
    if (!vault.writeObject(row.obj, row.size, target)) {
      return problem(`${target}: no whole copy of object ${row.obj} (${row.size} bytes)`);
    }
    if (row.mtime > 0) fs.utimesSync(target, row.mtime, row.mtime);
    written += 1;
  };
  for (const row of tops) {
    const parts = safeParts(row.name.replace(/\/$/, ''));
    if (parts === null) {
      problem(`left out a dangerous name: ${JSON.stringify(row.name)}`);
      continue;
    }
    const target = path.join(folder, ...parts);
    fs.mkdirSync(row.name.endsWith('/') ? target : path.dirname(target), { recursive: true });
    if (!row.name.endsWith('/')) writeOne(row, target);
  }
  for (const id of [...entries.keys()].sort()) {
    fs.mkdirSync(path.join(folder, id.slice(0, 2)), { recursive: true });
    writeOne(entries.get(id), path.join(folder, id.slice(0, 2), id));
  }
  say(`${folder}: ${written} files`);
}

function check(vault, DatabaseSync, scratch) {
  let count = 0;
  for (const kind of ['packs', 'objects', 'catalogs']) {
    for (const file of filesBelow(path.join(vault.root, kind))) {
      const name = path.basename(file).split('.')[0];
      if (!HASH.test(name)) continue;
      count += 1;
      if (hashOfFile(file) !== name) problem(`${file}: its bytes do not match its name`);
    }
  }
  const records = vault.records();
  for (const { id, record } of vault.snapshots()) {
    const content = vault.content(DatabaseSync, record, scratch);
    if (content === null) continue;
    const { tops, entries } = content;
    if (foldRoot(tops, entries) !== record.root) problem(`version ${id}: its content has another root than its record says`);
    const isThere = (row) => row.obj === EMPTY || records.has(row.obj) || vault.single(row.obj) !== undefined;
    const missing = [...tops, ...entries.values()].filter((row) => !isThere(row)).length;
    if (missing > 0) problem(`version ${id}: ${missing} of its objects are not there`);
    else say(`version ${id}: ${entries.size} files, all there`);
  }
  say(`${count} files read, ${problems} problems`);
}

function choose(snapshots, wanted) {
  if (wanted === '--all') return snapshots;
  if (wanted === 'latest') return snapshots.slice(-1);
  const found = snapshots.filter(({ id }) => id.startsWith(wanted));
  return found.length === 1 ? found : [];
}

async function main([command, root, ...rest]) {
  const wanted = { list: 0, check: 0, scan: 0, dump: 1, extract: 2 }[command];
  if (wanted === undefined || root === undefined || rest.length !== wanted) {
    console.error('usage: recover.mjs list|check|scan VAULT · dump VAULT OUT · extract VAULT SNAPSHOT|latest|--all OUT');
    return 2;
  }
  if (!fs.existsSync(path.join(root, 'snapshots')) && !fs.existsSync(path.join(root, 'packs'))) {
    console.error(`${root} is not a vault`);
    return 2;
  }
  const vault = new Vault(root);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'recover-'));
  try {
    switch (command) {
      case 'list':
        for (const { id, record } of vault.snapshots()) {
          say(`${id}  ${record.finished}  ${record.name}  ${record.files} files  ${record.bytes} bytes`);
        }
        break;
      case 'scan':
      case 'dump':
        if (command === 'dump') fs.mkdirSync(rest[0], { recursive: true });
        for (const file of vault.packs()) {
          for (const record of scanPack(file)) {
            const bytes = bytesOf(record);
            if (bytes === null) problem(`${file} at ${record.offset}`);
            if (command === 'scan') say(`${record.hash} ${record.raw} ${file} ${record.offset} ${record.codec}`);
            else if (bytes !== null) fs.writeFileSync(path.join(rest[0], record.hash), bytes);
          }
        }
        break;
      default: {
        const { DatabaseSync } = await import('node:sqlite');
        if (command === 'check') {
          check(vault, DatabaseSync, scratch);
          break;
        }
        const chosen = choose(vault.snapshots(), rest[0]);
        if (chosen.length === 0) {
          console.error(`no single version begins with ${rest[0]}`);
          return 2;
        }
        for (const { id, record } of chosen) {
          const name = `${String(record.seq).padStart(8, '0')}-${id.slice(0, 12)}`;
          const out = rest[0] === '--all' ? path.join(rest[1], record.device, name) : rest[1];
          fs.mkdirSync(out, { recursive: true });
          extract(vault, DatabaseSync, record, out, scratch);
        }
      }
    }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  return problems > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
