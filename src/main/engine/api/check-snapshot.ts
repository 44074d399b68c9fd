import { join } from 'node:path';
import type { VerificationLevel, VerificationReport, WorkOptions } from '../../../shared/contract/index.ts';
import { isBackstopError } from '../../../shared/errors/index.ts';
import type { Snapshot, Vault } from '../vault/index.ts';
import { cleanScratch, verifySnapshot } from '../verify/index.ts';

export interface CheckRequest {
  readonly home: string;
  readonly vault: Vault;
  readonly snapshot: Snapshot;
  readonly level: VerificationLevel;
  readonly password: string | null;
}

/** Verifies a snapshot and writes the outcome into the vault, where every face and every computer finds it. */
export async function checkSnapshot(request: CheckRequest, options: WorkOptions): Promise<VerificationReport> {
  const { vault, snapshot } = request;
  const scratchParent = join(request.home, 'scratch');
  await cleanScratch(scratchParent);
  await using view = await vault.view(snapshot, options.signal === undefined ? {} : { signal: options.signal });
  const report = await verifySnapshot(
    { vault, view, level: request.level, password: request.password, scratchParent, now: () => new Date() },
    options,
  );
  // A vault that may only be read is checked all the same; the outcome is then only shown.
  if (!vault.isReadOnly) {
    try {
      await remember(vault, snapshot, report);
    } catch (error) {
      // A write-protected or full disk does not undo what was checked; only the note of it is missing.
      if (!isBackstopError(error) || !error.code.startsWith('vault/')) throw error;
      options.onNotice?.({ type: 'notice', code: 'check-not-recorded', data: { reason: error.code } });
    }
  }
  return report;
}

async function remember(vault: Vault, snapshot: Snapshot, report: VerificationReport): Promise<void> {
  const { id, record } = snapshot;
  const about = { record: id, device: record.device, seq: record.seq };
  await vault.recordEvent({
    ...about,
    kind: 'verified',
    level: report.level,
    ok: report.ok,
    opened: report.opened,
    checked: report.checked,
    problems: report.problems.length + report.moreProblems,
  });
  if (report.ok) {
    if (report.level === 'full' || report.level === 'open') await vault.settleDamage(snapshot);
    return;
  }
  const errors = report.problems.filter((problem) => problem.severity === 'error');
  const objects = [...new Set(errors.flatMap((problem) => (problem.object === undefined ? [] : [problem.object])))];
  const reason = errors[0]?.detail ?? 'a check found damage';
  await vault.recordEvent({ ...about, kind: 'damaged', reason, files: objects, objects });
}
