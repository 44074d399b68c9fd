import { fileIdOf, type ManifestDb, type ManifestRow, type MbFile } from '../../formats/index.ts';
import type { BackupFile, DomainTotals, FileQuery } from './types.ts';

/** The phone's own list of files, asked in a person's terms. */

const TYPE_BITS = 0o170000;
const KINDS: ReadonlyMap<number, BackupFile['kind']> = new Map([
  [0o100000, 'file'],
  [0o040000, 'folder'],
  [0o120000, 'symlink'],
]);
const FLAGS: ReadonlyMap<number, BackupFile['kind']> = new Map([
  [1, 'file'],
  [2, 'folder'],
  [4, 'symlink'],
]);
/** Rows of one subfolder that are passed over one by one before the rest of it is jumped over. */
const PATIENCE = 8;

/** Makes the next opening faster. */
export type SaveIndex = (totals: readonly DomainTotals[]) => Promise<void>;

export interface BesideIndex {
  /** What holds the list, given up with it. */
  readonly file: Disposable | null;
  readonly totals: readonly DomainTotals[] | null;
  readonly save: SaveIndex | null;
}

export class ManifestIndex {
  readonly #manifest: ManifestDb;
  readonly #beside: BesideIndex;

  constructor(manifest: ManifestDb, beside: BesideIndex = { file: null, totals: null, save: null }) {
    this.#manifest = manifest;
    this.#beside = beside;
  }

  /** What was counted at an earlier opening. */
  get totals(): readonly DomainTotals[] | null {
    return this.#beside.totals;
  }

  domains(): ReadonlyArray<{ readonly domain: string; readonly files: number }> {
    return this.#manifest.domains();
  }

  /** File ids and domains of all files, in no order that means anything. */
  everyFile(): Iterable<{ readonly fileId: string; readonly domain: string }> {
    return this.#manifest.places();
  }

  file(domain: string, path: string): BackupFile | null {
    const row = this.#manifest.row(fileIdOf(domain, path));
    return row === null || row.domain !== domain || row.relativePath !== path ? null : fileOf(row);
  }

  metadata(file: BackupFile): MbFile | null {
    return this.#manifest.row(file.fileId)?.metadata() ?? null;
  }

  *files({ domain, under = '', text }: FileQuery): Iterable<BackupFile> {
    if (text !== undefined && text !== '') {
      for (const row of this.#manifest.rowsWith(text, domain ?? null)) {
        if (under === '' || row.relativePath.startsWith(`${under}/`)) yield fileOf(row);
      }
      return;
    }
    const domains = domain === undefined ? this.domains().map((one) => one.domain) : [domain];
    for (const one of domains) {
      for (const row of this.#manifest.rowsBelow(one, under === '' ? '' : `${under}/`)) yield fileOf(row);
    }
  }

  list(domain: string, folder: string): readonly BackupFile[] {
    const prefix = folder === '' ? '' : `${folder}/`;
    const children = new Map<string, BackupFile>();
    let from: string | null = prefix;
    while (from !== null) from = this.#listFrom(domain, prefix, from, children);
    return [...children.values()].sort(
      (a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || (a.path < b.path ? -1 : 1),
    );
  }

  /** Returns where to go on, behind a folder that holds much; null at the end. */
  #listFrom(domain: string, prefix: string, from: string, children: Map<string, BackupFile>): string | null {
    let inside = '';
    let passed = 0;
    for (const row of this.#manifest.rowsBelow(domain, prefix, from)) {
      const rest = row.relativePath.slice(prefix.length);
      const slash = rest.indexOf('/');
      if (rest === '') continue;
      if (slash < 0) {
        children.set(row.relativePath, fileOf(row));
        continue;
      }
      const child = row.relativePath.slice(0, prefix.length + slash);
      if (!children.has(child)) children.set(child, impliedFolder(domain, child));
      passed = child === inside ? passed + 1 : 0;
      inside = child;
      // "0" is the character behind "/".
      if (passed > PATIENCE) return `${child}0`;
    }
    return null;
  }

  /** To be called once, before `close`, when nothing is asked any more. */
  async save(totals: () => readonly DomainTotals[]): Promise<void> {
    await this.#beside.save?.(totals());
  }

  close(): void {
    this.#manifest.close();
    this.#beside.file?.[Symbol.dispose]();
  }
}

function fileOf(row: ManifestRow): BackupFile {
  const meta = row.metadata();
  const kind = FLAGS.get(row.flags) ?? KINDS.get((meta?.mode ?? 0) & TYPE_BITS) ?? 'unknown';
  return {
    fileId: row.fileId,
    domain: row.domain,
    path: row.relativePath,
    kind,
    sizeBytes: meta === null || kind !== 'file' ? null : meta.size,
    modified: meta?.modified ?? null,
    created: meta?.birth ?? null,
    protectionClass: meta?.protectionClass ?? null,
    target: meta?.target ?? null,
  };
}

/** Some tools leave out the rows of folders. */
function impliedFolder(domain: string, path: string): BackupFile {
  const unknown = { sizeBytes: null, modified: null, created: null, protectionClass: null, target: null };
  return { fileId: fileIdOf(domain, path), domain, path, kind: 'folder', ...unknown };
}
