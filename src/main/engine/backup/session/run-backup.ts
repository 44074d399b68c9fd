import { randomBytes } from 'node:crypto';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { Phone } from '../../device/index.ts';
import { readInfoPlist } from '../../formats/index.ts';
import { type Clock, scaledMs, systemClock } from '../../platform/index.ts';
import type { CommitRequest, SnapshotFacts, SnapshotView, VaultSession } from '../../vault/index.ts';
import { cancelledBy } from '../cancelled.ts';
import { checkFinished, checkWithoutAnswer, type FinishContext, type FinishedBackup } from '../finished.ts';
import { FullNextNotes } from '../full-next.ts';
import { buildInfoPlist } from '../info-plist/index.ts';
import { SessionJournal } from '../journal.ts';
import { noticer, type SayNotice } from '../notices.ts';
import { changesOf, Overlay } from '../overlay/index.ts';
import { converse, Dressing, type KnownIcon, knownIcons } from '../phone/index.ts';
import { makesNextFull } from '../phone-errors.ts';
import { ProgressMeter } from '../progress.ts';
import { recoverSessions } from '../recovery.ts';
import { stateFolder } from '../state-folders.ts';
import { isDiskFull, VirtualFolder } from '../virtual-folder.ts';
import { checkSpace, planEncryption, turnEncryptionOn } from './before.ts';
import { connectionLost, type GoodEnding, judgeEnding } from './ending.ts';
import { BackupListener } from './listener.ts';
import { planSession, type SessionPlan } from './plan.ts';
import type { BackupDone, BackupOptions, BackupRun } from './types.ts';

/** When the vault has failed, the phone gets this long to end by itself before it is told to stop. */
const VAULT_FAILED_GRACE_MS = scaledMs(30_000);
const MAX_INFO_PLIST_BYTES = 64 * 1024 * 1024;

interface PreviousInfo {
  /** The same in every run of a phone: restores of tools and other hosts recognise a backup by it. */
  readonly guid: string | null;
  readonly knownIcon: KnownIcon;
}

/**
 * One backup, from a trusted phone to a committed version. Every failure leaves all versions as they were; after the
 * phone's "done" a failure here leaves a journal, with which the next start completes the version without the phone.
 */
export async function runBackup(run: BackupRun, options: BackupOptions = {}): Promise<BackupDone> {
  const signal = options.signal ?? new AbortController().signal;
  const backup = new Backup(run, { ...options, signal });
  try {
    return await backup.run();
  } catch (error) {
    throw backup.isEarned ? error : cancelledBy(signal, error);
  }
}

class Backup {
  readonly #run: BackupRun;
  readonly #options: BackupOptions & { readonly signal: AbortSignal };
  readonly #clock: Clock;
  readonly #notice: SayNotice;
  readonly #meter: ProgressMeter;
  readonly #phone: Phone;
  readonly #startedAt: Date;
  readonly #fullNext: FullNextNotes;
  /** The phone has done its part: from here on nothing is cancelled, and no failure throws away what arrived. */
  isEarned = false;
  /** What is needed to complete the version is written down. */
  #isWrittenDown = false;
  /** Which copy of the vault it goes to. */
  #place = '';

  constructor(run: BackupRun, options: BackupOptions & { readonly signal: AbortSignal }) {
    this.#run = run;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#notice = noticer(options);
    this.#meter = new ProgressMeter(this.#clock, options.onProgress);
    this.#phone = run.phone;
    this.#startedAt = this.#clock.now();
    this.#fullNext = new FullNextNotes(stateFolder(run.stateDir, 'full-next'));
  }

