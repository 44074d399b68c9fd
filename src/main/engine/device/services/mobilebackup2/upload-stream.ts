import { BackstopError, isBackstopError } from '../../../../../shared/errors/index.ts';
import { scaledMs } from '../../../platform/index.ts';
import { printable } from '../../lockdown/index.ts';
import type { SocketWire } from '../../wire/index.ts';
import type { ConversationEvent } from './events.ts';
import type { FolderUpload, HostFolder } from './host-folder.ts';
import { decodePath } from './hostile-names.ts';
import { type LocalFailure, localFailure } from './local-failure.ts';
import { BLOCK, NAME_MAX_BYTES } from './messages.ts';
import type { Patience } from './patience.ts';
import type { Progress } from './progress.ts';

/** Error texts of a phone are kept up to here; the rest of the block is read and dropped. */
const TEXT_MAX_BYTES = 2000;
/** A block of length 0 is the end of the stream if a zero follows within this time, else nonsense. */
const ZERO_BLOCK_WAIT_MS = scaledMs(5_000);

export interface UploadContext {
  readonly wire: SocketWire;
  readonly patience: Patience;
  readonly folder: HostFolder;
  readonly progress: Progress;
  readonly onEvent: (event: ConversationEvent) => void;
}

/**
 * Receives the file stream of DLMessageUploadFiles (protocol reference 4.4) into the folder.
 *
 * The hot loop of a backup: each piece is taken from the wire without a promise when it is there, and goes to the
 * folder as it came, so that no file is ever whole in memory. After a failure on this side the stream is still read to
 * its end (nothing is stored any more), and the failure is returned: a phone that is cut off in the middle of a stream
 * cannot end cleanly. Throws what breaks the protocol, and the connection's errors.
 */
export async function receiveFiles(context: UploadContext, known: LocalFailure | null): Promise<LocalFailure | null> {
  const { wire, patience } = context;
  let failure = known;
  for (;;) {
    const deviceLength = wire.tryReadUInt32BE() ?? (await patience.readUInt32BE());
    if (deviceLength === 0) return failure;
    const deviceName = await readName(context, deviceLength);
    const hostLength = wire.tryReadUInt32BE() ?? (await patience.readUInt32BE());
    if (hostLength === 0) throw badStream('a file without a name');
    const nameBytes = wire.tryRead(boundedName(hostLength)) ?? (await readName(context, hostLength));
    const file = new IncomingFile(context, decodePath(nameBytes), deviceName, failure);
    const isLast = await receiveFile(context, file);
    failure = file.failure;
    context.progress.tick();
    if (isLast) return failure;
  }
}

/** Reads one file's blocks. True when the stream ended with them. */
async function receiveFile({ wire, patience, progress }: UploadContext, file: IncomingFile): Promise<boolean> {
  try {
    for (;;) {
      const length = wire.tryReadUInt32BE() ?? (await patience.readUInt32BE());
      if (length === 0) return await endOfStream(wire, file);
      const code = wire.tryReadUInt8() ?? (await patience.readUInt8());
      // Lengths are below 2^32 and counted in doubles, which are exact far beyond: nothing here is cut to 32 bits.
      let rest = length - 1;
      if (code === BLOCK.data) {
        while (rest > 0) {
          const piece = wire.tryReadSome(rest) ?? (await patience.readSome(rest));
          rest -= piece.length;
          progress.receivedBytes += piece.length;
          const stored = file.write(piece);
          if (stored !== undefined) await stored;
          progress.tick();
        }
        continue;
      }
      const text = rest === 0 ? '' : await readText(wire, patience, rest);
      if (code === BLOCK.success) {
        progress.receivedFiles += 1;
        const finished = file.finish();
        if (finished !== undefined) await finished;
        return false;
      }
      if (code === BLOCK.remoteError || code === BLOCK.localError) {
        await file.breakOff(text);
        return false;
      }
      // A code nobody knows: its payload is read, so that the next length is where it is expected.
    }
  } catch (error) {
    await file.drop();
    throw error;
  }
}

/**
 * One file on its way into the folder. It is opened only when there is something to put into it (or a success without
 * data), so that a file that the phone cannot read leaves no trace.
 */
class IncomingFile {
  failure: LocalFailure | null;
  readonly #context: UploadContext;
  readonly #path: string;
  readonly #deviceName: Buffer;
  #upload: FolderUpload | null = null;
  #hasData = false;

