import { join, resolve } from 'node:path';
import type {
  AtRiskRequest,
  AtRiskResult,
  BackupRequest,
  BackupResult,
  BrowseEngine,
  EmptyTrashResult,
  EncryptionRequest,
  EncryptionResult,
  Engine,
  ExportResult,
  ForgetResult,
  MoveVaultResult,
  NoteResult,
  PinRequest,
  PinResult,
  PruneRequest,
  PruneResult,
  RebuildIndexResult,
  RepairRequest,
  RepairResult,
  RescueRequest,
  RescueResult,
  RetentionResult,
  ScrubRequest,
  ScrubResult,
  SnapshotChoice,
  SnapshotsChoice,
  SnapshotsResult,
  TrashResult,
  UnforgetResult,
  VaultCheckResult,
  VaultInfoResult,
  VerificationReport,
  VerifyResult,
  WorkOptions,
} from '../../../shared/contract/index.ts';
import { BackstopError, isBackstopError } from '../../../shared/errors/index.ts';
import { changeEncryption, readEncryption, recoverSessions, runBackup } from '../backup/index.ts';
import { type MuxEndpoint, sameUdid } from '../device/index.ts';
import { exportSnapshot } from '../export/index.ts';
import { type Snapshot, Vault } from '../vault/index.ts';
import { atRisk } from './at-risk.ts';
import { browseEngine } from './browse-engine.ts';
import { namerOf, repairVault, scrubVault } from './care.ts';
import { checkSnapshot } from './check-snapshot.ts';
import { LocalCleanup } from './cleanup/local-cleanup.ts';
import { runDemo } from './demo.ts';
import { KnownVaults } from './known-vaults.ts';
import { lastCopies } from './last-copies.ts';
import { watchForLoss } from './loss-watch.ts';
import { BackupOpener } from './open-backup.ts';
import { connectTrusted, listDevices, type PhoneAccess, pairDevice, phoneAccess, requirePhone } from './phones.ts';
import { rescuePhone } from './rescue.ts';
import { type LookInside, pruneVault, setRetention } from './retention.ts';
import { showSnapshot } from './show-snapshot.ts';
import { summarise, summariseOne } from './summaries.ts';
import { emptyTrash, forgetVersions, listTrash, noteVersion, pinVersions, restoreVersions } from './trash.ts';
import { checkVault, moveVault, rebuildIndex, vaultInfo } from './vault-facts.ts';

export interface EngineOptions {
  /** Backstop's own folder on this computer: caches, interrupted sessions, pair records. Never the vault. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Further daemons that phones are found at, as they are now: a demo phone has one of its own. */
  readonly otherMuxers?: () => readonly MuxEndpoint[];
}

/** The engine in this process: what every face talks to. */
export function createEngine(options: EngineOptions): Engine {
  return new LocalEngine(options);
}

class LocalEngine implements Engine {
  readonly browse: BrowseEngine;
  readonly cleanup: LocalCleanup;
  readonly #home: string;
  readonly #opener: BackupOpener;
  readonly #env: NodeJS.ProcessEnv;
  readonly #otherMuxers: () => readonly MuxEndpoint[];

