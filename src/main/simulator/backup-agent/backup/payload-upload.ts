import { createHash } from 'node:crypto';
import { createPayloadEncryptor, storedSizeOf } from '../../../engine/formats/index.ts';
import type { PhoneFile } from '../../content/types.ts';
import type { BackupKeys } from '../agent-keys.ts';
import type { AgentLink } from '../protocol/agent-link.ts';
import { BLOCK, uploadFiles } from '../protocol/messages.ts';
import type { OutgoingStream } from '../protocol/outgoing-stream.ts';
import type { AgentSettings } from '../settings.ts';
import type { BackupIndex } from './backup-index.ts';
import { put, read } from './content-pieces.ts';
import type { DevicePaths } from './device-paths.ts';
import { type FileFaults, sendWithFaults } from './file-faults.ts';
import { type FileKey, newFileKeys } from './file-keys.ts';
import { archiveOf, rowOf } from './file-row.ts';
import type { ManifestFile } from './manifest-file.ts';
import type { BackupPlan } from './plan.ts';

export interface UploadContext {
  readonly link: AgentLink;
  readonly udid: string;
  readonly plan: BackupPlan;
  readonly keys: BackupKeys | null;
  readonly manifest: ManifestFile;
  readonly paths: DevicePaths;
  readonly settings: AgentSettings;
  readonly faults: FileFaults;
}

/** One payload on its way. */
export interface Payload {
  readonly file: PhoneFile;
  /** Its row in the index. */
  readonly row: number;
  readonly id: string;
  readonly key: FileKey | null;
  /** How many-th of this conversation, from 1. */
  readonly number: number;
  readonly devicePath: string;
  readonly hostPath: string;
}

/** How a payload ended. `sent`: the host has it; `row`: the manifest names it. */
export interface PayloadEnd {
  readonly isSent: boolean;
  readonly hasRow: boolean;
  readonly sizeLie?: number;
  readonly wrongDigest?: boolean;
  readonly wrongKey?: boolean;
  /** The content's true length. */
  readonly plainBytes: number;
  readonly digest: Buffer | null;
}

/** Sends every new or changed file into Snapshot, in batches, and writes its row when it is sent. */
export class PayloadUpload {
  readonly #context: UploadContext;
  /** Rows whose payload is in Snapshot now, to be moved into place. */
  readonly sentRows: number[] = [];
  /** Ids of files that could not be read: what the host has of them is of an earlier backup. */
  readonly unreadIds: string[] = [];
  #doneBytes = 0;

  constructor(context: UploadContext) {
    this.#context = context;
  }

  async run(): Promise<void> {
    const { plan, keys, settings } = this.#context;
    for (let start = 0; start < plan.uploads.length; ) {
      let end = start;
      let bytes = 0;
      while (end < plan.uploads.length && end - start < settings.batchFiles && bytes < settings.batchBytes) {
        const size = plan.uploads[end]?.sizeBytes ?? 0;
        bytes += keys === null ? size : storedSizeOf(size);
        end += 1;
      }
      await this.#sendBatch(start, end, bytes);
      start = end;
    }
  }

  async #sendBatch(start: number, end: number, bytes: number): Promise<void> {
    const { link, plan, keys } = this.#context;
    const files = plan.uploads.slice(start, end);
    const fileKeys =
      keys === null
        ? null
        : newFileKeys(
            keys,
            files.map((file) => file.protectionClass),
          );
    this.#doneBytes += bytes;
    const percent = 5 + (80 * this.#doneBytes) / Math.max(1, plan.uploadBytes);
    await link.must(uploadFiles(percent, bytes), {
      label: 'payloads',
      stream: async (out) => {
        for (const [index, file] of files.entries()) {
          const row = plan.uploadRows[start + index] ?? 0;
          const payload = this.#payload(file, row, fileKeys?.[index] ?? null, start + index + 1);
          const faults = link.faults.hasFileFaults ? this.#context.faults.due(payload) : [];
          const ended =
            faults.length === 0
              ? await send(out, payload, link)
              : await sendWithFaults(out, payload, link, faults, this.#context.faults);
          this.#note(payload, ended);
        }
      },
    });
  }

  #payload(file: PhoneFile, row: number, key: FileKey | null, number: number): Payload {
    const { plan, udid, paths } = this.#context;
    const id = plan.next.idOf(row);
    return {
      file,
      row,
      id,
      key,
      number,
      devicePath: paths.of(file.domain, file.relativePath),
      hostPath: `${udid}/Snapshot/${id.slice(0, 2)}/${id}`,
    };
  }

  #note({ file, row, id, key }: Payload, ended: PayloadEnd): void {
    const { link, plan, manifest } = this.#context;
    if (ended.isSent) {
      this.sentRows.push(row);
      link.record.uploaded.files += 1;
      link.record.uploaded.bytes += ended.plainBytes;
    }
    // As it was while it was read: the phone may be in use meanwhile. What was not sent is never taken for unchanged.
    const now = { ...rowOf(file), sizeBytes: ended.plainBytes };
    plan.next.set(row, { ...now, ...(ended.hasRow ? {} : { flags: 0 }), ...(ended.isSent ? {} : { modified: -1 }) });
    if (!ended.hasRow) {
      this.unreadIds.push(id);
      manifest.remove(id);
      return;
    }
    const digest = ended.digest !== null && ended.wrongDigest === true ? Buffer.alloc(20, 0xee) : ended.digest;
    manifest.put({
      fileId: id,
      domain: file.domain,
      relativePath: file.relativePath,
      flags: 1,
      archive: archiveOf(file, {
        size: Math.max(0, file.manifestSizeBytes + (ended.sizeLie ?? 0)),
        key:
          key === null
            ? null
            : ended.wrongKey === true
              ? { ...key.classed, wrapped: Buffer.alloc(40, 0xee) }
              : key.classed,
        digest,
      }),
    });
  }
}

/** The whole file, as a healthy phone sends it. Waits only when enough has been gathered for a write. */
async function send(out: OutgoingStream, payload: Payload, link: AgentLink): Promise<PayloadEnd> {
  const { file, key } = payload;
  const digest = file.hasDigest ? createHash('sha1') : null;
  const cipher = key === null ? null : createPayloadEncryptor(key.key);
  const { blockBytes } = link.style;
  let plainBytes = 0;
  out.file(payload.devicePath, payload.hostPath);
  const content = file.read()[Symbol.iterator]();
  for (let next = read(content); next !== null; next = read(content)) {
    if (next instanceof Error) {
      out.block(BLOCK.remoteError, Buffer.from(next.message));
      return { isSent: false, hasRow: false, plainBytes, digest: null };
    }
    plainBytes += next.length;
    put(out, cipher === null ? next : cipher.update(next), digest, blockBytes);
    if (out.isFull) await out.flush();
  }
  if (cipher !== null) put(out, cipher.final(), digest, blockBytes);
  out.success();
  if (out.isFull) await out.flush();
  return { isSent: true, hasRow: true, plainBytes, digest: digest?.digest() ?? null };
}

/** How many bytes a host has to hold for a row. */
export function storedBytesOf(index: BackupIndex, row: number, isEncrypted: boolean): number {
  const size = index.sizeOf(row);
  return isEncrypted ? storedSizeOf(size) : size;
}
