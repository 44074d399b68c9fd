import { createHash, hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

/**
 * The hashing thread: SHA-256 over shared blocks while the main thread goes on and the disk writes the same block.
 * Messages: hash-protocol.ts. Plain JavaScript, because a thread that has to strip types first costs 20 MB more.
 */

/** @type {Map<number, import('node:crypto').Hash>} */
const streams = new Map();

parentPort?.on('message', (request) => {
  switch (request.kind) {
    case 'update': {
      let stream = streams.get(request.stream);
      if (stream === undefined) {
        stream = createHash('sha256');
        streams.set(request.stream, stream);
      }
      stream.update(new Uint8Array(request.block, 0, request.length));
      parentPort?.postMessage({ kind: 'updated', stream: request.stream });
      return;
    }
    case 'digest': {
      const digest = (streams.get(request.stream) ?? createHash('sha256')).digest();
      streams.delete(request.stream);
      parentPort?.postMessage({ kind: 'digest', stream: request.stream, hash: digest });
      return;
    }
    case 'drop':
      streams.delete(request.stream);
      return;
    case 'check': {
      const wrong = [];
      for (let index = 0; index * 2 < request.places.length; index += 1) {
        const run = new Uint8Array(request.block, request.places[index * 2], request.places[index * 2 + 1]);
        if (hash('sha256', run, 'hex') !== request.hashes.slice(index * 64, index * 64 + 64)) wrong.push(index);
      }
      parentPort?.postMessage({ kind: 'checked', ticket: request.ticket, wrong });
    }
  }
});
