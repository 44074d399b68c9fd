import type { BackstopError } from '../../../../shared/errors/index.ts';
import type { MobileBackup2Client } from '../../device/services/mobilebackup2/index.ts';
import type { PlistValue } from '../../formats/plist/index.ts';
import type { PhoneExtras } from '../info-plist/index.ts';
import type { SyncFiles, SyncNotifications } from './sync-lock.ts';

export interface PhoneCallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A trusted phone as a backup needs it: what it is, and the few services that take part. */
export interface BackupPhone {
  readonly udid: string;
  /** lockdownd's values; null: the phone has no such value. */
  getValue(
    query: { readonly domain?: string; readonly key?: string },
    options?: PhoneCallOptions,
  ): Promise<PlistValue | null>;
  openNotifications(onNotification: (name: string) => void, options?: PhoneCallOptions): Promise<PhoneNotifications>;
  openFiles(options?: PhoneCallOptions): Promise<PhoneFiles>;
  /** The backup service, after its greeting. One request each. */
  openBackupService(options?: PhoneCallOptions): Promise<MobileBackup2Client>;
  /** What Info.plist tells of apps and of iTunes' own files. What cannot be had is named, not thrown. */
  readExtras(options?: PhoneCallOptions): Promise<PhoneExtrasRead>;
  /** Over Wi-Fi: answers the phone's heartbeat, without which it closes everything else, until `signal` aborts. */
  keepAlive(onLost: (error: BackstopError) => void, signal: AbortSignal): Promise<void>;
}

export interface PhoneExtrasRead {
  readonly extras: PhoneExtras;
  /** What could not be read, in words. */
  readonly missing: readonly string[];
}

/** Observes what a backup wants to hear: the sync's, the backup's and the passcode screen's notifications. */
export interface PhoneNotifications extends SyncNotifications {
  close(): Promise<void>;
}

export interface PhoneFiles extends SyncFiles {
  close(): Promise<void>;
}

/** Notifications that are observed during every conversation with the backup service (device protocols 5.1). */
export const OBSERVED = {
  cancelRequest: 'com.apple.itunes-client.syncCancelRequest',
  suspendRequest: 'com.apple.itunes-client.syncSuspendRequest',
  resumeRequest: 'com.apple.itunes-client.syncResumeRequest',
  backupDomainChanged: 'com.apple.mobile.backup.domain_changed',
  passcodeShown: 'com.apple.LocalAuthentication.ui.presented',
  passcodeGone: 'com.apple.LocalAuthentication.ui.dismissed',
} as const;
