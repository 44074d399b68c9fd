import type { Progress, SnapshotSummary, VerificationReport } from '../../../../shared/contract/index.ts';
import type { InputOf, JobResult, JobView } from '../../../../shared/contract/procedures/index.ts';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { rememberReport } from './backups-checks.ts';
import type { Handlers } from './handlers.ts';
import type { LiveParts } from './live-parts.ts';
import type { JobWork, LibraryPart } from './parts.ts';
import { note } from './phones-handlers.ts';
import { phoneKey } from './phones-live.ts';

/** Until the phone sends, there is nothing that stopping would throw away. */
const BEFORE_SENDING: ReadonlySet<string> = new Set([
  'pairing',
  'connecting',
  'recovering',
  'encrypting',
  'waiting-for-passcode',
  'preparing',
]);

/** Backups and verifications, as jobs that every face sees. */
export function backupJobHandlers(parts: LiveParts): Handlers<'backups.start' | 'backups.verify'> {
  const { engine, jobs, vaults, passwords } = parts;
  return {
    'backups.start': async (input) => {
      const { udid } = input;
      const vault = input.vault ?? (await vaults.main());
      if (vault === null) throw new BackstopError('app/no-destination');
      // A disk that is not here is told now, and not after waiting for a turn.
      await vaults.path(vault);
      // Asked for twice, as by a second window: it is the same backup.
      const same = jobs
        .list()
        .find((one) => one.kind === 'backup' && one.vault === vault && isOpen(one) && isPhone(one, udid));
      if (same !== undefined) return { job: same.id };
      const request = { kind: 'backup', udid, vault, holds: ['phone', 'vault'] } as const;
      return { job: jobs.start(request, (work) => runBackup(parts, { ...input, vault }, work)) };
    },

    'backups.verify': async ({ vault, snapshot, level }) => {
      const path = await vaults.path(vault);
      const { udid } = await vaults.use(vault, async (open) => (await open.resolve(snapshot)).record);
      const job = jobs.start({ kind: 'verify', udid, vault, snapshot, holds: [] }, async ({ options }) => {
        const askPassword = passwords.askerFor({ udid, vault, id: snapshot });
        const choice = { vault: path, snapshot, level, askPassword };
        const { type: _type, ...report } = await engine.verify(choice, options);
        vaults.changed(vault);
        noteReport(parts, { udid, vault, snapshot }, report);
        return { kind: 'verify', report };
      });
      return { job };
    },
  };
}

function isOpen({ state }: JobView): boolean {
  return state === 'waiting' || state === 'running';
}

function isPhone(job: JobView, udid: string): boolean {
  return job.udid !== null && phoneKey(job.udid) === phoneKey(udid);
}

type Start = InputOf<'backups.start'> & { readonly vault: string };

async function runBackup(parts: LiveParts, input: Start, work: JobWork): Promise<JobResult | null> {
  const { engine, vaults, passwords, library, live } = parts;
  const { udid, vault } = input;
  let committed: SnapshotSummary | null = null;
  const onCommitted = (snapshot: SnapshotSummary): void => {
    committed = snapshot;
    const { id, newBytes, files } = snapshot;
    work.tell({ snapshot: id, newBytes, cancelCosts: 'verification', passcodeSince: null });
    remember(library, udid, { lastFailure: null, encrypted: snapshot.encrypted });
    note(parts, 'backup-done', udid, { vault, snapshot: id, facts: { newBytes, files } });
    vaults.changed(vault);
  };
  const onProgress = (progress: Progress): void => {
    work.options.onProgress?.(progress);
    if (committed === null) work.tell({ cancelCosts: costsIn(progress.phase) });
  };
  try {
    const { type: _type, ...backup } = await engine.backup(
      {
        udid,
        vault: await vaults.path(vault),
        full: input.full,
        unencrypted: input.unencrypted,
        verify: input.verify ?? levelFor(parts, udid),
        askPassword: passwords.asker(udid),
        onCommitted,
        skipVerification: work.skip,
      },
      { ...work.options, onProgress },
    );
    noteReport(parts, { udid, vault, snapshot: backup.snapshot.id }, backup.verification);
    for (const { kind, before, after } of backup.losses) {
      const facts = { kind, before, after };
      note(parts, 'loss-found', udid, { vault, snapshot: backup.snapshot.id, facts });
    }
    return { kind: 'backup', backup, vault };
  } catch (error) {
    // The owner went on without the rest of the verification: the version is there, and says itself that nobody checked.
    if (committed !== null && work.skip.aborted && !work.signal.aborted) return null;
    tellFailure(parts, input, work, { error, isCommitted: committed !== null });
    throw error;
  } finally {
    vaults.changed(vault);
    live.refresh(udid);
    parts.events.changed('phones');
  }
}

function tellFailure(
  parts: LiveParts,
  { udid, vault }: Start,
  work: JobWork,
  { error, isCommitted }: { readonly error: unknown; readonly isCommitted: boolean },
): void {
  if (work.signal.aborted) {
    if (!isCommitted) note(parts, 'backup-cancelled', udid, { vault });
    return;
  }
  const code = isBackstopError(error) ? error.code : 'internal/bug';
  if (isCommitted) {
    note(parts, 'verify-failed', udid, { vault, facts: { code } });
    return;
  }
  remember(parts.library, udid, { lastFailure: { at: new Date().toISOString(), code } });
  note(parts, 'backup-failed', udid, { vault, facts: { code } });
}

/** What this computer remembers is a help: that it cannot be written fails no backup. */
function remember(library: LibraryPart, udid: string, facts: Parameters<LibraryPart['rememberPhone']>[1]): void {
  quietly(() => library.rememberPhone(udid, facts));
}

function quietly(write: () => void): void {
  try {
    write();
  } catch {
    // A full disk, mostly; it is told where it matters.
  }
}

function noteReport(
  parts: LiveParts,
  about: { readonly udid: string; readonly vault: string; readonly snapshot: string },
  report: VerificationReport,
): void {
  const { ok, level, checked, problems, moreProblems } = report;
  quietly(() => rememberReport(parts.library, { ...report, snapshot: about.snapshot }));
  const facts = { level, files: checked, problems: problems.length + moreProblems };
  note(parts, ok ? 'verified' : 'verify-failed', about.udid, { ...about, facts });
}

function levelFor({ live, library }: LiveParts, udid: string): 'quick' | 'full' {
  const { verifyAfterUsb, verifyAfterWifi } = library.settings();
  const connections = live.find(udid)?.connections ?? [];
  return connections.includes('wifi') && !connections.includes('usb') ? verifyAfterWifi : verifyAfterUsb;
}

function costsIn(phase: string): JobView['cancelCosts'] {
  return BEFORE_SENDING.has(phase) ? 'nothing' : 'this-run';
}
