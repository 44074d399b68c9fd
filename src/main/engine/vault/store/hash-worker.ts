import { createHash, type Hash, hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { HashAnswer, HashRequest } from './hash-protocol.ts';

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
    case 'check': {
      const wrong: number[] = [];
      for (let index = 0; index * 2 < request.places.length; index += 1) {
        const offset = request.places[index * 2] as number;
        const length = request.places[index * 2 + 1] as number;
        const digest = hash('sha256', new Uint8Array(request.block, offset, length), 'buffer');
        if (!digest.equals(request.hashes.subarray(index * 32, index * 32 + 32))) wrong.push(index);
      }
      answer({ kind: 'checked', ticket: request.ticket, wrong });
    }
  }
});
