import type { BackupIndex } from './backup/backup-index.ts';

/** What a phone remembers of its last backup, so that it need not read its own list of files again. */
export interface LastBackup {
  /** The plain Manifest.db that was sent, in a file of the phone's own. */
  readonly manifest: string;
  readonly index: BackupIndex;
}

/** The part of the backup agent that outlives a conversation. */
export interface AgentMemory {
  lastBackup: LastBackup | null;
  /** The last run was cut off: the host may hold payloads that no list of files names. */
  wasInterrupted: boolean;
  /** The last run ended with the host lacking files (error 205): what it holds is not built upon. */
  foundHoles: boolean;
  /** Backups so far: the number of the snapshot's mount point. */
  backups: number;
}