  constructor(context: UploadContext, path: string, deviceName: Buffer, failure: LocalFailure | null) {
    this.#context = context;
    this.#path = path;
    this.#deviceName = deviceName;
    this.failure = failure;
  }

  /** A promise only where the folder makes one. */
  write(piece: Uint8Array): Promise<void> | undefined {
    this.#hasData = true;
    if (this.failure !== null) return undefined;
    try {
      if (this.#upload === null) {
        const opening = this.#context.folder.createFile(this.#path);
        if (isPromise(opening)) return this.#openThenWrite(opening, piece);
        this.#upload = opening;
      }
      const writing = this.#upload.write(piece);
      return isPromise(writing) ? this.#guard(writing) : undefined;
    } catch (error) {
      return this.#fail(error);
    }
  }

  finish(): Promise<void> | undefined {
    if (this.failure !== null) return undefined;
    try {
      if (this.#upload === null) {
        const opening = this.#context.folder.createFile(this.#path);
        if (isPromise(opening)) return this.#openThenFinish(opening);
        this.#upload = opening;
      }
      const finishing = this.#upload.finish();
      if (isPromise(finishing)) return this.#guard(finishing);
      this.#upload = null;
      return undefined;
    } catch (error) {
      return this.#fail(error);
    }
  }

  /**
   * The phone could not read (all of) its file. What came is kept: for some files this is how they end, and an empty
   * file that ends so says no word. Only a file that failed with words and without data leaves no trace.
   */
  async breakOff(text: string): Promise<void> {
    const { progress, onEvent } = this.#context;
    const isKept = this.#hasData || text === '';
    if (isKept) {
      progress.receivedFiles += 1;
      await this.finish();
    }
    onEvent({
      kind: isKept ? 'cut-short' : 'not-sent',
      path: this.#path,
      devicePath: printable(this.#deviceName.toString('utf8')),
      text: printable(text),
    });
  }

  /** Nothing of it appears in the folder. */
  async drop(): Promise<void> {
    const upload = this.#upload;
    this.#upload = null;
    await upload?.abort();
  }

  async #openThenWrite(opening: Promise<FolderUpload>, piece: Uint8Array): Promise<void> {
    await this.#guard(
      (async () => {
        this.#upload = await opening;
        await this.#upload.write(piece);
      })(),
    );
  }

  async #openThenFinish(opening: Promise<FolderUpload>): Promise<void> {
    await this.#guard(
      (async () => {
        this.#upload = await opening;
        await this.#upload.finish();
        this.#upload = null;
      })(),
    );
  }

  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      await this.#fail(error);
    }
  }

  #fail(error: unknown): Promise<void> {
    this.failure = localFailure(error);
    return this.drop();
  }
}

async function endOfStream(wire: SocketWire, file: IncomingFile): Promise<boolean> {
  // Never seen from a phone; one client takes it for the end of everything. Only a zero after it makes it that.
  const next = wire.tryReadUInt32BE() ?? (await soonReadUInt32BE(wire));
  if (next !== 0) throw badStream('a block without a code');
  await file.breakOff('the file ended without an end code');
  return true;
}

async function soonReadUInt32BE(wire: SocketWire): Promise<number | null> {
  try {
    return await wire.readUInt32BE({ timeoutMs: ZERO_BLOCK_WAIT_MS });
  } catch (error) {
    if (isBackstopError(error, 'device/silent')) return null;
    throw error;
  }
}

function boundedName(length: number): number {
  if (length > NAME_MAX_BYTES) throw badStream(`a file name of ${length} bytes`);
  return length;
}

async function readName({ wire, patience }: UploadContext, length: number): Promise<Buffer> {
  const bounded = boundedName(length);
  return wire.tryRead(bounded) ?? (await patience.read(bounded));
}

/** The beginning of a text block; all of it is consumed. */
async function readText(wire: SocketWire, patience: Patience, length: number): Promise<string> {
  const parts: Buffer[] = [];
  let kept = 0;
  let rest = length;
  while (rest > 0) {
    const piece = wire.tryReadSome(rest) ?? (await patience.readSome(rest));
    rest -= piece.length;
    const part = piece.subarray(0, TEXT_MAX_BYTES - kept);
    kept += part.length;
    if (part.length > 0) parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise || (typeof value === 'object' && value !== null && 'then' in value);
}

function badStream(problem: string): BackstopError {
  return new BackstopError('device/bad-message', {
    message: `the file stream holds ${problem}`,
    data: { problem: `the file stream held ${problem}` },
  });
}
