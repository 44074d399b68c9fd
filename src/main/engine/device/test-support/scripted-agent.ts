import { dictAt, type PlistDict, type PlistValue } from '../../formats/plist/index.ts';
import { readPlistFrame, type SocketWire, writePlistFrame } from '../wire/index.ts';

const limits = { maxBytes: 1 << 26 };

/** One file of an upload stream: its blocks, each with a code. */
export interface ScriptedFile {
  readonly path: string | Buffer;
  readonly devicePath?: string;
  readonly blocks: ReadonlyArray<readonly [code: number, payload?: string | Buffer]>;
}

export interface DownloadedFile {
  readonly path: string;
  readonly content: Buffer;
  readonly code: number;
  readonly largestBlock: number;
}

/** The phone's end of the backup service, driven line by line by a test. */
export class ScriptedAgent {
  readonly wire: SocketWire;
  format: 'xml' | 'binary' = 'binary';

  constructor(wire: SocketWire) {
    this.wire = wire;
  }

  /** Version exchange and Hello, as a healthy phone does them. */
  async shakeHands(major = 400): Promise<{ readonly version: PlistValue; readonly hello: PlistValue }> {
    await this.send(['DLMessageVersionExchange', major, 0]);
    const version = await this.receive();
    await this.send(['DLMessageDeviceReady']);
    const hello = await this.receive();
    await this.respond({ ErrorCode: 0, ProtocolVersion: 2.1 });
    return { version, hello };
  }

  send(message: readonly PlistValue[]): Promise<void> {
    return writePlistFrame(this.wire, message, this.format);
  }

  async receive(): Promise<readonly PlistValue[]> {
    return (await readPlistFrame(this.wire, limits)) as readonly PlistValue[];
  }

  /** Sends a message and reads the host's status. */
  async ask(...message: readonly PlistValue[]): Promise<readonly PlistValue[]> {
    await this.send(message);
    return this.receive();
  }

  async request(): Promise<PlistDict> {
    const message = await this.receive();
    return dictAt({ body: message[1] ?? {} }, 'body') ?? {};
  }

  respond(body: PlistDict): Promise<void> {
    return this.send(['DLMessageProcessMessage', { MessageName: 'Response', ...body }]);
  }

  async upload(...files: readonly ScriptedFile[]): Promise<readonly PlistValue[]> {
    await this.send(['DLMessageUploadFiles', {}, 50, 0]);
    await this.wire.write(uploadStream(...files));
    return this.receive();
  }

  async download(paths: readonly string[]): Promise<{ files: DownloadedFile[]; status: readonly PlistValue[] }> {
    await this.send(['DLMessageDownloadFiles', paths, {}, 0, 0]);
    const files: DownloadedFile[] = [];
    for (;;) {
      const length = await this.wire.readUInt32BE();
      if (length === 0) return { files, status: await this.receive() };
      const path = (await this.wire.read(length)).toString();
      const parts: Buffer[] = [];
      let largestBlock = 0;
      for (;;) {
        const block = await this.wire.readUInt32BE();
        const code = await this.wire.readUInt8();
        largestBlock = Math.max(largestBlock, block);
        parts.push(await this.wire.read(block - 1));
        if (code === 0x0c) continue;
        files.push({ path, content: Buffer.concat(parts), code, largestBlock });
        break;
      }
    }
  }
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The bytes of a stream, its end included. */
export function uploadStream(...files: readonly ScriptedFile[]): Buffer {
  return Buffer.concat([...files.map(fileBytes), u32(0)]);
}

export function fileBytes({ path, devicePath = '/.ba/tmp/x', blocks }: ScriptedFile): Buffer {
  const device = Buffer.from(devicePath);
  const name = Buffer.isBuffer(path) ? path : Buffer.from(path);
  const parts = [u32(device.length), device, u32(name.length), name];
  for (const [code, payload = ''] of blocks) {
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
    parts.push(u32(bytes.length + 1), Buffer.of(code), bytes);
  }
  return Buffer.concat(parts);
}

/** An ordinary file in one block. */
export function file(path: string, content: string | Buffer): ScriptedFile {
  return { path, blocks: [...(content.length > 0 ? [[0x0c, content] as const] : []), [0x00]] };
}
