import type { SocketWire } from '../../../engine/device/wire/index.ts';
import { BLOCK } from './messages.ts';

/** Where the bytes of one file go. */
export interface FileSink {
  data(piece: Buffer): void;
}

/** How a file that the host sent ended. */
export interface ReceivedFile {
  readonly path: string;
  /** Code of the last block: 0 is success. */
  readonly code: number;
  /** The host's words when it could not send it. */
  readonly text: string;
  readonly bytes: number;
}

export interface ReceivedFiles {
  readonly files: readonly ReceivedFile[];
  /** Length of the largest block, its code included. */
  readonly largestBlock: number;
}

/** Names longer than this are no paths of ours. */
const NAME_MAX_BYTES = 64 * 1024;
const TEXT_MAX_BYTES = 64 * 1024;

/**
 * Reads the stream behind DLMessageDownloadFiles (protocol reference 4.5) up to its closing zero; the status comes after
 * it. `sinkFor` says where a file's data goes; null drops it. Throws an Error for a stream that no phone understands.
 */
export async function readFiles(
  wire: SocketWire,
  sinkFor: (path: string) => FileSink | null,
  signal: AbortSignal,
): Promise<ReceivedFiles> {
  const options = { signal };
  const files: ReceivedFile[] = [];
  let largestBlock = 0;
  for (;;) {
    const nameLength = wire.tryReadUInt32BE() ?? (await wire.readUInt32BE(options));
    if (nameLength === 0) return { files, largestBlock };
    if (nameLength > NAME_MAX_BYTES) throw new Error(`the host sent a file name of ${nameLength} bytes`);
    const path = (wire.tryRead(nameLength) ?? (await wire.read(nameLength, options))).toString('utf8');
    const { block, ...file } = await readFile(wire, sinkFor(path), options);
    largestBlock = Math.max(largestBlock, block);
    files.push({ path, ...file });
  }
}

async function readFile(
  wire: SocketWire,
  sink: FileSink | null,
  options: { readonly signal: AbortSignal },
): Promise<Omit<ReceivedFile, 'path'> & { readonly block: number }> {
  let bytes = 0;
  let block = 0;
  for (;;) {
    const length = wire.tryReadUInt32BE() ?? (await wire.readUInt32BE(options));
    if (length === 0) throw new Error('the host sent a block without a code');
    block = Math.max(block, length);
    const code = wire.tryReadUInt8() ?? (await wire.readUInt8(options));
    let rest = length - 1;
    if (code !== BLOCK.data) {
      if (rest > TEXT_MAX_BYTES) throw new Error(`the host sent an error text of ${rest} bytes`);
      const text = rest === 0 ? '' : (await wire.read(rest, options)).toString('utf8');
      return { code, text, bytes, block };
    }
    bytes += rest;
    while (rest > 0) {
      const piece = wire.tryReadSome(rest) ?? (await wire.readSome(rest, options));
      rest -= piece.length;
      sink?.data(piece);
    }
  }
}
