import { createHash } from 'node:crypto';
import type { WorkOptions } from '../../../shared/contract/index.ts';
import { decryptCbcStream } from '../formats/index.ts';
import type { SnapshotView } from '../vault/index.ts';
import type { Findings } from './findings.ts';
import { checkDatabase } from './main-databases.ts';
import { type CheckedFile, type ManifestCheck, where } from './manifest-check.ts';
import { everyTenth } from './throttle.ts';

const SHA1_BYTES = 20;

/** Decrypts the sample whole: the padding must be right, and the digest where the format gives one. */
export async function checkSample(
  view: SnapshotView,
  sample: readonly CheckedFile[],
  findings: Findings,
  options: WorkOptions,
  maxBytes: number,
): Promise<void> {
  let budget = maxBytes;
  let done = 0;
  const due = everyTenth();
  for (const file of sample) {
    options.signal?.throwIfAborted();
    if (file.entry.sizeBytes > budget) continue;
    budget -= file.entry.sizeBytes;
    await checkOne(view, file, findings);
    done += 1;
    if (!due()) continue;
    options.onProgress?.({
      type: 'progress',
      phase: 'decrypting',
      doneFiles: done,
      doneBytes: maxBytes - budget,
      totalFiles: sample.length,
      totalBytes: null,
      bytesPerSecond: null,
      secondsLeft: null,
    });
  }
}

async function checkOne(view: SnapshotView, file: CheckedFile, findings: Findings): Promise<void> {
  const wantsDigest = file.digest !== null && file.digest.length === SHA1_BYTES;
  const sha1 = wantsDigest ? createHash('sha1') : null;
  const stored = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of view.read(file.entry)) {
      sha1?.update(chunk);
      yield chunk;
    }
  };
  if (file.key === null) {
    for await (const chunk of stored()) void chunk;
  } else {
    const decrypted = decryptCbcStream(stored(), file.key, { expectedSize: file.size });
    let plainBytes = 0;
    for await (const chunk of decrypted.plain) plainBytes += chunk.length;
    const { padding } = await decrypted.verdict;
    findings.scope.filesDecrypted += 1;
    // Some writers pad nothing: then the length must agree with the manifest (backup format 2.7).
    const tail = plainBytes - file.size;
    if (padding !== 'valid' && !(tail >= 0 && tail < 16)) {
      findings.error('does-not-decrypt', 'it decrypts to something that was never encrypted with its key', where(file));
    }
  }
  if (sha1 !== null && file.digest !== null) {
    findings.scope.digestsChecked += 1;
    if (!sha1.digest().equals(Buffer.from(file.digest))) {
      findings.error('digest-differs', 'the manifest’s SHA-1 digest does not fit the stored bytes', where(file));
    }
  }
}

/** Opens the main databases with their write-ahead logs and lets SQLite check every page. */
export async function checkDatabases(
  view: SnapshotView,
  databases: ManifestCheck['databases'],
  scratch: string,
  findings: Findings,
  options: WorkOptions,
  maxBytesEach: number,
): Promise<void> {
  let done = 0;
  for (const [name, { main, wal }] of databases) {
    options.signal?.throwIfAborted();
    options.onProgress?.({
      type: 'progress',
      phase: 'opening-databases',
      doneFiles: done,
      doneBytes: 0,
      totalFiles: databases.size,
      totalBytes: null,
      bytesPerSecond: null,
      secondsLeft: null,
    });
    done += 1;
    if (main === undefined) continue;
    if (main.entry.sizeBytes > maxBytesEach) continue;
    const verdict = await checkDatabase(
      { main: plainOf(view, main), wal: wal === undefined ? null : plainOf(view, wal) },
      scratch,
    );
    switch (verdict.kind) {
      case 'ok':
      case 'empty':
        findings.scope.databasesOpened.push(name);
        break;
      case 'not-a-database':
        findings.warning('not-a-database', 'the iPhone sent this file, but it is no SQLite database', where(main));
        break;
      case 'not-fully-checkable':
        findings.warning('database-not-fully-checked', verdict.detail, where(main));
        break;
      case 'damaged':
        findings.error('database-damaged', verdict.detail, where(main));
        break;
    }
  }
}

async function* plainOf(view: SnapshotView, file: CheckedFile): AsyncGenerator<Uint8Array> {
  if (file.key === null) yield* view.read(file.entry);
  else yield* decryptCbcStream(view.read(file.entry), file.key).plain;
}
