import { Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';

/** What a zstd frame holds, as it comes; ends early where the frame is damaged, and soon after `limit` bytes. */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  const tool = createZstdDecompress();
  const source = Readable.from(chunks);
  source.on('error', (error) => tool.destroy(error));
  try {
    let left = limit;
    for await (const chunk of source.pipe(tool)) {
      if (!(chunk instanceof Uint8Array)) return;
      yield chunk;
      left -= chunk.length;
      if (left < 0) return;
    }
  } catch (error) {
    if (!isFrameError(error)) throw error; // A disk that cannot be read is another matter than a damaged frame.
  } finally {
    source.destroy();
    tool.destroy();
  }
}

function isFrameError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(ZSTD|Z)_/.test(String(error.code));
}
