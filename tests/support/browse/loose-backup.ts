import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManifestIndex } from '../../../src/main/engine/browse/source/manifest-index.ts';
import { OpenBackup, type StoredFiles } from '../../../src/main/engine/browse/source/open-backup.ts';
import type { Backup, BackupFacts } from '../../../src/main/engine/browse/source/types.ts';
import { createManifestDb, encodeMbFile, type MbFile, openManifestDb } from '../../../src/main/engine/formats/index.ts';
import { encodePlist } from '../../../src/main/engine/formats/plist/index.ts';

/** A backup over loose, plain files of this computer: fixtures, or databases that a test made odd on purpose. */
export interface LooseFile {
  readonly domain: string;
  readonly path: string;
  /** A real file; null: the list names it, and its content is not there. */
  readonly file: string | null;
  /** In the list only; else the file's own. */
  readonly sizeBytes?: number;
  /** Unix seconds. */
  readonly modified?: number;
  readonly attributes?: Readonly<Record<string, Uint8Array>>;
}

export const PLAIN_FACTS: BackupFacts = {
  udid: '00008101-000A1B2C3D4E5F60',
  deviceName: 'Test phone',
  productType: 'iPhone13,2',
  iosVersion: null,
  isEncrypted: false,
  madeAtMs: Date.UTC(2026, 0, 1),
  installedApps: [],
  apps: new Map(),
};

export function looseBackup(files: readonly LooseFile[], facts: Partial<BackupFacts> = {}): Backup {
  const folder = mkdtempSync(join(tmpdir(), 'backstop-loose-'));
  const path = join(folder, 'Manifest.db');
  const places = new Map<string, string>();
  {
    using manifest = createManifestDb(path);
    for (const one of files) {
      const size = one.sizeBytes ?? (one.file === null ? 0 : statSync(one.file).size);
      const meta = { size, modified: one.modified ?? 1_700_000_000, attributes: one.attributes };
      const row = { domain: one.domain, relativePath: one.path, flags: 1, file: encodeMbFile(mbFile(one.path, meta)) };
      const fileId = manifest.put(row);
      if (one.file !== null) places.set(fileId, one.file);
    }
  }
  return new OpenBackup({
    facts: { ...PLAIN_FACTS, ...facts },
    index: new ManifestIndex(openManifestDb(path)),
    stored: new LooseFiles(places, folder),
    classKeys: null,
    workFolder: join(folder, 'work'),
  });
}

export function mbFile(
  relativePath: string,
  about: {
    readonly size: number;
    readonly modified: number;
    readonly birth?: number;
    readonly mode?: number;
    readonly target?: string | null;
    readonly protectionClass?: number;
    readonly attributes?: Readonly<Record<string, Uint8Array>> | undefined;
  },
): MbFile {
  const names = Object.keys(about.attributes ?? {});
  return {
    relativePath,
    size: about.size,
    mode: about.mode ?? 0o100644,
    modified: about.modified,
    statusChanged: about.modified,
    birth: about.birth ?? about.modified,
    userId: 501,
    groupId: 501,
    inode: 1,
    flags: 0,
    protectionClass: about.protectionClass ?? 3,
    encryptionKey: null,
    digest: null,
    extendedAttributes: names.length === 0 ? null : encodePlist({ ...about.attributes }, 'binary'),
    target: about.target ?? null,
  };
}

class LooseFiles implements StoredFiles {
  readonly #places: ReadonlyMap<string, string>;
  readonly #folder: string;

  constructor(places: ReadonlyMap<string, string>, folder: string) {
    this.#places = places;
    this.#folder = folder;
  }

  storedBytes(fileId: string): number | null {
    const path = this.#places.get(fileId);
    return path === undefined || !existsSync(path) ? null : statSync(path).size;
  }

  read(fileId: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.#path(fileId));
  }

  async readRange(fileId: string, offset: number, length: number): Promise<Buffer> {
    const file = await open(this.#path(fileId), 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  all(): Iterable<{ readonly fileId: string; readonly bytes: number }> {
    return [...this.#places.keys()].map((fileId) => ({ fileId, bytes: this.storedBytes(fileId) ?? 0 }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #path(fileId: string): string {
    const path = this.#places.get(fileId);
    if (path === undefined) throw new Error(`no file for ${fileId}`);
    return path;
  }
}
