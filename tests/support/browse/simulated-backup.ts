import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManifestIndex } from '../../../src/main/engine/browse/source/manifest-index.ts';
import { OpenBackup, type StoredFiles } from '../../../src/main/engine/browse/source/open-backup.ts';
import type { Backup, BackupFacts } from '../../../src/main/engine/browse/source/types.ts';
import { createManifestDb, encodeMbFile, openManifestDb } from '../../../src/main/engine/formats/index.ts';
import { createPhoneContent } from '../../../src/main/simulator/content/index.ts';
import type { PhoneContent, PhoneSpec } from '../../../src/main/simulator/content/types.ts';
import { mbFile } from './loose-backup.ts';

/**
 * A simulated phone as a plain backup, in this process and without a protocol: for what only has to do with what is in a
 * backup. `content` can be mutated; `backup` then shows it as it is at that time.
 */
export interface SimulatedBackups extends AsyncDisposable {
  readonly content: PhoneContent;
  backup(): Backup;
  /** The ground truth as it is now, by kind (the simulator's README has the shapes). */
  truth(): Promise<SimulatedTruth>;
}

export interface SimulatedTruth {
  readonly files: ReadonlyArray<{
    readonly domain: string;
    readonly relativePath: string;
    readonly size: number;
    readonly sha256: string;
  }>;
  readonly items: Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>>;
}

export function simulatedBackups(spec: PhoneSpec): SimulatedBackups {
  const folder = mkdtempSync(join(tmpdir(), 'backstop-simulated-'));
  const content = createPhoneContent(spec, { scratchDir: join(folder, 'phone') });
  let count = 0;
  return {
    content,
    backup: () => {
      count += 1;
      return backupOf(content, join(folder, `${count}`), folder);
    },
    truth: async () => {
      const file = join(folder, 'truth.json');
      await content.writeTruth(file);
      return JSON.parse(readFileSync(file, 'utf8')) as SimulatedTruth;
    },
    [Symbol.asyncDispose]: async () => {
      await content[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const FLAGS = { file: 1, directory: 2, symlink: 4 } as const;

function backupOf(content: PhoneContent, path: string, folder: string): Backup {
  const files = new Map<string, Buffer | null>();
  {
    using manifest = createManifestDb(path);
    for (const one of content.files()) {
      // As it is now: the phone goes on living, and its databases with it.
      const bytes = one.kind === 'file' ? Buffer.concat([...one.read()]) : null;
      const meta = mbFile(one.relativePath, {
        size: one.manifestSizeBytes,
        modified: one.modified,
        birth: one.birth,
        mode: one.mode,
        target: one.target,
        protectionClass: one.protectionClass,
        attributes: Object.fromEntries(one.extendedAttributes),
      });
      const row = { domain: one.domain, relativePath: one.relativePath, flags: FLAGS[one.kind] };
      files.set(manifest.put({ ...row, file: encodeMbFile(meta) }), bytes);
    }
  }
  const { identity } = content;
  const facts: BackupFacts = {
    udid: identity.udid,
    deviceName: identity.name,
    productType: identity.productType,
    iosVersion: identity.productVersion,
    isEncrypted: false,
    madeAtMs: Date.UTC(2026, 0, 1),
    installedApps: content.apps.map((app) => app.bundleId),
    apps: new Map(content.apps.map(({ bundleId, name, shortVersion }) => [bundleId, { name, version: shortVersion }])),
  };
  return new OpenBackup({
    facts,
    index: new ManifestIndex(openManifestDb(path)),
    stored: new KeptFiles(files, path),
    classKeys: null,
    workFolder: join(folder, 'work'),
  });
}

class KeptFiles implements StoredFiles {
  readonly #files: ReadonlyMap<string, Buffer | null>;
  readonly #manifest: string;

  constructor(files: ReadonlyMap<string, Buffer | null>, manifest: string) {
    this.#files = files;
    this.#manifest = manifest;
  }

  storedBytes(fileId: string): number | null {
    return this.#files.get(fileId)?.length ?? null;
  }

  async *read(fileId: string): AsyncIterable<Uint8Array> {
    const bytes = this.#files.get(fileId);
    if (bytes != null) yield bytes;
  }

  async readRange(fileId: string, offset: number, length: number): Promise<Buffer> {
    return this.#files.get(fileId)?.subarray(offset, offset + length) ?? Buffer.alloc(0);
  }

  *all(): Iterable<{ readonly fileId: string; readonly bytes: number }> {
    for (const [fileId, bytes] of this.#files) if (bytes !== null) yield { fileId, bytes: bytes.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#manifest, { force: true });
  }
}
