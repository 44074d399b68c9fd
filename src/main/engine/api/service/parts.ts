import type { AskPassword, Engine, WorkOptions } from '../../../../shared/contract/index.ts';
import type {
  ActivityEntry,
  JobKind,
  JobResult,
  JobView,
  Settings,
} from '../../../../shared/contract/procedures/index.ts';
import type { VaultMemory } from '../../library/index.ts';
import type { Vault } from '../../vault/index.ts';
import type { Events } from './events.ts';

/** What the topics of the service share. Each is one class with one job; the service makes them and hands them round. */
export interface ServiceParts {
  /** Backstop's own folder on this computer. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly engine: Engine;
  readonly events: Events;
  readonly jobs: JobsPart;
  readonly library: LibraryPart;
  readonly vaults: VaultsPart;
  readonly places: PlacesPart;
  readonly passwords: PasswordsPart;
}

/** `engine/jobs`: long work, seen alike by every face. */
export interface JobsPart {
  /**
   * Runs when its turn has come: one job at a time holds a phone, and one a vault for writing (`holds`). Returns the id at
   * once. What `run` throws becomes the job's failure; `run` ends early when `signal` fires.
   */
  start(request: JobRequest, run: (work: JobWork) => Promise<JobResult | null>): string;
  get(id: string): JobView | null;
  list(): readonly JobView[];
  cancel(id: string): void;
  skipVerification(id: string): void;
  dismiss(id: string): void;
  /** Is a job running or waiting that holds this phone, or this vault? */
  isBusy(held: { readonly udid?: string; readonly vault?: string }): boolean;
  /** Cancels everything and waits for its end: before the engine stops. */
  close(): Promise<void>;
}

export interface JobRequest {
  readonly kind: JobKind;
  readonly udid?: string | undefined;
  readonly vault?: string | undefined;
  readonly snapshot?: string | undefined;
  /** What nobody else may use meanwhile; reading jobs hold nothing. */
  readonly holds: ReadonlyArray<'phone' | 'vault'>;
}

export interface JobWork {
  readonly id: string;
  readonly signal: AbortSignal;
  /** Fires when only the verification shall be left out. */
  readonly skip: AbortSignal;
  /** Progress and notices go to the job's view; see `WorkOptions`. */
  readonly options: WorkOptions;
  /** Facts that only the work knows. */
  tell(facts: Partial<Pick<JobView, 'percent' | 'newBytes' | 'snapshot' | 'passcodeSince' | 'cancelCosts'>>): void;
}

/** `engine/library`: the local SQLite. Losing it loses no backup: lists are made again from the vaults. */
export interface LibraryPart {
  settings(): Settings;
  change(settings: Partial<Settings>): Settings;
  /** Remembers what happened, for Activity. */
  note(entry: Omit<ActivityEntry, 'id' | 'at'>): void;
  activity(request: {
    readonly before: number | null;
    readonly limit: number;
    readonly udid: string | null;
    readonly what: 'all' | 'backups' | 'verification' | 'problems' | 'changes';
  }): { readonly entries: readonly ActivityEntry[]; readonly more: boolean };
  /** Facts about phones that outlive their connection; null fields are not known. */
  phone(udid: string): PhoneMemory | null;
  phones(): readonly PhoneMemory[];
  rememberPhone(udid: string, facts: Partial<Omit<PhoneMemory, 'udid'>>): void;
  forgetPhone(udid: string): void;
  /** Small JSON values that can be made again: lists of offline vaults, coverage, counts. Keys start with their topic. */
  cached(key: string): unknown;
  cache(key: string, value: unknown): void;
  clearCache(prefix: string): number;
  cacheBytes(): number;
  close(): void;
}

export interface PhoneMemory {
  readonly udid: string;
  /** The name its owner gave it in Backstop; null: the phone's own. */
  readonly ownName: string | null;
  readonly name: string | null;
  readonly productType: string | null;
  readonly ios: string | null;
  readonly capacityBytes: number | null;
  readonly usedBytes: number | null;
  readonly encrypted: boolean | null;
  readonly lastSeenAt: string | null;
  readonly lastFailure: { readonly at: string; readonly code: string } | null;
  readonly passwordTestedAt: string | null;
  readonly isDemo: boolean;
}

/** Vaults by id, wherever their disks are mounted today. */
export interface VaultsPart {
  /** Ids in the owner's order, the main one first. */
  ids(): Promise<readonly string[]>;
  main(): Promise<string | null>;
  /** The folder; throws `vault/not-connected` or `vault/not-found`. */
  path(id: string): Promise<string>;
  isOnline(id: string): Promise<boolean>;
  /** Opens it, shares one opening between those who use it at once, and closes it a while after the last. */
  use<T>(id: string, work: (vault: Vault) => Promise<T>): Promise<T>;
  /** After something was written: the lists that hang on it are asked for again. */
  changed(id: string): void;
  /** It lies elsewhere now: whoever comes next opens it there. */
  moved(id: string): void;
  /** Counts up with every `changed`, for whoever keeps a list of it. */
  generation(id: string): number;
  /** What the owner said about it. */
  memory(id: string): VaultMemory | null;
  remember(id: string, facts: Partial<VaultMemory>): void;
  /** Where it was last seen, connected or not. */
  lastPath(id: string): Promise<string>;
  /** Opens or makes the vault in a folder, and puts it on the list. */
  add(folder: string): Promise<{ readonly id: string; readonly created: boolean }>;
}

/** Folders by tokens: a page names only what it was offered, or what a dialog of the system gave. */
export interface PlacesPart {
  /** A token for a folder; the same folder has the same token as long as the engine runs. */
  offer(path: string): string;
  /** Throws `app/unknown-place`. */
  path(token: string): string;
}

/** Backup passwords of phones. */
export interface PasswordsPart {
  /** For the engine's questions; answers null when nothing is kept. Never asks the owner. */
  asker(udid: string | null): AskPassword;
  /** For one version: after a change of password, older ones keep theirs. */
  askerFor(version: { readonly udid: string; readonly vault: string; readonly id: string }): AskPassword;
  has(udid: string): Promise<'keychain' | 'memory' | 'none'>;
  /** Keeps one without trying it: after the phone itself took it. */
  keep(udid: string, password: string, remember: boolean): Promise<void>;
  /** Throws `app/locked` while looking into backups is locked. */
  requireUnlocked(): void;
}
