import type { Hash } from 'node:crypto';
import type { OutgoingStream } from '../protocol/outgoing-stream.ts';

/** The next piece; null at the end; an Error when the phone itself cannot read its file. */
export function read(content: Iterator<Buffer>): Buffer | Error | null {
  try {
    const { value, done } = content.next();
    return done === true ? null : value;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

export function put(out: OutgoingStream, stored: Buffer, digest: Hash | null, blockBytes: number | null): void {
  if (stored.length === 0) return;
  digest?.update(stored);
  if (blockBytes === null) out.data(stored);
  else for (let at = 0; at < stored.length; at += blockBytes) out.data(stored.subarray(at, at + blockBytes));
}
