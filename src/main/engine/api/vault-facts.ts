import type {
  Destination,
  MoveVaultResult,
  RebuildIndexResult,
  ScrubProblem,
  VaultCheckResult,
  VaultInfoResult,
  WorkOptions,
} from '../../../shared/contract/index.ts';
import { describeVolume } from '../platform/index.ts';
import type { Vault } from '../vault/index.ts';
import { currentPolicy } from './retention.ts';

/** What a vault is, where it lies, and whether everything that its versions need is there. */

const MAX_PROBLEMS = 1000;

export async function vaultInfo(vault: Vault, options: WorkOptions): Promise<VaultInfoResult> {
  const list = await vault.snapshots();
  const coverage = await vault.scrubCoverage(options.signal);
  return {
    type: 'result',
    id: vault.id,
    format: vault.description.version,
    path: vault.dir,
    createdAt: vault.description.created,
    readOnly: vault.isReadOnly,
    bytes: await vault.usedBytes(options.signal),
    snapshots: list.snapshots.length,
    forgotten: list.forgotten.length,
    phones: new Set(list.snapshots.map((one) => one.record.udid)).size,
    unreadable: list.unreadable.length,
    coverage: coverage.share,
    policy: currentPolicy(list.events),
    destination: await destinationOf(vault),
  };
}

async function destinationOf(vault: Vault): Promise<Destination> {
  const volume = await describeVolume(vault.dir);
  const space = await vault.space();
  return {
    volumeId: volume.id,
    fileSystem: volume.fileSystem,
    attachment: volume.attachment,
    readOnly: volume.readOnly,
    reflink: volume.reflink,
    encryptedAtRest: volume.encrypted,
    timeMachine: volume.timeMachine,
    freeBytes: space.freeBytes,
    totalBytes: space.totalBytes,
  };
}

/** Structure of every version, forgotten ones too; no object's bytes are read again. */
export async function checkVault(vault: Vault, options: WorkOptions): Promise<VaultCheckResult> {
  const { snapshots, forgotten, unreadable } = await vault.snapshots();
  const problems: ScrubProblem[] = unreadable.map(({ file, reason }) => ({
    kind: 'record',
    severity: 'error',
    snapshot: /([0-9a-f]{64})\.json$/.exec(file)?.[1] ?? null,
    file,
    detail: reason,
  }));
  let more = 0;
  const all = [...snapshots, ...forgotten];
  for (const [number, snapshot] of all.entries()) {
    options.signal?.throwIfAborted();
    options.onProgress?.({
      type: 'progress',
      phase: 'checking-structure',
      doneFiles: number,
      doneBytes: 0,
      totalFiles: all.length,
      totalBytes: null,
      bytesPerSecond: null,
      secondsLeft: null,
    });
    const report = await vault.checkStructure(snapshot, { signal: options.signal });
    more += report.moreProblems;
    for (const { kind, fileId, path, object, detail } of report.problems) {
      problems.push({
        kind,
        severity: 'error',
        snapshot: snapshot.id,
        ...(fileId === null ? {} : { fileId }),
        ...(path === null ? {} : { path }),
        object,
        detail,
      });
    }
  }
  return {
    type: 'result',
    ok: problems.length === 0,
    checked: all.length,
    problems: problems.slice(0, MAX_PROBLEMS),
    moreProblems: more + Math.max(0, problems.length - MAX_PROBLEMS),
  };
}

export async function moveVault(vault: Vault, target: string, options: WorkOptions): Promise<MoveVaultResult> {
  const from = vault.dir;
  const started = performance.now();
  const report = await vault.moveTo(target, {
    signal: options.signal,
    onProgress: ({ files, bytes, totalBytes }) => {
      const seconds = (performance.now() - started) / 1000;
      const bytesPerSecond = seconds > 1 ? bytes / seconds : null;
      options.onProgress?.({
        type: 'progress',
        phase: 'moving-vault',
        doneFiles: files,
        doneBytes: bytes,
        totalFiles: null,
        totalBytes,
        bytesPerSecond,
        secondsLeft: bytesPerSecond === null ? null : (totalBytes - bytes) / bytesPerSecond,
      });
    },
  });
  return { type: 'result', from, path: report.path, files: report.files, bytes: report.bytes };
}

export async function rebuildIndex(vault: Vault, options: WorkOptions): Promise<RebuildIndexResult> {
  const started = performance.now();
  const counts = await vault.rebuildIndex(options.signal);
  return { type: 'result', ...counts, seconds: (performance.now() - started) / 1000 };
}
