import type { WorkOptions } from '../../../shared/contract/index.ts';
import { BackstopError, type ErrorCode, isBackstopError } from '../../../shared/errors/index.ts';
import type { Snapshot, Vault } from '../vault/index.ts';
import { type LeftSession, type ReceivedBackup, SessionJournal } from './journal.ts';
import { noticer } from './notices.ts';
import { stateFolder } from './state-folders.ts';

export interface Recovery {
  /** Versions of runs that were cut off after the phone had said "done"; they are in the vault now. */
  readonly completed: readonly Snapshot[];
  /** Runs that could not be completed, and why. Those that may be later are kept for then. */
  readonly failed: readonly RecoveryFailure[];
}

export interface RecoveryFailure {
  readonly sessionId: string;
  readonly udid: string;
  readonly error: BackstopError;
  /** Kept, and tried again at the next start. */
  readonly isKept: boolean;
}

/** After these a run can never be completed: what it needs is gone. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set([
  'backup/interrupted-commit',
  'vault/object-vanished',
  'vault/damaged-object',
]);

/**
 * Completes, without the phone, what dead sessions of this computer had earned for this vault, and throws all their
 * other leavings away. Sessions at work in other processes and those of other vaults are left alone.
 */
export async function recoverSessions(
  vault: Pick<Vault, 'id' | 'place' | 'hasTraceOf' | 'snapshots' | 'resumeSession'>,
  stateDir: string,
  options: WorkOptions = {},
): Promise<Recovery> {
  const completed: Snapshot[] = [];
  const failed: RecoveryFailure[] = [];
  const notice = noticer(options);
  const left = SessionJournal.leftIn(stateFolder(stateDir, 'sessions'));
  try {
    for (const session of left) {
      options.signal?.throwIfAborted();
      if (session.kind === 'worthless') session.journal?.remove();
      if (session.kind !== 'received' || session.backup.vaultId !== vault.id) continue;
      const { id, journal, backup } = session;
      // Copies of a vault have one id. What another one received is completed there, and not given up here.
      const isElsewhere = backup.place !== (await vault.place());
      if (isElsewhere && !(await vault.hasTraceOf(id))) continue;
      try {
        const snapshot = await complete(vault, id, backup, options);
        journal.remove();
        completed.push(snapshot);
        notice('recovered', { snapshot: snapshot.id });
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!isBackstopError(error)) throw error;
        const isKept = isElsewhere || !HOPELESS.has(error.code);
        if (!isKept) journal.remove();
        failed.push({ sessionId: id, udid: backup.facts.udid, error, isKept });
        notice('recovery-failed', { session: id, code: error.code, kept: isKept });
      }
    }
  } finally {
    for (const session of left) closeLeft(session);
  }
  return { completed, failed };
}

async function complete(
  vault: Pick<Vault, 'snapshots' | 'resumeSession'>,
  id: string,
  backup: ReceivedBackup,
  { signal }: WorkOptions,
): Promise<Snapshot> {
  const { udid, name } = backup.facts;
  const resumed = await vault.resumeSession(id, { udid, label: name, signal });
  if (resumed.kind === 'committed') return resumed.snapshot;
  await using session = resumed.session;
  const { snapshots } = await vault.snapshots(udid);
  const parent = snapshots.find((snapshot) => snapshot.id === backup.parent) ?? null;
  if (parent === null && !backup.full) {
    const reason = 'the version it was built upon is no longer in the vault';
    throw new BackstopError('backup/interrupted-commit', { message: reason, data: { reason } });
  }
  const { full, facts, tops, changes } = backup;
  // Awaited here: the session ends with this block.
  return await session.commit({ parent, full, facts, tops, changes });
}

function closeLeft(session: LeftSession): void {
  if (session.kind === 'received') session.journal.close();
  if (session.kind === 'worthless') session.journal?.close();
}
