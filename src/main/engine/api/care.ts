import type {
  AskPassword,
  RepairResult,
  ScrubProblem,
  ScrubRequest,
  ScrubResult,
  WorkOptions,
} from '../../../shared/contract/index.ts';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { nameFiles } from '../browse/index.ts';
import type { NamePaths, Vault, ScrubProblem as VaultProblem } from '../vault/index.ts';
import { checkSnapshot } from './check-snapshot.ts';
import type { BackupOpener } from './open-backup.ts';

/** The vault's own health: reading it through, and making whole what can be. */

/** Names of damaged files as their owner knows them; null where a version cannot be opened. */
export function namerOf(opener: BackupOpener, vault: Vault, askPassword: AskPassword, options: WorkOptions): NamePaths {
  return async (id, fileIds) => {
    try {
      const snapshot = await vault.resolve(id);
      await using backup = await opener.openVersion(vault, snapshot, { askPassword }, { signal: options.signal });
      return await nameFiles(backup, fileIds);
    } catch (error) {
      // Without a password, or where what names the files is what is damaged, the damage is told by ids.
      if (isBackstopError(error) && error.code !== 'internal/cancelled') return new Map();
      throw error;
    }
  };
}

export async function scrubVault(
  vault: Vault,
  request: ScrubRequest,
  namePaths: NamePaths,
  options: WorkOptions,
): Promise<ScrubResult> {
  const started = performance.now();
  const report = await vault.scrub({
    everything: request.everything,
    bytesPerSecond: request.bytesPerSecond,
    signal: options.signal,
    namePaths,
    ...(request.maxBytes === null ? {} : { maxBytes: request.maxBytes }),
    onProgress: ({ files, bytes, totalBytes }) => {
      const seconds = (performance.now() - started) / 1000;
      const bytesPerSecond = seconds > 1 ? bytes / seconds : null;
      options.onProgress?.({
        type: 'progress',
        phase: 'scrubbing',
        doneFiles: files,
        doneBytes: bytes,
        totalFiles: null,
        totalBytes,
        bytesPerSecond,
        secondsLeft: bytesPerSecond === null ? null : (totalBytes - bytes) / bytesPerSecond,
      });
    },
  });
  options.signal?.throwIfAborted();
  return {
    type: 'result',
    ok: report.ok,
    coverage: report.coverage.share,
    coveredBytes: report.coverage.bytes,
    totalBytes: report.coverage.totalBytes,
    readFiles: report.readFiles,
    readBytes: report.readBytes,
    problems: report.problems.map(asProblem),
    moreProblems: report.moreProblems,
    complete: report.isComplete,
  };
}

/** After a repair every version that had been damaged is read through again: only that makes it verified. */
export async function repairVault(
  vault: Vault,
  home: string,
  namePaths: NamePaths,
  options: WorkOptions,
): Promise<RepairResult> {
  const report = await vault.repair(options.signal, namePaths);
  const verified = [];
  for (const snapshot of report.touched) {
    const check = await checkSnapshot({ home, vault, snapshot, level: 'full', password: null }, options);
    verified.push({ snapshot: snapshot.id, ok: check.ok });
  }
  return {
    type: 'result',
    repaired: report.repaired.map(({ file, how }) => ({ file, how })),
    unrepaired: report.unrepaired.map(asProblem),
    verified,
    needsPhone: [...report.needsPhone],
  };
}

function asProblem({ fileId, path, object, file, ...rest }: VaultProblem): ScrubProblem {
  return {
    ...rest,
    ...(fileId === null ? {} : { fileId }),
    ...(path === null ? {} : { path }),
    ...(object === null ? {} : { object }),
    ...(file === null ? {} : { file }),
  };
}
