import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { HashAnswer, HashRequest } from './hash-protocol.ts';
import { wrongRuns } from './hash-runs.ts';

/** The hashing thread: SHA-256 over shared blocks while the main thread goes on and the disk writes the same block. */

const streams = new Map<number, Hash>();

function answer(message: HashAnswer): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (request: HashRequest) => {
  switch (request.kind) {
    case 'update': {
      let stream = streams.get(request.stream);
      if (stream === undefined) {
        stream = createHash('sha256');
        streams.set(request.stream, stream);
      }
      stream.update(new Uint8Array(request.block, 0, request.length));
      answer({ kind: 'updated', stream: request.stream });
      return;
    }
    case 'digest': {
      const digest = (streams.get(request.stream) ?? createHash('sha256')).digest();
      streams.delete(request.stream);
      answer({ kind: 'digest', stream: request.stream, hash: digest });
      return;
    }
    case 'drop':
      streams.delete(request.stream);
      return;
    case 'check':
      answer({
        kind: 'checked',
        ticket: request.ticket,
        wrong: wrongRuns(request.block, request.places, request.hashes),
      });
  }
});
