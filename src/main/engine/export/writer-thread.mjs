import { hash } from 'node:crypto';
import { closeSync, constants, futimesSync, openSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

/**
 * Writes the files of one block after comparing their hashes: opening, writing, dating and closing 100,000 small files
 * from the main thread costs more than the bytes do. Messages: writer-threads.ts. Plain JavaScript, because a thread
 * that has to strip types first costs 20 MB more.
 */

/** `O_EXCL` and no-follow: what is written is always a new file of ours, never something put in its place. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** @param {string} path @param {Uint8Array} bytes @param {number} modified */
function writeFile(path, bytes, modified) {
  const file = openSync(path, FLAGS, 0o600);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done);
    if (modified > 0) futimesSync(file, modified, modified);
  } finally {
    closeSync(file);
  }
}

parentPort?.on('message', ({ ticket, block, places, hashes, paths, modified }) => {
  const wrong = [];
  try {
    for (let at = 0; at < paths.length; at += 1) {
      const bytes = new Uint8Array(block, places[at * 2], places[at * 2 + 1]);
      if (hash('sha256', bytes, 'hex') === hashes[at]) writeFile(paths[at], bytes, modified[at]);
      else wrong.push(at);
    }
    parentPort?.postMessage({ ticket, wrong, failure: null });
  } catch (error) {
    const { code = null, message } = /** @type {NodeJS.ErrnoException} */ (error);
    parentPort?.postMessage({ ticket, wrong, failure: { code, message } });
  }
});
