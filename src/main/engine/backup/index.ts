/** The virtual backup folder between a phone and a vault, and the backup session. */
export {
  changeEncryption,
  type EncryptionChange,
  type EncryptionResult,
  type EncryptionState,
  readEncryption,
} from './encryption.ts';
export { productName } from './info-plist/product-names.ts';
export type { BackupPhase, BackupProgress } from './progress.ts';
export { type Recovery, recoverSessions } from './recovery.ts';
export { runBackup } from './session/run-backup.ts';
export type { BackupDone, BackupOptions, BackupRun, BackupVault, NotSent } from './session/types.ts';
