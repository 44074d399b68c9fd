import { join } from 'node:path';
import type { VerificationLevel, VerificationReport, WorkOptions } from '../../../shared/contract/index.ts';
import { BackstopError, isBackstopError } from '../../../shared/errors/index.ts';
import {
  decryptManifestDb,
  type ManifestPlist,
  openClassedKey,
  parseKeybag,
  readManifestPlist,
  readStatusPlist,
  unlockKeybag,
} from '../formats/index.ts';
import type { ObjectRef, Snapshot, SnapshotView, TopEntry, Vault } from '../vault/index.ts';
import { checkDatabases, checkSample } from './decrypt-check.ts';
import { Findings } from './findings.ts';
import { checkManifest } from './manifest-check.ts';
import { openScratch } from './scratch.ts';
import { everyTenth } from './throttle.ts';

/** Of the files that an earlier version held already, this share is re-read by a quick check. */
const QUICK_SHARE = 0.05;
/** Files decrypted whole, and the bytes that may cost. */
const SAMPLE = { quick: { files: 100, bytes: 256e6 }, open: { files: 1000, bytes: 4e9 } } as const;
/** A quick check opens main databases up to this size; `open` opens them all. */
const QUICK_DATABASE_BYTES = 512e6;
const MAX_PLIST_BYTES = 256 * 1024 * 1024;
const MAX_MANIFEST_BYTES = 16e9;

export interface VerifyRequest {
  readonly vault: Vault;
  readonly view: SnapshotView;
  readonly level: VerificationLevel;
  /** Null: check without opening what is encrypted. */
  readonly password: string | null;
  /** A private folder of Backstop's own for what has to be decrypted. */
  readonly scratchParent: string;
  readonly now: () => Date;
}

/**
 * Checks one snapshot at one level and says what was checked, on how many files, and what is wrong. Throws only when the
 * check itself cannot be made: a wrong password, no password for `open`, a disk that does not answer.
 */
export async function verifySnapshot(request: VerifyRequest, options: WorkOptions = {}): Promise<VerificationReport> {
  const { vault, view, level } = request;
  const started = performance.now();
  const { record, id } = view.snapshot;
  if (level === 'rehearsed') throw new BackstopError('verify/level-not-offered', { data: { level } });
  const findings = new Findings(id);
  // The password comes first: a wrong one must not cost an hour of reading.
  const unlocked = level === 'structure' ? null : await unlock(request, findings, options);
  if (level === 'open' && record.encrypted && unlocked === null) {
    throw new BackstopError('verify/password-needed', { data: { snapshot: id.slice(0, 12) } });
  }
  if (level === 'structure') await checkBones(vault, view.snapshot, findings, options);
  else {
    await checkBytes(request, findings, options);
    await checkMeaning(request, unlocked, findings, options);
  }
  const opened = level !== 'structure' && findings.scope.manifestRows !== null;
  return {
    level,
    ok: findings.errors === 0,
    checked: record.files,
    opened,
    scope: findings.scope,
    problems: findings.problems,
    moreProblems: findings.more,
    at: request.now().toISOString(),
    durationMs: Math.round(performance.now() - started),
  };
}

// ---- bytes

/**
 * Structure and bytes at the same time: one keeps this thread at work, the other the disk and other threads. The first
 * that fails ends both.
 */
async function checkBytes(request: VerifyRequest, findings: Findings, options: WorkOptions): Promise<void> {
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
  const { vault, view } = request;
  let isRereading = true;
  const bones = checkBones(vault, view.snapshot, findings, {
    signal,
    onProgress: (event) => {
      if (!isRereading) options.onProgress?.(event);
    },
  });
  const bytes = reread(request, findings, { ...options, signal }).finally(() => {
    isRereading = false;
  });
  try {
    const [damaged] = await Promise.all([bytes, bones]);
    nameDamaged(view, damaged, findings);
  } catch (error) {
    over.abort();
    await Promise.allSettled([bytes, bones]);
    throw error;
  }
}

