import type { RetentionPolicy } from '../rules/retention/index.ts';
import type { AtRiskResult } from './at-risk.ts';
import type { BrowseEngine } from './browse.ts';
import type { CleanupEngine } from './cleanup.ts';
import type { DevicesResult, EncryptionResult, PairResult } from './devices.ts';
import type { WorkOptions } from './progress.ts';
import type { RescueResult } from './rescue.ts';
import type {
  BackupResult,
  DemoResult,
  ExportResult,
  ShowResult,
  SnapshotSummary,
  SnapshotsResult,
} from './snapshots.ts';
import type {
  EmptyTrashResult,
  ForgetResult,
  MoveVaultResult,
  NoteResult,
  PinResult,
  PruneResult,
  RebuildIndexResult,
  RepairResult,
  RetentionResult,
  ScrubResult,
  TrashResult,
  UnforgetResult,
  VaultCheckResult,
  VaultInfoResult,
} from './vault.ts';
import type { VerificationLevel, VerifyResult } from './verification.ts';

/** A password by its way of being asked for: the engine asks only when it needs one, at most once for each purpose. */
export type AskPassword = (
  purpose: 'backup-password' | 'new-backup-password' | 'old-backup-password',
) => Promise<string | null>;

export interface PhoneChoice {
  /** Null: the only phone that is connected. */
  readonly udid: string | null;
}

export interface BackupRequest extends PhoneChoice {
  readonly vault: string;
  readonly full: boolean;
  readonly unencrypted: boolean;
  /** Wait while another backup of the phone into this vault is running. */
  readonly wait?: boolean;
  readonly verify: VerificationLevel;
  readonly askPassword: AskPassword;
  /** Told when the version is committed: from then on it stays, whatever comes of the rest. */
  readonly onCommitted?: ((snapshot: SnapshotSummary) => void) | undefined;
  /** Ends what comes after the commit; the call rejects with the signal's reason, and the version stays unverified. */
  readonly skipVerification?: AbortSignal | undefined;
}

export interface SnapshotChoice {
  readonly vault: string;
  /** An id, a unique beginning of one, or `latest`. */
  readonly snapshot: string;
}

export interface SnapshotsChoice {
  readonly vault: string;
  readonly snapshots: readonly string[];
}

export interface PinRequest extends SnapshotsChoice {
  /** False: takes the pins back. */
  readonly pinned: boolean;
  /** ISO 8601: from then on the rules may take the pin back; null: never. */
  readonly until: string | null;
  readonly reason: string | null;
}

export interface PruneRequest {
  readonly vault: string;
  readonly dryRun: boolean;
  readonly policy: RetentionPolicy | null;
  /** To see what would lose its last copy; without a password that is not known of encrypted versions. */
  readonly askPassword: AskPassword;
}

export interface RepairRequest {
  readonly vault: string;
  /** To name damage as its owner knows it; without a password it is named by ids. */
  readonly askPassword: AskPassword;
}

export interface ScrubRequest extends RepairRequest {
  /** False: only what was not read through within 30 days. */
  readonly everything: boolean;
  readonly maxBytes: number | null;
  readonly bytesPerSecond: number | null;
}

export interface EncryptionRequest extends PhoneChoice {
  readonly action: 'status' | 'on' | 'change' | 'off';
  readonly askPassword: AskPassword;
}

export interface AtRiskRequest {
  /** Null: every phone that is connected. */
  readonly udid: string | null;
  readonly vault: string;
  /** Without a password an encrypted version is compared by dates only. */
  readonly askPassword: AskPassword;
}

export interface RescueRequest extends PhoneChoice {
  readonly directory: string;
  /** The vault that nothing may be rescued into, where there is one. */
  readonly vault: string;
}

/** What every face may ask of the engine. Failures are BackstopErrors. */
export interface Engine {
  readonly browse: BrowseEngine;
  readonly cleanup: CleanupEngine;
  devices(options?: WorkOptions): Promise<DevicesResult>;
  pair(request: PhoneChoice, options?: WorkOptions): Promise<PairResult>;
  /** What of each phone is in no verified version yet, and what takes its room. No phone is asked for its trust. */
  atRisk(request: AtRiskRequest, options?: WorkOptions): Promise<AtRiskResult>;
  /** Copies the photos and videos straight from the phone: for one that is too full to be backed up. */
  rescue(request: RescueRequest, options?: WorkOptions): Promise<RescueResult>;
  encryption(request: EncryptionRequest, options?: WorkOptions): Promise<EncryptionResult>;
  backup(request: BackupRequest, options?: WorkOptions): Promise<BackupResult>;
  snapshots(
    request: { readonly vault: string; readonly udid: string | null },
    options?: WorkOptions,
  ): Promise<SnapshotsResult>;
  show(request: SnapshotChoice & { readonly askPassword: AskPassword }, options?: WorkOptions): Promise<ShowResult>;
  verify(
    request: SnapshotChoice & { readonly level: VerificationLevel; readonly askPassword: AskPassword },
    options?: WorkOptions,
  ): Promise<VerifyResult>;
  export(request: SnapshotChoice & { readonly directory: string }, options?: WorkOptions): Promise<ExportResult>;
  /** `force`: also the last verified version of a phone. */
  forget(request: SnapshotsChoice & { readonly force: boolean }, options?: WorkOptions): Promise<ForgetResult>;
  unforget(request: SnapshotsChoice, options?: WorkOptions): Promise<UnforgetResult>;
  pin(request: PinRequest, options?: WorkOptions): Promise<PinResult>;
  /** Empty text takes the note away. */
  note(request: SnapshotChoice & { readonly text: string }, options?: WorkOptions): Promise<NoteResult>;
  trash(request: { readonly vault: string }, options?: WorkOptions): Promise<TrashResult>;
  /** No snapshots named: all of the trash. */
  emptyTrash(request: SnapshotsChoice, options?: WorkOptions): Promise<EmptyTrashResult>;
  /** Applies the rules of retention, then clears what may be cleared. `policy` null: the vault's own. */
  prune(request: PruneRequest, options?: WorkOptions): Promise<PruneResult>;
  /** `policy` null: only tells it. */
  retention(request: Omit<PruneRequest, 'dryRun' | 'askPassword'>, options?: WorkOptions): Promise<RetentionResult>;
  scrub(request: ScrubRequest, options?: WorkOptions): Promise<ScrubResult>;
  repair(request: RepairRequest, options?: WorkOptions): Promise<RepairResult>;
  vaultInfo(request: { readonly vault: string }, options?: WorkOptions): Promise<VaultInfoResult>;
  vaultCheck(request: { readonly vault: string }, options?: WorkOptions): Promise<VaultCheckResult>;
  rebuildIndex(request: { readonly vault: string }, options?: WorkOptions): Promise<RebuildIndexResult>;
  /** The old folder keeps its files and stops being a vault. */
  moveVault(
    request: { readonly vault: string; readonly target: string },
    options?: WorkOptions,
  ): Promise<MoveVaultResult>;
  demo(request: { readonly keepIn: string | null }, options?: WorkOptions): Promise<DemoResult>;
}
