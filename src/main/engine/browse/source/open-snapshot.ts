import { BackstopError } from '../../../../shared/errors/index.ts';
import { readManifestPlist } from '../../formats/index.ts';
import type { Entry, SnapshotView } from '../../vault/index.ts';
import { OpenBackup, type StoredFiles } from './open-backup.ts';
import { classKeysOf, factsOf, type OpenOptions, openManifestIndex } from './open-manifest.ts';
import type { Backup, RawFiles } from './types.ts';

const MAX_PLIST_BYTES = 256 * 1024 * 1024;

/** A version of a vault, as it lies there: nothing is exported. The view is closed with the backup, also when this fails. */
export async function openSnapshotBackup(view: SnapshotView, options: OpenOptions): Promise<Backup> {
  try {
    const { record } = view.snapshot;
    const plist = await topBytes(view, 'Manifest.plist');
    if (plist === null) throw notABackup(view, 'it has no Manifest.plist');
    const manifest = readManifestPlist(plist);
    const database = view.top('Manifest.db');
    if (database === null) throw notABackup(view, 'it has no Manifest.db');
    const classKeys = await classKeysOf(manifest, record.encrypted, options);
    const facts = factsOf(manifest, await topBytes(view, 'Info.plist'), {
      udid: record.udid,
      deviceName: record.name,
      isEncrypted: record.encrypted,
      madeAtMs: dateOf(record.statusDate),
    });
    const index = await openManifestIndex(
      view.read(database),
      database.hash?.toString('hex') ?? '',
      manifest,
      classKeys,
      options,
    );
    const { workFolder } = options;
    return new OpenBackup({ facts, index, stored: new SnapshotFiles(view), classKeys, workFolder });
  } catch (error) {
    await view[Symbol.asyncDispose]();
    throw error;
  }
}

async function topBytes(view: SnapshotView, name: string): Promise<Buffer | null> {
  const top = view.top(name);
  return top === null ? null : view.readWhole(top, MAX_PLIST_BYTES);
}

function notABackup(view: SnapshotView, reason: string): BackstopError {
  return new BackstopError('browse/not-a-backup', { data: { path: view.snapshot.id.slice(0, 12), reason } });
}

function dateOf(text: string): number | null {
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? ms : null;
}

class SnapshotFiles implements StoredFiles {
  readonly raw: Omit<RawFiles, 'keysOf'>;
  readonly #view: SnapshotView;

  constructor(view: SnapshotView) {
    this.#view = view;
    this.raw = {
      objectOf: ({ fileId }) => view.get(Buffer.from(fileId, 'hex')),
      readObject: (object) => view.read(object),
      readBlocks: (objects, handlers, options) => view.readBlocks(objects, handlers, options),
    };
  }

  storedBytes(fileId: string): number | null {
    return this.#view.get(Buffer.from(fileId, 'hex'))?.sizeBytes ?? null;
  }

  read(fileId: string): AsyncIterable<Uint8Array> {
    return this.#view.read(this.#entry(fileId));
  }

  async readRange(fileId: string, offset: number, length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let at = 0;
    for await (const chunk of this.#view.read(this.#entry(fileId))) {
      const from = Math.max(0, offset - at);
      const to = Math.min(chunk.length, offset + length - at);
      if (to > from) parts.push(Buffer.from(chunk.subarray(from, to)));
      at += chunk.length;
      if (at >= offset + length) break;
    }
    return Buffer.concat(parts);
  }

  *all(): Iterable<{ readonly fileId: string; readonly bytes: number }> {
    for (const { id, sizeBytes } of this.#view.entries()) yield { fileId: id.toString('hex'), bytes: sizeBytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#view[Symbol.asyncDispose]();
  }

  #entry(fileId: string): Entry {
    const entry = this.#view.get(Buffer.from(fileId, 'hex'));
    if (entry === null) throw new Error(`nothing is stored for ${fileId}`);
    return entry;
  }
}
