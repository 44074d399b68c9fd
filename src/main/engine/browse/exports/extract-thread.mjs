import { createDecipheriv, createHash, hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fdatasyncSync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { parentPort } from 'node:worker_threads';

/**
 * Decrypts, hashes, writes and reads back files of a backup: four passes over every byte that the main thread has no time
 * for. Messages: extract-threads.ts. Plain JavaScript, because a thread that has to strip types first costs 20 MB more.
 */

/** `O_EXCL` and no-follow: what is written is always a new file of ours, never something put in its place. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
const BLOCK_BYTES = 16;
const READ_BYTES = 4 * 1024 * 1024;
/**
 * Longer files are on the disk before they get their names. For short ones that would take longer than all the rest; after
 * a power cut the list of sums, which is written last, tells whether they are whole.
 */
const SYNC_BYTES = 8 * 1024 * 1024;
const NO_IV = Buffer.alloc(BLOCK_BYTES);
const NOTHING = Buffer.alloc(0);

/** @type {Buffer | null} */
let buffer = null;

/** One for all that is read here: each reading ends before the next begins. */
function readBuffer() {
  buffer ??= Buffer.allocUnsafe(READ_BYTES);
  return buffer;
}

/** One file on its way out. */
class Output {
  #job;
  #file;
  #decipher;
  #hash = createHash('sha256');
  #held = NOTHING;
  #stored = 0;
  #bytes = 0;

  /** @param {import('./extract-threads.ts').ExtractJob} job */
  constructor(job) {
    this.#job = job;
    this.#file = openSync(job.unfinished, FLAGS, 0o600);
    this.#decipher = job.key === null ? null : createDecipheriv('aes-256-cbc', job.key, NO_IV).setAutoPadding(false);
  }

  /** @param {Uint8Array} stored */
  add(stored) {
    this.#stored += stored.length;
    if (this.#decipher === null) {
      this.#write(stored);
      return;
    }
    const plain = this.#decipher.update(stored);
    if (plain.length === 0) return;
    // Only the end tells what of it is padding.
    this.#write(this.#held);
    this.#held = plain;
  }

  /** @returns {import('./extract-threads.ts').ExtractResult} */
  finish() {
    if (this.#decipher !== null && this.#stored % BLOCK_BYTES !== 0) {
      this.drop();
      return { problem: 'its stored bytes are cut off' };
    }
    this.#write(this.#end());
    if (this.#job.modified > 0) futimesSync(this.#file, this.#job.modified, this.#job.modified);
    if (this.#bytes >= SYNC_BYTES) fdatasyncSync(this.#file);
    closeSync(this.#file);
    const { target, unfinished } = this.#job;
    const sha256 = this.#hash.digest('hex');
    const isAsWritten = sumOf(unfinished) === sha256;
    if (isAsWritten && giveName(unfinished, target)) return { bytes: this.#bytes, sha256, isAsWritten };
    rmSync(unfinished, { force: true });
    return isAsWritten ? { isTaken: true } : { bytes: this.#bytes, sha256, isAsWritten };
  }

  drop() {
    closeSync(this.#file);
    rmSync(this.#job.unfinished, { force: true });
  }

  /** The last bytes, as formats/crypto/payload.ts judges them: padding decides, and the list's size only without one. */
  #end() {
    const held = this.#held;
    const pad = held.at(-1) ?? 0;
    const isPadded = pad >= 1 && pad <= BLOCK_BYTES && pad <= held.length;
    if (isPadded && held.subarray(held.length - pad).every((byte) => byte === pad)) {
      return held.subarray(0, held.length - pad);
    }
    const surplus = this.#job.expected === null ? -1 : this.#bytes + held.length - this.#job.expected;
    const isWithinBlock = surplus >= 0 && surplus < BLOCK_BYTES && surplus <= held.length;
    return isWithinBlock ? held.subarray(0, held.length - surplus) : held;
  }

  /** @param {Uint8Array} plain */
  #write(plain) {
    if (plain.length === 0) return;
    this.#hash.update(plain);
    for (let done = 0; done < plain.length; ) done += writeSync(this.#file, plain, done, plain.length - done);
    this.#bytes += plain.length;
  }
}

/** As unfinished.ts does it. @param {string} unfinished @param {string} target */
function giveName(unfinished, target) {
  try {
    linkSync(unfinished, target);
    unlinkSync(unfinished);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
  }
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) return false;
  renameSync(unfinished, target);
  return true;
}

/** @param {string} path */
function sumOf(path) {
  const into = readBuffer();
  const file = openSync(path, 'r');
  try {
    const sum = createHash('sha256');
    for (;;) {
      const count = readSync(file, into, 0, READ_BYTES, null);
      if (count === 0) return sum.digest('hex');
      sum.update(into.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}

/**
 * @param {import('./extract-threads.ts').ExtractJob} job
 * @param {SharedArrayBuffer | null} block
 * @returns {import('./extract-threads.ts').ExtractResult}
 */
function take(job, block) {
  const { from } = job;
  if (from.kind === 'block') {
    const stored = new Uint8Array(block ?? new SharedArrayBuffer(0), from.at, from.length);
    if (from.sha256 !== null && hash('sha256', stored, 'hex') !== from.sha256) return { isOther: true };
    return through(job, (output) => output.add(stored));
  }
  let source;
  try {
    source = openSync(from.path, 'r');
  } catch (error) {
    return { problem: `its stored bytes cannot be read (${error.code})` };
  }
  try {
    const into = readBuffer();
    return through(job, (output) => {
      for (;;) {
        const count = readSync(source, into, 0, READ_BYTES, null);
        if (count === 0) return;
        output.add(into.subarray(0, count));
      }
    });
  } finally {
    closeSync(source);
  }
}

/**
 * @param {import('./extract-threads.ts').ExtractJob} job
 * @param {(output: Output) => void} fill
 * @returns {import('./extract-threads.ts').ExtractResult}
 */
function through(job, fill) {
  let output;
  try {
    output = new Output(job);
  } catch (error) {
    throw Object.assign(error, { target: job.target });
  }
  try {
    fill(output);
    return output.finish();
  } catch (error) {
    output.drop();
    throw Object.assign(error, { target: job.target });
  }
}

/** @type {Map<number, Output>} */
const streams = new Map();

/** @param {any} request */
function answer({ kind, stream, jobs, block, bytes }) {
  if (kind === 'files') return jobs.map((job) => take(job, block));
  if (kind === 'open') {
    streams.set(stream, new Output(jobs[0]));
    return [];
  }
  const output = streams.get(stream);
  if (kind === 'piece') {
    output?.add(bytes);
    return [];
  }
  streams.delete(stream);
  if (kind === 'end') return [output?.finish()];
  output?.drop();
  return [];
}

parentPort?.on('message', (request) => {
  try {
    parentPort?.postMessage({ ticket: request.ticket, results: answer(request), failure: null });
  } catch (error) {
    const { code = null, message, target = null } = /** @type {NodeJS.ErrnoException & { target?: string }} */ (error);
    parentPort?.postMessage({ ticket: request.ticket, results: [], failure: { code, message, target } });
  }
});