  async run(): Promise<BackupDone> {
    const { vault, stateDir } = this.#run;
    const { signal } = this.#options;
    this.#meter.enter('recovering');
    const recovered = await recoverSessions(vault, stateDir, this.#options);
    this.#meter.enter('connecting');
    const encryption = await planEncryption(this.#run, signal, this.#notice);
    await using dressing = new Dressing(this.#phone, signal);
    await using session = await this.#openSession();
    this.#place = await vault.place();
    const plan = planSession(session.parent, {
      isEncrypted: encryption.isEncrypted,
      isFullAsked: this.#run.full === true,
      note: this.#fullNext.read(this.#place, this.#phone.udid),
    });
    if (plan.fullReason !== null) this.#notice('full-because', { reason: plan.fullReason });
    await checkSpace(this.#run, plan.base === null, signal, this.#notice);
    // Only now, with a vault that takes the backup, is the phone's owner asked for anything.
    const { turnOnWith } = encryption;
    if (turnOnWith !== null) await turnEncryptionOn(this.#run, turnOnWith, this.#options, this.#notice);
    const journal = SessionJournal.create(stateFolder(stateDir, 'sessions'), session.id);
    try {
      const done = await this.#receive(session, plan, journal, dressing);
      this.#isWrittenDown = false;
      this.#fullNext.clear(this.#place, this.#phone.udid);
      return { ...done, fullReason: plan.fullReason, recovered: recovered.completed };
    } catch (error) {
      if (isBackstopError(error) && makesNextFull(error.code)) {
        this.#fullNext.write(this.#place, this.#phone.udid, `the last backup ended with an error (${error.code})`);
      }
      throw error;
    } finally {
      if (this.#isWrittenDown) journal.close();
      else journal.remove();
    }
  }

  /** A cancel ends the opening; the open session must outlive one, because after the phone's "done" it still commits. */
  async #openSession(): Promise<VaultSession> {
    const { signal } = this.#options;
    const opening = new AbortController();
    const cancel = (): void => opening.abort(signal.reason);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      signal.throwIfAborted();
      const { udid, name: label } = this.#phone;
      const onWait = (busy: { readonly host: string; readonly since: string }) => this.#notice('device-busy', busy);
      return await this.#run.vault.openSession({
        udid,
        label,
        onWait: this.#run.wait === true ? onWait : undefined,
        signal: opening.signal,
      });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** From the open session to the commit. */
  async #receive(
    session: VaultSession,
    plan: SessionPlan,
    journal: SessionJournal,
    dressing: Dressing,
  ): Promise<Pick<BackupDone, 'snapshot' | 'notSent' | 'wasAnswered'>> {
    await using opened = new AsyncDisposableStack();
    const base = plan.base === null ? null : opened.use(await this.#run.vault.view(plan.base));
    const baseModified = plan.base === null ? 0 : Math.floor(Date.parse(plan.base.record.finished) / 1000);
    const overlay = new Overlay({ udid: this.#phone.udid, base, baseModified });
    const folder = new VirtualFolder({
      overlay,
      objects: session,
      clock: this.#clock,
      freeBytes: async () => BigInt(Math.floor(await this.#run.vault.freeBytes())),
      onReceived: (bytes) => this.#meter.received(bytes),
      onFileReceived: () => this.#meter.fileReceived(),
    });
    const listener = new BackupListener(this.#meter, this.#notice);
    const previousInfo = this.#previousInfo(plan, base);
    previousInfo.catch(() => undefined); // Told where it is waited for, if it comes to that.
    const ending = await this.#converse(session, plan, folder, listener, async (preparing) => {
      await this.#putInfoPlist(folder, dressing, await previousInfo, preparing);
    });
    const finished = await this.#check(
      { overlay, objects: session, previous: plan.parent === null ? null : plan.parent.record },
      ending,
    );
    this.isEarned = true;
    const request: CommitRequest = {
      parent: plan.parent,
      full: base === null,
      facts: this.#facts(finished, listener),
      ...changesOf(overlay, base),
    };
    await session.seal();
    const written = this.#writeDown(journal, request);
    // What was written down is what is committed; half a million rows need not be in memory a second time.
    if (written !== null) overlay.release();
    const snapshot = await session.commit({ ...request, ...written });
    return { snapshot, notSent: listener.notSent, wasAnswered: ending.kind === 'answered' };
  }

  async #converse(
    session: VaultSession,
    plan: SessionPlan,
    folder: VirtualFolder,
    listener: BackupListener,
    putInfoPlist: (signal: AbortSignal) => Promise<void>,
  ): Promise<GoodEnding> {
    const vaultFailed = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const onVaultFailed = (): void => {
      timer = setTimeout(() => vaultFailed.abort(session.signal.reason), VAULT_FAILED_GRACE_MS);
    };
    session.signal.addEventListener('abort', onVaultFailed, { once: true });
    const signal = AbortSignal.any([this.#options.signal, vaultFailed.signal]);
    const { udid } = this.#phone;
    try {
      const full = plan.base === null && (plan.parent !== null || this.#run.full === true);
      const request = { targetUdid: udid, sourceUdid: udid, full };
      const outcome = await converse(
        this.#phone,
        (service, conversation) => service.backup(request, folder, conversation),
        {
          signal,
          listener,
          prepare: async (preparing) => {
            await putInfoPlist(preparing);
            this.#meter.enter('preparing');
          },
        },
      );
      const failure = folder.failure ?? failureOf(session);
      const ending = judgeEnding(outcome, { failure, phase: this.#meter.phase, listener });
      this.#meter.enter('committing');
      return ending;
    } catch (error) {
      if (isBackstopError(error, 'device/connection-lost')) throw connectionLost(this.#meter.phase, error);
      throw error;
    } finally {
      clearTimeout(timer);
      session.signal.removeEventListener('abort', onVaultFailed);
    }
  }

  async #putInfoPlist(
    folder: VirtualFolder,
    dressing: Dressing,
    previous: PreviousInfo,
    signal: AbortSignal,
  ): Promise<void> {
    const phone = this.#phone;
    const { extras, missing, itunesSettings, minItunesVersion } = await dressing.read(previous.knownIcon, signal);
    if (missing.length > 0) this.#notice('info-incomplete', { missing: [...missing] });
    const content = buildInfoPlist({
      udid: phone.udid,
      values: phone.values,
      itunesSettings,
      minItunesVersion,
      extras,
      guid: previous.guid ?? randomBytes(16).toString('hex').toUpperCase(),
      now: this.#clock.now(),
    });
    await folder.put(`${phone.udid}/Info.plist`, content);
  }

  /** What the version before is good for here; nothing when it is damaged, which is no reason to fail. */
  async #previousInfo(plan: SessionPlan, base: SnapshotView | null): Promise<PreviousInfo> {
    const nothing = { guid: null, knownIcon: () => null };
    if (plan.parent === null) return nothing;
    try {
      await using opened = new AsyncDisposableStack();
      const view = base ?? opened.use(await this.#run.vault.view(plan.parent));
      const info = view.top('Info.plist');
      if (info === null) return nothing;
      const { guid, applications } = readInfoPlist(await view.readWhole(info, MAX_INFO_PLIST_BYTES));
      return {
        guid: guid !== undefined && /^[0-9A-Za-z-]{1,64}$/.test(guid) ? guid : null,
        // A full run takes nothing over.
        knownIcon: base === null ? () => null : knownIcons(applications),
      };
    } catch (error) {
      if (isBackstopError(error)) return nothing;
      throw error;
    }
  }

  /** A phone that just went away is told apart from one that left something that looks finished. */
  async #check(context: FinishContext, ending: GoodEnding): Promise<FinishedBackup> {
    if (ending.kind === 'answered') return checkFinished(context);
    let finished: FinishedBackup;
    try {
      finished = await checkFinished(context);
    } catch (error) {
      throw isBackstopError(error, 'backup/not-finished') ? ending.otherwise(error) : error;
    }
    const isEncrypted = finished.manifest.isEncrypted === true;
    const password = isEncrypted ? ((await this.#run.askPassword?.('backup-password')) ?? null) : null;
    const scratch = stateFolder(this.#run.stateDir, 'scratch');
    await checkWithoutAnswer(context, { manifest: finished.manifest, password, scratch }, this.#options.signal);
    this.#notice('without-answer');
    return finished;
  }

  #facts(finished: FinishedBackup, listener: BackupListener): SnapshotFacts {
    const phone = this.#phone;
    return {
      udid: phone.udid,
      name: phone.name,
      model: phone.text('ProductType') ?? '',
      ios: phone.text('ProductVersion') ?? '',
      encrypted: finished.manifest.isEncrypted === true,
      statusUuid: finished.statusUuid,
      statusDate: finished.statusDate.toISOString(),
      startedAt: this.#startedAt.toISOString(),
      ...(listener.notSent.length === 0 ? {} : { notSent: listener.notSent }),
    };
  }

  /** A journal that cannot be written costs the protection against a crash in the next seconds, not the backup. */
  #writeDown(journal: SessionJournal, request: CommitRequest): Pick<CommitRequest, 'changes' | 'tops'> | null {
    try {
      const vaultId = this.#run.vault.id;
      const earned = { ...request, vaultId, place: this.#place, parent: request.parent?.id ?? null };
      const { changes, tops } = journal.writeReceived(earned);
      this.#isWrittenDown = true;
      return { changes, tops };
    } catch (error) {
      if (!isBackstopError(error, 'backup/work-folder-failed')) throw error;
      this.#notice('journal-not-written', { reason: String(error.data['reason']) });
      return null;
    }
  }
}

/** Why the vault's session ended by itself, if it did. */
function failureOf(session: VaultSession): BackstopError | null {
  if (!session.signal.aborted) return null;
  const reason: unknown = session.signal.reason;
  if (isDiskFull(reason)) return new BackstopError('backup/vault-full', { cause: reason });
  return isBackstopError(reason)
    ? reason
    : new BackstopError('backup/computer-failed', { cause: reason, data: { reason: String(reason) } });
}
