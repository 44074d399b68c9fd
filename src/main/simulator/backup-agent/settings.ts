/**
 * How this phone goes about a backup. Where the protocol reference only infers an order or a size, it is a setting, so
 * that hosts can be held against the alternatives too.
 */
export interface AgentSettings {
  /** Rounds of the first stage of the password's derivation. A real phone: 10,000,000. */
  readonly kdfIterations: number;
  /** An UploadFiles message holds at most so many files … */
  readonly batchFiles: number;
  /** … and ends with the file that brings it to so many bytes. */
  readonly batchBytes: number;
  /** Pairs in a MoveItems message: up to 128 have been seen. */
  readonly moveBatch: number;
  /** Files in a DownloadFiles message of a restore. */
  readonly downloadBatch: number;
  /** Are Status.plist ("uploading") and Manifest.plist put into Snapshot before the files? */
  readonly earlyStatus: boolean;
  /** Is the final Status.plist uploaded into Snapshot and moved, instead of straight into its place? */
  readonly statusThroughSnapshot: boolean;
  /** Does the final Status.plist come after Snapshot was removed, instead of before? */
  readonly statusAfterRemoval: boolean;
  /** Files travel not faster than this, as over a cable; null: as fast as it goes. */
  readonly bytesPerSecond: number | null;
  /** Does a restore ask for the passcode too? */
  readonly restoreAsksPasscode: boolean;
}

export const DEFAULT_SETTINGS: AgentSettings = {
  kdfIterations: 1000,
  batchFiles: 512,
  batchBytes: 64 * 1024 * 1024,
  moveBatch: 128,
  downloadBatch: 256,
  earlyStatus: true,
  statusThroughSnapshot: false,
  statusAfterRemoval: false,
  bytesPerSecond: null,
  restoreAsksPasscode: true,
};
