import { BackstopError } from '../../../../shared/errors/index.ts';
import { formatBytes } from '../../../../shared/text/index.ts';
import { bigintAt, dictOf, type PlistDict } from '../../formats/plist/index.ts';
import { changeEncryption, MISSING_WITHOUT_ENCRYPTION, readEncryption } from '../encryption.ts';
import type { SayNotice } from '../notices.ts';
import type { BackupOptions, BackupRun } from './types.ts';

/** What is settled before the vault is asked for anything: who the phone is, its encryption, and room. */

/** What will be with this backup's encryption, before the phone was asked for anything. */
export interface EncryptionPlan {
  readonly isEncrypted: boolean;
  /** Not null: encryption has to be turned on first, with this password. */
  readonly turnOnWith: string | null;
}

/**
 * A backup is encrypted unless the owner explicitly wants otherwise: encryption is turned on with the password that is
 * given, and without one nothing is backed up. Throws `backup/password-needed`, `backup/encryption-forced`,
 * `backup/unencrypted-not-possible`.
 */
export async function planEncryption(run: BackupRun, signal: AbortSignal, notice: SayNotice): Promise<EncryptionPlan> {
  const { isOn, isForced } = await readEncryption(run.phone, { signal });
  if (run.unencrypted === true) {
    if (isForced) throw new BackstopError('backup/encryption-forced');
    if (isOn) throw new BackstopError('backup/unencrypted-not-possible');
  }
  if (isOn) return { isEncrypted: true, turnOnWith: null };
  notice('encryption-off', { missing: [...MISSING_WITHOUT_ENCRYPTION] });
  if (run.unencrypted === true) return { isEncrypted: false, turnOnWith: null };
  const password = (await run.askPassword?.('new-backup-password')) ?? null;
  if (password === null || password === '') {
    throw new BackstopError('backup/password-needed', { data: { missing: MISSING_WITHOUT_ENCRYPTION } });
  }
  return { isEncrypted: true, turnOnWith: password };
}

/** Throws what a change of encryption throws. */
export async function turnEncryptionOn(
  run: BackupRun,
  newPassword: string,
  options: BackupOptions,
  notice: SayNotice,
): Promise<void> {
  notice('encryption-turning-on');
  await changeEncryption(run.phone, { action: 'on', newPassword }, options);
  notice('encryption-on');
}

/** Less than this and not even a backup without news would fit. */
const LEAST_FREE_BYTES = 32 * 1024 * 1024;

/**
 * The phone itself checks the room exactly, before it sends anything; this says early and with numbers what is plain:
 * no room at all, or a first backup that may not fit. What a phone uses is more than a backup weighs (apps stay behind),
 * so it can only be a warning.
 */
export async function checkSpace(
  run: BackupRun,
  isFirst: boolean,
  signal: AbortSignal,
  notice: SayNotice,
): Promise<void> {
  const free = await run.vault.freeBytes();
  if (free < LEAST_FREE_BYTES) {
    throw new BackstopError('backup/not-enough-space', {
      data: { needed: formatBytes(LEAST_FREE_BYTES), free: formatBytes(free) },
    });
  }
  if (!isFirst) return;
  const usage = await run.phone.getValue({ domain: 'com.apple.disk_usage' }, { signal });
  const used = usedBytes(usage === null ? undefined : dictOf(usage));
  if (used !== null && used > free) {
    notice('space-tight', {
      usedBytes: Number(used),
      freeBytes: free,
      used: formatBytes(Number(used)),
      free: formatBytes(free),
    });
  }
}

function usedBytes(usage: PlistDict | undefined): bigint | null {
  const capacity = bigintAt(usage, 'TotalDataCapacity');
  const available = bigintAt(usage, 'TotalDataAvailable') ?? bigintAt(usage, 'AmountDataAvailable');
  return capacity === undefined || available === undefined || available > capacity ? null : capacity - available;
}
