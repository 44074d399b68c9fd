import type { WorkOptions } from '../../../shared/contract/index.ts';
import { fileIdOf, type ManifestRow, openManifestDb, unwrapMany } from '../formats/index.ts';
import { releaseBytes } from '../platform/index.ts';
import type { Entry, SnapshotView } from '../vault/index.ts';
import type { Findings } from './findings.ts';
import { mainDatabaseOf } from './main-databases.ts';
import { judgeSize } from './plausible-size.ts';
import { Sample } from './sample.ts';

/** Keys unwrapped side by side. */
const KEY_BATCH = 2048;
const ROW_REPORT = 2000;

/** A file of the manifest that is worth decrypting. */
export interface CheckedFile {
  readonly fileId: string;
  readonly path: string;
  readonly entry: Entry;
  readonly size: number;
  /** Unwrapped; null in an unencrypted backup. */
  key: Buffer | null;
  readonly digest: Uint8Array | null;
}

export interface ManifestCheck {
  readonly sample: readonly CheckedFile[];
  /** Main databases by name: the file and, where there is one, its write-ahead log. */
  readonly databases: ReadonlyMap<string, { readonly main?: CheckedFile; readonly wal?: CheckedFile }>;
}

export interface ManifestCheckRequest {
  readonly view: SnapshotView;
  /** A decrypted Manifest.db on the local disk. */
  readonly manifestDb: string;
  /** Class keys of an encrypted backup; null in an unencrypted one. */
  readonly classKeys: ReadonlyMap<number, Buffer> | null;
  /** Ids (hex) of files the phone said it could not send, with its reason. */
  readonly notSent: ReadonlyMap<string, string>;
  readonly sampleSize: number;
  readonly findings: Findings;
}

interface PendingKey {
  readonly file: CheckedFile;
  readonly wrapped: Uint8Array;
}

/**
 * Every row of the manifest against the vault: its object is there with a plausible size, its id is the hash of its
 * name, and in an encrypted backup its class key exists and its key unwraps. Collects what is to be decrypted afterwards.
 */
export function checkManifest(request: ManifestCheckRequest, options: WorkOptions = {}): ManifestCheck {
  const { view, findings, classKeys } = request;
  const sample = new Sample<CheckedFile>(request.sampleSize);
  const databases = new Map<string, { main?: CheckedFile; wal?: CheckedFile }>();
  const pending = new Map<number, PendingKey[]>();
  const flush = (classId: number, items: PendingKey[]): void => {
    unwrapBatch(classId, items, classKeys, findings);
    for (const { file } of items) if (file.key !== null) keep(file);
  };
  const keep = (file: CheckedFile): void => {
    if (file.size > 0 && file.entry.sizeBytes > 0) sample.offer(file);
  };

  const manifest = openManifestDb(request.manifestDb);
  let rows = 0;
  let files = 0;
  try {
    for (const row of manifest.rows()) {
      rows += 1;
      if (rows % ROW_REPORT === 0) {
        options.signal?.throwIfAborted();
        report(options, rows, view.entryCount);
      }
      const file = checkRow(row, request);
      // What is kept of a row was copied: a million of them must not wait for the collector.
      releaseBytes(row.file);
      if (file === null) continue;
      files += 1;
      const database = mainDatabaseOf(row.domain, row.relativePath);
      if (database !== null) {
        const known = databases.get(database.key) ?? {};
        databases.set(
          database.key,
          database.part === '' ? { ...known, main: file.checked } : { ...known, wal: file.checked },
        );
      }
      if (classKeys === null) {
        keep(file.checked);
      } else if (file.wrapped === null) {
        findings.warning('no-file-key', 'the row has no key although the backup is encrypted', where(file.checked));
      } else {
        const items = pending.get(file.classId) ?? [];
        items.push({ file: file.checked, wrapped: file.wrapped });
        pending.set(file.classId, items);
        if (items.length >= KEY_BATCH) {
          flush(file.classId, items);
          pending.set(file.classId, []);
        }
      }
    }
    for (const [classId, items] of pending) flush(classId, items);
  } finally {
    manifest.close();
  }
  findings.scope.manifestRows = rows;
  if (rows === 0) findings.error('manifest-empty', 'the manifest has no rows', { path: 'Manifest.db' });
  const extra = view.entryCount - files;
  if (extra > 0) findings.warning('files-without-row', `${extra} stored files are in no row of the manifest`);
  return { sample: sample.items, databases };
}

