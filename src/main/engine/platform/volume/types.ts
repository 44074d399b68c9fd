/** What is known about the volume that holds a folder. Nothing is guessed: what no source told is `unknown` or null. */
export interface VolumeDescription {
  /** The folder that was looked at: symbolic links followed, and the nearest one that exists. */
  readonly path: string;
  readonly mountPoint: string | null;
  /**
   * Stable identity, the same under another path, drive letter or computer: `uuid:…` or `serial:…`; `network:…` is the
   * server's own name for what it shares.
   */
  readonly id: string | null;
  /** Another text after every unmount, unplugging or restart; null where the system does not tell. */
  readonly mount: string | null;
  /** In small letters: ext4, apfs, ntfs, exfat, smbfs … */
  readonly fileSystem: string | null;
  readonly attachment: Attachment;
  readonly readOnly: Answer;
  /** A copy can share its blocks with the original. */
  readonly reflink: Answer;
  /** Encrypted at rest by the system: FileVault, BitLocker, LUKS, fscrypt. What a disk does by itself is not known. */
  readonly encrypted: Answer;
  readonly timeMachine: TimeMachine;
  /** The service that keeps this folder in step, as far as the system or the service's own notes tell. */
  readonly cloudService: string | null;
  readonly source: 'addon' | 'fallback';
  /** Every source that answered, for the person who helps. */
  readonly means: readonly string[];
}

export type Answer = 'yes' | 'no' | 'unknown';

/** `memory`: gone when the computer is switched off. `removable`: can be taken away without opening the computer. */
export type Attachment = 'internal' | 'removable' | 'network' | 'memory' | 'unknown';

/** `none`: this system has no Time Machine. `off`: it has no disk to write to. */
export type TimeMachine = 'inside' | 'excluded' | 'off' | 'unknown' | 'none';

/** What one source found out; what it does not know is left out. */
export type VolumeFindings = Partial<Omit<VolumeDescription, 'path' | 'source' | 'means'>>;

/** How the computer is asked, so that a test can be any computer. None of these throws: null is "not known". */
export interface SystemReader {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** A small text file, at most 1 MiB. */
  text(path: string): Promise<string | null>;
  /** The first bytes of a file or device; null when fewer are there. */
  firstBytes(path: string, count: number): Promise<Buffer | null>;
  names(folder: string): Promise<readonly string[]>;
  realPath(path: string): Promise<string | null>;
  /** What a program wrote to standard output; null when it is missing, fails or takes too long. */
  run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string | null>;
}

export function answer(known: boolean | undefined | null): Answer {
  return known === undefined || known === null ? 'unknown' : known ? 'yes' : 'no';
}
