import type { AskPassword, WorkOptions } from '../../../../shared/contract/index.ts';
import type { Phone } from '../../device/index.ts';
import type { Clock } from '../../platform/index.ts';
import type { Snapshot, Vault } from '../../vault/index.ts';

/** What a backup needs of a vault. */
export type BackupVault = Pick<
  Vault,
  'id' | 'place' | 'hasTraceOf' | 'snapshots' | 'view' | 'openSession' | 'resumeSession' | 'freeBytes'
>;

export interface BackupRun {
  readonly phone: Phone;
  readonly vault: BackupVault;
  /** Backstop's own folder on this computer. */
  readonly stateDir: string;
  /** Ask the phone for every file and build on nothing. */
  readonly full?: boolean;
  /** Only on the owner's explicit wish. */
  readonly unencrypted?: boolean;
  /** Wait while another computer backs the phone up into the same vault. */
  readonly wait?: boolean;
  /** Asked only when needed: a password to turn encryption on with, or the one that opens what a phone left unsaid. */
  readonly askPassword?: AskPassword;
}

export interface BackupOptions extends WorkOptions {
  readonly clock?: Clock;
}

export interface BackupDone {
  readonly snapshot: Snapshot;
  /** Why everything was sent anew although there was an earlier version; null otherwise. */
  readonly fullReason: string | null;
  /** Files of the phone that it said it could not read. */
  readonly notSent: readonly NotSent[];
  /** Versions of earlier, interrupted runs that were completed before this one. */
  readonly recovered: readonly Snapshot[];
  /** False: the phone left without its last word, and what it left was proved to be whole. */
  readonly wasAnswered: boolean;
}

export interface NotSent {
  /** In the backup. */
  readonly path: string;
  /** The phone's words. */
  readonly reason: string;
}
