import type { PlistDict } from '../../../formats/plist/index.ts';
import { encodePlistFrame } from '../../wire/index.ts';
import type { HostFolder } from './host-folder.ts';
import { type LocalFailure, localFailure } from './local-failure.ts';
import { BLOCK, BLOCK_DATA_BYTES, MULTI_STATUS, statusResponse } from './messages.ts';
import type { Patience } from './patience.ts';
import type { Progress } from './progress.ts';

/** Blocks stay small for the phone; what goes to the socket at once is large for the system. */
const WRITE_BYTES = 256 * 1024;
/** Length and code of a block. */
const HEAD_BYTES = 5;

export interface DownloadContext {
  readonly patience: Patience;
  readonly folder: HostFolder;
  readonly progress: Progress;
}

/**
 * Sends the files that DLMessageDownloadFiles names, each after its path, then the status: 0, or -13 with an entry for
 * every file that could not be sent (protocol reference 4.5). A missing file is an everyday answer, not a failure.
 * Returns the failures that are not the phone's doing.
 */
export async function sendFiles(context: DownloadContext, paths: readonly string[]): Promise<readonly LocalFailure[]> {
  const out = new BlockWriter(context.patience);
  const errors: Record<string, PlistDict> = Object.create(null);
  const failures: LocalFailure[] = [];
  for (const path of paths) {
    await out.bytes(withLength(Buffer.from(path)));
    try {
      await sendFile(context, out, path);
      context.progress.sentFiles += 1;
    } catch (thrown) {
      if (out.isBroken) throw thrown;
      const failure = localFailure(thrown);
      failures.push(failure);
      await out.block(BLOCK.localError, Buffer.from(failure.text));
      errors[path] = { DLFileErrorString: failure.text, DLFileErrorCode: failure.status };
    }
    context.progress.tick();
  }
  await out.bytes(Buffer.alloc(4));
  const status = failures.length === 0 ? statusResponse(0) : statusResponse(MULTI_STATUS, 'Multi status', errors);
  await out.bytes(encodePlistFrame(status, 'binary'));
  await out.flush();
  return failures;
}

async function sendFile({ folder, progress }: DownloadContext, out: BlockWriter, path: string): Promise<void> {
  const file = await folder.openFile(path);
  try {
    for await (const chunk of file.read()) {
      for (let at = 0; at < chunk.length; at += BLOCK_DATA_BYTES) {
        const pending = out.block(BLOCK.data, chunk.subarray(at, at + BLOCK_DATA_BYTES));
        if (pending !== undefined) await pending;
      }
      progress.sentBytes += chunk.length;
      progress.tick();
    }
  } finally {
    await file.close();
  }
  await out.block(BLOCK.success, EMPTY);
}

/**
 * Collects small blocks into large writes. While one buffer is on its way the next is filled: reading the folder and
 * sending go on side by side, and never more than two buffers are held.
 */
class BlockWriter {
  isBroken = false;
  readonly #patience: Patience;
  #buffer: Buffer = Buffer.allocUnsafeSlow(WRITE_BYTES);
  #spare: Buffer | null = null;
  #filled = 0;
  #sending: Promise<void> | null = null;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /** A promise only when the buffer had to be sent first. */
  block(code: number, payload: Uint8Array): Promise<void> | undefined {
    if (this.#filled + HEAD_BYTES + payload.length > WRITE_BYTES)
      return this.#sendThen(() => this.#append(code, payload));
    this.#append(code, payload);
    return undefined;
  }

  async bytes(data: Buffer): Promise<void> {
    if (this.#filled + data.length > WRITE_BYTES) await this.#send();
    if (data.length > WRITE_BYTES) return this.#hand(data);
    this.#filled += data.copy(this.#buffer, this.#filled);
  }

  async flush(): Promise<void> {
    await this.#send();
    await this.#sent();
  }

  #append(code: number, payload: Uint8Array): void {
    this.#buffer.writeUInt32BE(payload.length + 1, this.#filled);
    this.#buffer[this.#filled + 4] = code;
    this.#buffer.set(payload, this.#filled + HEAD_BYTES);
    this.#filled += HEAD_BYTES + payload.length;
  }

  async #sendThen(append: () => void): Promise<void> {
    await this.#send();
    append();
  }

  async #send(): Promise<void> {
    if (this.#filled === 0) return;
    const full = this.#buffer;
    const data = full.subarray(0, this.#filled);
    await this.#sent();
    // What the socket has let go of is filled again: a large file would leave hundreds of buffers to the collector.
    this.#buffer = (this.#patience.hasSentAll ? this.#spare : null) ?? Buffer.allocUnsafeSlow(WRITE_BYTES);
    this.#spare = full;
    this.#filled = 0;
    await this.#hand(data);
  }

  async #hand(data: Buffer): Promise<void> {
    await this.#sent();
    const sending = this.#patience.write(data);
    // The failure comes out where it is waited for; meanwhile it must not count as forgotten.
    sending.catch(() => undefined);
    this.#sending = sending;
  }

  async #sent(): Promise<void> {
    const sending = this.#sending;
    this.#sending = null;
    try {
      await sending;
    } catch (error) {
      this.isBroken = true;
      throw error;
    }
  }
}

function withLength(bytes: Buffer): Buffer {
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32BE(bytes.length, 0);
  return Buffer.concat([head, bytes]);
}

const EMPTY = new Uint8Array(0);