async function checkBones(vault: Vault, snapshot: Snapshot, findings: Findings, options: WorkOptions): Promise<void> {
  const due = everyTenth();
  const report = await vault.checkStructure(snapshot, {
    signal: options.signal,
    onProgress: (done, total) => {
      if (due()) phase(options, 'checking-structure', done, total);
    },
  });
  findings.scope.filesPresent = report.present;
  findings.more += report.moreProblems;
  findings.errors += report.moreProblems;
  for (const problem of report.problems) {
    findings.error(problem.kind, problem.detail, {
      ...(problem.fileId === null ? {} : { fileId: problem.fileId }),
      ...(problem.path === null ? {} : { path: problem.path }),
      object: problem.object,
    });
  }
}

/** Answers what is wrong with which objects. */
async function reread(
  request: VerifyRequest,
  findings: Findings,
  options: WorkOptions,
): Promise<ReadonlyMap<string, string>> {
  const { vault, view, level } = request;
  const before = level === 'quick' ? await parentView(request, options) : null;
  let files = 0;
  let total = 0;
  const wanted = function* (): Generator<ObjectRef> {
    yield* view.tops();
    for (const entry of view.entriesInStoredOrder()) {
      const isOld = before !== null && sameObject(before.get(entry.id), entry);
      if (isOld && Math.random() >= QUICK_SHARE) continue;
      files += 1;
      total += entry.sizeBytes;
      yield entry;
    }
  };
  const started = performance.now();
  const due = everyTenth();
  try {
    const report = await vault.rehash(wanted(), {
      signal: options.signal,
      onProgress: ({ objects, bytes }) => {
        if (!due()) return;
        const seconds = (performance.now() - started) / 1000;
        const rate = seconds > 0.5 ? bytes / seconds : null;
        options.onProgress?.({
          type: 'progress',
          phase: 'rereading',
          doneFiles: objects,
          doneBytes: bytes,
          totalFiles: files,
          totalBytes: total,
          bytesPerSecond: rate,
          secondsLeft: rate === null || rate === 0 ? null : Math.max(0, total - bytes) / rate,
        });
      },
    });
    findings.scope.filesReread = files;
    findings.scope.bytesReread = report.bytes;
    return new Map(report.damaged.map((one) => [one.object, one.reason]));
  } finally {
    await before?.[Symbol.asyncDispose]();
  }
}

/** The version before this one, to tell what is new; without it everything counts as new. */
async function parentView({ vault, view }: VerifyRequest, options: WorkOptions): Promise<SnapshotView | null> {
  const { parent } = view.snapshot.record;
  if (parent === null) return null;
  const { snapshots } = await vault.snapshots(view.snapshot.record.udid);
  const found = snapshots.find((one) => one.id === parent);
  if (found === undefined) return null;
  try {
    return await vault.view(found, options.signal === undefined ? {} : { signal: options.signal });
  } catch (error) {
    if (isBackstopError(error) && error.code.startsWith('vault/damaged')) return null;
    throw error;
  }
}

function sameObject(a: ObjectRef | null, b: ObjectRef): boolean {
  if (a === null) return false;
  if (a.hash === null || b.hash === null) return a.hash === b.hash && a.sizeBytes === b.sizeBytes;
  return a.hash.equals(b.hash);
}

/** A damaged object is told by the files that hold it; what is missing altogether was named by the structure check. */
function nameDamaged(view: SnapshotView, damaged: ReadonlyMap<string, string>, findings: Findings): void {
  if (damaged.size === 0) return;
  const named = new Set(findings.problems.flatMap((problem) => [problem.fileId ?? problem.path ?? '']));
  const look = (object: ObjectRef, place: { readonly fileId: string } | { readonly path: string }): void => {
    const key = object.hash?.toString('hex');
    const reason = key === undefined ? undefined : damaged.get(key);
    if (key === undefined || reason === undefined) return;
    if (named.has('fileId' in place ? place.fileId : place.path)) return;
    findings.error('damaged-object', reason, { ...place, object: key });
  };
  for (const top of view.tops()) look(top, { path: top.name });
  for (const entry of view.entries()) look(entry, { fileId: entry.id.toString('hex') });
}