  constructor({ home, env, otherMuxers }: EngineOptions) {
    this.#home = resolve(home);
    this.#env = env;
    this.#otherMuxers = otherMuxers ?? (() => []);
    this.#opener = new BackupOpener(this.#home, (path) => this.#open(path));
    this.browse = browseEngine(this.#opener);
    this.cleanup = new LocalCleanup({
      home: this.#home,
      opener: this.#opener,
      phones: () => this.#phones,
      openVault: (path) => this.#open(path),
      otherVaults: async (vault) => (await this.#known.list()).filter(({ path }) => path !== vault.dir).length,
      backup: (request, options) => this.backup(request, options),
      verify: async (vault, { snapshot, level, askPassword }, options) => {
        const password = snapshot.record.encrypted ? await askPassword('backup-password') : null;
        return await checkSnapshot({ home: this.#home, vault, snapshot, level, password }, options);
      },
    });
  }

  get #phones(): PhoneAccess {
    return phoneAccess(this.#home, this.#env, this.#otherMuxers());
  }

  devices(options: WorkOptions = {}) {
    return listDevices(this.#phones, options);
  }

  pair(request: { readonly udid: string | null }, options: WorkOptions = {}) {
    return pairDevice(this.#phones, request, options);
  }

  async atRisk(request: AtRiskRequest, options: WorkOptions = {}): Promise<AtRiskResult> {
    const sources = { access: this.#phones, opener: this.#opener, openVault: () => this.#open(request.vault) };
    const { phones } = await atRisk(sources, request, options).catch((error: unknown) => {
      // A phone that is lost is the one that this is asked about.
      if (request.udid === null || !isBackstopError(error, 'device/not-found')) throw error;
      return { phones: [] };
    });
    const udids = request.udid === null ? phones.map(({ udid }) => udid) : [request.udid];
    const maps: AtRiskResult['maps'] = [];
    for (const udid of udids) {
      const { map } = await this.cleanup.riskMap({ ...request, udid }, options);
      maps.push({ udid, map });
    }
    return { type: 'result', phones, maps };
  }

  async rescue(request: RescueRequest, options: WorkOptions = {}): Promise<RescueResult> {
    const vault = await this.#known.find(request.vault).catch(() => null);
    const outside = vault === null ? [] : [vault];
    return await rescuePhone(this.#phones, { ...request, outside, home: this.#home }, options);
  }

  async encryption(request: EncryptionRequest, options: WorkOptions = {}): Promise<EncryptionResult> {
    const { action, askPassword } = request;
    await using phone = await connectTrusted(this.#phones, request.udid, options);
    if (action === 'status') {
      const { isOn } = await readEncryption(phone, { signal: options.signal });
      return { type: 'result', udid: phone.udid, encrypted: isOn, confirmed: null };
    }
    const given = async (purpose: 'new-backup-password' | 'old-backup-password'): Promise<string> => {
      const password = await askPassword(purpose);
      if (password === null || password === '') {
        const words = purpose === 'new-backup-password' ? 'new backup password' : 'present backup password';
        throw new BackstopError('app/password-needed', { data: { purpose: words } });
      }
      return password;
    };
    const change =
      action === 'on'
        ? ({ action, newPassword: await given('new-backup-password') } as const)
        : action === 'off'
          ? ({ action, oldPassword: await given('old-backup-password') } as const)
          : ({
              action,
              oldPassword: await given('old-backup-password'),
              newPassword: await given('new-backup-password'),
            } as const);
    const { isOn, isConfirmed } = await changeEncryption(phone, change, options);
    return { type: 'result', udid: phone.udid, encrypted: isOn, confirmed: isConfirmed };
  }

  async backup(request: BackupRequest, options: WorkOptions = {}): Promise<BackupResult> {
    const started = performance.now();
    // No vault is made for a phone that is not there; and a place that cannot be written is told before a phone is asked
    // for its trust or its passcode.
    await requirePhone(this.#phones, request.udid, options);
    await using vault = await this.#openOrCreate(request.vault);
    await using phone = await connectTrusted(this.#phones, request.udid, options);
    const done = await runBackup(
      {
        phone,
        vault,
        stateDir: this.#home,
        full: request.full,
        unencrypted: request.unencrypted,
        wait: request.wait ?? false,
        askPassword: request.askPassword,
      },
      options,
    );
    await phone[Symbol.asyncDispose]();
    const middle = performance.now();
    // From here on there is a version, whatever becomes of its verification.
    const { onCommitted, skipVerification } = request;
    onCommitted?.(await summariseOne(vault, done.snapshot));
    const signal = eitherSignal(options.signal, skipVerification);
    signal?.throwIfAborted();
    const password = done.snapshot.record.encrypted ? await request.askPassword('backup-password') : null;
    const looking = { ...options, signal };
    const verification = await this.#verifyNew(vault, done.snapshot, request, password, looking);
    const losses = await this.#watch(vault, done.snapshot, password, looking);
    const ended = performance.now();
    return {
      type: 'result',
      losses,
      snapshot: await summariseOne(vault, done.snapshot),
      verification,
      fullReason: done.fullReason,
      notSent: [...done.notSent],
      recovered: done.recovered.map((snapshot) => snapshot.id),
      seconds: { backup: (middle - started) / 1000, verification: (ended - middle) / 1000 },
    };
  }

  /** Has much more gone from the phone than usual? Nothing is asked for again: without a password it is not known. */
  async #watch(
    vault: Vault,
    snapshot: Snapshot,
    password: string | null,
    options: WorkOptions,
  ): Promise<BackupResult['losses']> {
    if (snapshot.record.encrypted && password === null) return [];
    const askPassword = async (): Promise<string | null> => password;
    const request = { opener: this.#opener, vault, home: this.#home, snapshot, askPassword };
    const losses = await watchForLoss(request, { signal: options.signal });
    return losses.map(({ alarm, pinned }) =>
      alarm.what === 'fall'
        ? { kind: alarm.kind, before: alarm.before, after: alarm.after, pinned }
        : { kind: alarm.group.kind, before: Math.max(1, alarm.group.items), after: 0, pinned },
    );
  }

  /**
   * The version is committed whatever the password is worth. A wrong one is told as what it is, after the version was
   * read back without it, so that the owner has both: a version, and the news that this password does not open it.
   */
  async #verifyNew(
    vault: Vault,
    snapshot: Snapshot,
    request: BackupRequest,
    password: string | null,
    options: WorkOptions,
  ): Promise<VerificationReport> {
    const check = { home: this.#home, vault, snapshot, level: request.verify };
    try {
      return await checkSnapshot({ ...check, password }, options);
    } catch (error) {
      if (isBackstopError(error, 'verify/wrong-password')) {
        const level = request.verify === 'open' ? 'full' : request.verify;
        await checkSnapshot({ ...check, level, password: null }, options);
      }
      throw error;
    }
  }

  async snapshots(request: { readonly vault: string; readonly udid: string | null }): Promise<SnapshotsResult> {
    await using vault = await this.#open(request.vault);
    const list = await vault.snapshots();
    const { udid } = request;
    const mine = udid === null ? list.snapshots : list.snapshots.filter((one) => sameUdid(one.record.udid, udid));
    return {
      type: 'result',
      snapshots: mine.map((one) => summarise(one, list)),
      unreadable: [...list.unreadable],
    };
  }

  async show(request: SnapshotChoice & { readonly askPassword: BackupRequest['askPassword'] }) {
    await using vault = await this.#open(request.vault);
    return await showSnapshot({ ...request, home: this.#home, vault });
  }

  async verify(
    request: SnapshotChoice & {
      readonly level: BackupRequest['verify'];
      readonly askPassword: BackupRequest['askPassword'];
    },
    options: WorkOptions = {},
  ): Promise<VerifyResult> {
    await using vault = await this.#open(request.vault);
    const snapshot = await vault.resolve(request.snapshot);
    const wantsPassword = snapshot.record.encrypted && request.level !== 'structure';
    const password = wantsPassword ? await request.askPassword('backup-password') : null;
    const report = await checkSnapshot({ home: this.#home, vault, snapshot, level: request.level, password }, options);
    return { type: 'result', snapshot: snapshot.id, ...report };
  }

  async export(
    request: SnapshotChoice & { readonly directory: string },
    options: WorkOptions = {},
  ): Promise<ExportResult> {
    await using vault = await this.#open(request.vault);
    const snapshot = await vault.resolve(request.snapshot);
    await using view = await vault.view(snapshot, options.signal === undefined ? {} : { signal: options.signal });
    const { udid, bytes } = snapshot.record;
    const outcome = await exportSnapshot(
      { view, udid, directory: request.directory, vaultDirectory: vault.dir, bytes },
      options,
    );
    return { type: 'result', snapshot: snapshot.id, ...outcome };
  }

  async forget(request: SnapshotsChoice & { readonly force: boolean }): Promise<ForgetResult> {
    await using vault = await this.#open(request.vault);
    return await forgetVersions(vault, request.snapshots, request);
  }

  async unforget(request: SnapshotsChoice): Promise<UnforgetResult> {
    await using vault = await this.#open(request.vault);
    return await restoreVersions(vault, request.snapshots);
  }

  async pin(request: PinRequest): Promise<PinResult> {
    await using vault = await this.#open(request.vault);
    return await pinVersions(vault, request);
  }

  async note(request: SnapshotChoice & { readonly text: string }): Promise<NoteResult> {
    await using vault = await this.#open(request.vault);
    return await noteVersion(vault, request.snapshot, request.text);
  }

  async trash(request: { readonly vault: string }, options: WorkOptions = {}): Promise<TrashResult> {
    await using vault = await this.#open(request.vault);
    return await listTrash(vault, options.signal);
  }

  async emptyTrash(request: SnapshotsChoice, options: WorkOptions = {}): Promise<EmptyTrashResult> {
    await using vault = await this.#open(request.vault);
    return await emptyTrash(vault, request.snapshots, options.signal);
  }

  async prune(request: PruneRequest, options: WorkOptions = {}): Promise<PruneResult> {
    await using vault = await this.#open(request.vault);
    const { askPassword } = request;
    const look: LookInside = (going, staying) =>
      lastCopies({ opener: this.#opener, vault, askPassword, going, staying }, options);
    return await pruneVault(vault, request, look, options.signal);
  }

  async retention(request: Omit<PruneRequest, 'dryRun' | 'askPassword'>): Promise<RetentionResult> {
    await using vault = await this.#open(request.vault);
    return await setRetention(vault, request.policy);
  }

  async scrub(request: ScrubRequest, options: WorkOptions = {}): Promise<ScrubResult> {
    await using vault = await this.#open(request.vault);
    const namePaths = namerOf(this.#opener, vault, request.askPassword, options);
    return await scrubVault(vault, request, namePaths, options);
  }

  async repair(request: RepairRequest, options: WorkOptions = {}): Promise<RepairResult> {
    await using vault = await this.#open(request.vault);
    const namePaths = namerOf(this.#opener, vault, request.askPassword, options);
    return await repairVault(vault, this.#home, namePaths, options);
  }

  async vaultInfo(request: { readonly vault: string }, options: WorkOptions = {}): Promise<VaultInfoResult> {
    await using vault = await this.#open(request.vault);
    return await vaultInfo(vault, options);
  }

  async vaultCheck(request: { readonly vault: string }, options: WorkOptions = {}): Promise<VaultCheckResult> {
    await using vault = await this.#open(request.vault);
    return await checkVault(vault, options);
  }

  async rebuildIndex(request: { readonly vault: string }, options: WorkOptions = {}): Promise<RebuildIndexResult> {
    await using vault = await this.#open(request.vault);
    return await rebuildIndex(vault, options);
  }

  async moveVault(
    request: { readonly vault: string; readonly target: string },
    options: WorkOptions = {},
  ): Promise<MoveVaultResult> {
    await using vault = await this.#open(request.vault);
    const moved = await moveVault(vault, request.target, options);
    await this.#known.remember(vault.id, resolve(request.target));
    return moved;
  }

  demo(request: { readonly keepIn: string | null }, options: WorkOptions = {}) {
    return runDemo(
      request,
      (place) => createEngine({ home: place.home, env: { ...this.#env, ...place.env } }),
      options,
    );
  }

  /** Opening a vault finishes first what an interrupted run had earned: its phone had said "done". */
  async #open(path: string): Promise<Vault> {
    const vault = await Vault.open(await this.#known.find(path), this.#vaultOptions);
    try {
      await this.#known.remember(vault.id, vault.dir);
      if (!vault.isReadOnly) await recoverSessions(vault, this.#home, {});
      return vault;
    } catch (error) {
      await vault.close();
      throw error;
    }
  }

  async #openOrCreate(path: string): Promise<Vault> {
    const vault = await Vault.openOrCreate(await this.#known.find(path), this.#vaultOptions);
    await this.#known.remember(vault.id, vault.dir);
    return vault;
  }

  get #known(): KnownVaults {
    return new KnownVaults(this.#home);
  }

  get #vaultOptions() {
    return { cacheDir: join(this.#home, 'cache'), stateDir: this.#home };
  }
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other]);
}