function checkRow(
  row: ManifestRow,
  { view, findings, classKeys, notSent }: ManifestCheckRequest,
): { readonly checked: CheckedFile; readonly wrapped: Uint8Array | null; readonly classId: number } | null {
  const path = `${row.domain}/${row.relativePath}`;
  const place = { fileId: row.fileId, path };
  if (row.fileId !== fileIdOf(row.domain, row.relativePath)) {
    findings.error(
      'wrong-file-id',
      'the id is not the hash of domain and path: the manifest is foreign or damaged',
      place,
    );
    return null;
  }
  const meta = row.metadata();
  const isFile =
    row.flags === 1 || (row.flags !== 2 && row.flags !== 4 && meta !== null && (meta.mode & 0o170000) === 0o100000);
  if (!isFile) return null;
  const refused = notSent.get(row.fileId);
  if (refused !== undefined)
    findings.warning('not-sent-by-phone', `the iPhone could not send this file: ${refused}`, place);
  const entry = view.get(Buffer.from(row.fileId, 'hex'));
  if (meta === null) findings.warning('metadata-unreadable', 'the row’s details could not be read', place);
  const size = meta?.size ?? 0;
  if (entry === null) {
    // A row of size 0 without a payload is harmless: some phones never send empty files.
    if (refused === undefined && (meta === null || size > 0))
      findings.error('missing-file', 'no stored object for this row', place);
    return null;
  }
  const verdict = judgeSize(entry.sizeBytes, size, classKeys !== null, row.relativePath);
  if (meta !== null && verdict.kind === 'damaged' && refused === undefined)
    findings.error('wrong-size', verdict.detail, place);
  else if (meta !== null && verdict.kind === 'differs') findings.warning('size-differs', verdict.detail, place);
  const digest = meta === null || meta.digest === null ? null : Buffer.from(meta.digest);
  const checked: CheckedFile = { fileId: row.fileId, path, entry, size, key: null, digest };
  const key = meta?.encryptionKey ?? null;
  return { checked, wrapped: key === null ? null : Buffer.from(key.wrapped), classId: key?.classId ?? 0 };
}

function unwrapBatch(
  classId: number,
  items: readonly PendingKey[],
  classKeys: ReadonlyMap<number, Buffer> | null,
  findings: Findings,
): void {
  const classKey = classKeys?.get(classId);
  if (classKey === undefined) {
    for (const { file } of items) {
      findings.error(
        'missing-class-key',
        `its key is of class ${classId}, which the key bag does not hold`,
        where(file),
      );
    }
    return;
  }
  const keys = unwrapMany(
    classKey,
    items.map(({ wrapped }) => wrapped),
  );
  for (const [index, { file }] of items.entries()) {
    const key = keys[index] ?? null;
    if (key === null) {
      findings.error(
        'key-does-not-unwrap',
        'its key does not belong to this backup’s key bag: it can never be decrypted',
        where(file),
      );
    } else {
      file.key = key;
      findings.scope.keysUnwrapped += 1;
    }
  }
}

export function where(file: CheckedFile): { readonly fileId: string; readonly path: string } {
  return { fileId: file.fileId, path: file.path };
}

function report(options: WorkOptions, rows: number, total: number): void {
  options.onProgress?.({
    type: 'progress',
    phase: 'checking-manifest',
    doneFiles: rows,
    doneBytes: 0,
    totalFiles: Math.max(rows, total),
    totalBytes: null,
    bytesPerSecond: null,
    secondsLeft: null,
  });
}