// ---- meaning

interface Unlocked {
  readonly classKeys: ReadonlyMap<number, Buffer>;
}

async function unlock(
  { view, password }: VerifyRequest,
  findings: Findings,
  options: WorkOptions,
): Promise<Unlocked | null> {
  const { record, id } = view.snapshot;
  if (!record.encrypted || password === null) return null;
  const plist = await readTop(view, 'Manifest.plist', findings);
  const bag = plist === null ? undefined : manifestPlist(plist, findings)?.keybag;
  if (bag === undefined) return null;
  try {
    const answer = await unlockKeybag(
      parseKeybag(bag),
      password,
      options.signal === undefined ? {} : { signal: options.signal },
    );
    if (answer.kind === 'wrong-password')
      throw new BackstopError('verify/wrong-password', { data: { snapshot: id.slice(0, 12) } });
    for (const damaged of answer.damagedClasses)
      findings.error('damaged-class-key', `class key ${damaged} does not unwrap`, { path: 'Manifest.plist' });
    return { classKeys: answer.classKeys };
  } catch (error) {
    if (!isBackstopError(error, 'formats/bad-keybag')) throw error;
    findings.error('bad-keybag', error.message, { path: 'Manifest.plist' });
    return null;
  }
}

async function checkMeaning(
  request: VerifyRequest,
  unlocked: Unlocked | null,
  findings: Findings,
  options: WorkOptions,
): Promise<void> {
  const { view, level } = request;
  const { record } = view.snapshot;
  await checkStatus(view, findings);
  const bytes = await readTop(view, 'Manifest.plist', findings);
  const manifest = bytes === null ? undefined : manifestPlist(bytes, findings);
  const database = view.top('Manifest.db');
  if (database === null)
    findings.error('missing-top', 'a backup without it cannot be restored', { path: 'Manifest.db' });
  if (view.top('Info.plist') === null)
    findings.error('missing-top', 'a backup without it is not recognised', { path: 'Info.plist' });
  if (manifest === undefined || database === null) return;
  checkIdentity(manifest, request, findings);
  if (record.encrypted && unlocked === null) return;
  await using scratch = await openScratch(request.scratchParent);
  const path = join(scratch.directory, 'Manifest.db');
  const key = record.encrypted ? manifestKey(manifest, unlocked as Unlocked, findings) : null;
  if (record.encrypted && key === null && !(await isPlainDatabase(view, database))) return;
  try {
    if (database.sizeBytes > MAX_MANIFEST_BYTES)
      throw new BackstopError('formats/bad-manifest', { message: 'it is impossibly large' });
    await decryptManifestDb(
      view.read(database),
      key,
      path,
      options.signal === undefined ? {} : { signal: options.signal },
    );
    const check = checkManifest(
      {
        view,
        manifestDb: path,
        classKeys: record.encrypted ? (unlocked as Unlocked).classKeys : null,
        notSent: notSentById(record.notSent ?? []),
        sampleSize: SAMPLE[level === 'open' ? 'open' : 'quick'].files,
        findings,
      },
      options,
    );
    const limits = SAMPLE[level === 'open' ? 'open' : 'quick'];
    await checkSample(view, check.sample, findings, options, limits.bytes);
    const largest = level === 'open' ? Number.POSITIVE_INFINITY : QUICK_DATABASE_BYTES;
    await checkDatabases(view, check.databases, scratch.directory, findings, options, largest);
  } catch (error) {
    if (!(error instanceof BackstopError) || !/^(formats|vault)\//.test(error.code)) throw error;
    // An object that does not read back was named by the re-reading; here only what it costs is added.
    findings.error('manifest-unreadable', error.message, { path: 'Manifest.db' });
  }
}

async function checkStatus(view: SnapshotView, findings: Findings): Promise<void> {
  const bytes = await readTop(view, 'Status.plist', findings);
  if (bytes === null) return;
  try {
    const status = readStatusPlist(bytes);
    if (status.snapshotState !== 'finished') {
      findings.error('not-finished', `the phone calls this backup “${status.snapshotState ?? 'unknown'}”`, {
        path: 'Status.plist',
      });
    }
  } catch (error) {
    findings.error('bad-plist', error instanceof Error ? error.message : String(error), { path: 'Status.plist' });
  }
  if (view.tops().some((top) => top.name === 'Snapshot/' || top.name.startsWith('Snapshot/'))) {
    findings.error('left-over-snapshot', 'an unfinished upload was left in the backup', { path: 'Snapshot' });
  }
}

function checkIdentity(manifest: ManifestPlist, { view }: VerifyRequest, findings: Findings): void {
  const { record } = view.snapshot;
  if (manifest.isEncrypted !== undefined && manifest.isEncrypted !== record.encrypted) {
    findings.error('encryption-differs', 'the manifest and the record disagree on encryption', {
      path: 'Manifest.plist',
    });
  }
  const udid = manifest.lockdown?.uniqueDeviceId;
  if (udid !== undefined && plainUdid(udid) !== plainUdid(record.udid)) {
    findings.error('other-phone', 'the manifest belongs to another phone', { path: 'Manifest.plist' });
  }
}

function plainUdid(udid: string): string {
  return udid.replaceAll('-', '').toLowerCase();
}

function manifestPlist(bytes: Buffer, findings: Findings): ManifestPlist | undefined {
  try {
    return readManifestPlist(bytes);
  } catch (error) {
    findings.error('bad-plist', error instanceof Error ? error.message : String(error), { path: 'Manifest.plist' });
    return undefined;
  }
}

function manifestKey(manifest: ManifestPlist, unlocked: Unlocked, findings: Findings): Buffer | null {
  const wrapped = manifest.manifestKey;
  // iOS 10.0 and 10.1: the index is plain even in an encrypted backup.
  if (wrapped === undefined) return null;
  const key = openClassedKey(unlocked.classKeys, wrapped);
  if (key === null)
    findings.error('manifest-key', 'the key of the manifest does not unwrap', { path: 'Manifest.plist' });
  return key;
}

const SQLITE_MAGIC = 'SQLite format 3\0';

async function isPlainDatabase(view: SnapshotView, database: TopEntry): Promise<boolean> {
  for await (const chunk of view.read(database)) {
    return Buffer.from(chunk.subarray(0, SQLITE_MAGIC.length)).toString('latin1') === SQLITE_MAGIC;
  }
  return false;
}

async function readTop(view: SnapshotView, name: string, findings: Findings): Promise<Buffer | null> {
  const top = view.top(name);
  if (top === null) {
    if (!findings.problems.some((problem) => problem.path === name))
      findings.error('missing-top', 'a backup without it is not whole', { path: name });
    return null;
  }
  try {
    return await view.readWhole(top, MAX_PLIST_BYTES);
  } catch (error) {
    if (!isBackstopError(error)) throw error;
    if (!findings.problems.some((problem) => problem.path === name))
      findings.error('damaged-object', error.message, { path: name });
    return null;
  }
}

/** Paths of unsent files look like `Snapshot/xx/<id>` or `xx/<id>`: their ids name the rows. */
function notSentById(notSent: ReadonlyArray<{ readonly path: string; readonly reason: string }>): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { path, reason } of notSent) {
    const id = /([0-9a-f]{40})$/.exec(path)?.[1];
    if (id !== undefined) ids.set(id, reason);
  }
  return ids;
}

function phase(options: WorkOptions, name: string, doneFiles: number, totalFiles: number): void {
  options.onProgress?.({
    type: 'progress',
    phase: name,
    doneFiles,
    doneBytes: 0,
    totalFiles,
    totalBytes: null,
    bytesPerSecond: null,
    secondsLeft: null,
  });
}
