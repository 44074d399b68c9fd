import type {
  AskPassword,
  AtRiskRequest,
  AtRiskResult,
  PhoneAtRisk,
  WorkOptions,
} from '../../../shared/contract/index.ts';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { type Phone, sameUdid } from '../device/index.ts';
import { askForMedia, lossMeter, phoneStorage, type VersionFile, type VersionMedia } from '../storage/index.ts';
import type { Snapshot, Vault } from '../vault/index.ts';
import type { BackupOpener } from './open-backup.ts';
import { knownPhones, type PhoneAccess } from './phones.ts';
import { isGood } from './summaries.ts';

/** What of the phones that are here is in no verified version yet. */

export interface AtRiskSources {
  readonly access: PhoneAccess;
  readonly opener: BackupOpener;
  readonly openVault: () => Promise<Vault>;
}

export async function atRisk(
  { access, opener, openVault }: AtRiskSources,
  request: AtRiskRequest,
  options: WorkOptions,
): Promise<Pick<AtRiskResult, 'phones'>> {
  const { udid, askPassword } = request;
  const known = await knownPhones(access, udid, options);
  await using vault = await openOrNone(openVault);
  const phones: PhoneAtRisk[] = [];
  for (const one of known) {
    const version = vault === null ? null : await lastVerifiedMedia(vault, one.udid, { opener, askPassword }, options);
    phones.push(await lookAt(one, version, options));
  }
  return { phones };
}

/** A phone that cannot be asked is unknown, with its reason; the others are counted all the same. */
async function lookAt(
  one: { readonly udid: string; readonly open: () => Promise<Phone> },
  version: VersionMedia | null,
  options: WorkOptions,
): Promise<PhoneAtRisk> {
  const { signal } = options;
  try {
    await using phone = await one.open();
    return { udid: one.udid, name: phone.name, ...(await phoneAtRisk(phone, version, options)) };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isBackstopError(error)) throw error;
    const loss = lossMeter({ listing: null, reason: error.code }, version);
    return { udid: one.udid, name: '', loss, storage: null };
  }
}

/** One look at an open phone for both: what would be lost, and what takes the room. */
export async function phoneAtRisk(
  phone: Phone,
  version: VersionMedia | null,
  { signal, onProgress }: WorkOptions,
): Promise<Pick<PhoneAtRisk, 'loss' | 'storage'>> {
  const media = await askForMedia(phone, {
    signal,
    onFound: (doneFiles, doneBytes) =>
      onProgress?.({
        type: 'progress',
        phase: 'looking-at-phone',
        doneFiles,
        doneBytes,
        totalFiles: null,
        totalBytes: null,
        bytesPerSecond: null,
        secondsLeft: null,
      }),
  });
  return { loss: lossMeter(media, version), storage: await phoneStorage(phone, media, { signal }) };
}

/** The photos and videos of a phone's last version that was read back and found good; null when it has none. */
export async function lastVerifiedMedia(
  vault: Vault,
  udid: string,
  { opener, askPassword }: { readonly opener: BackupOpener; readonly askPassword: AskPassword },
  options: WorkOptions,
): Promise<VersionMedia | null> {
  const { snapshots, events } = await vault.snapshots();
  const good = snapshots.filter(({ record, id }) => sameUdid(record.udid, udid) && isGood(id, events));
  const [last] = good.toSorted((a, b) => (a.record.started < b.record.started ? 1 : -1));
  return last === undefined ? null : await versionMedia(vault, last, { opener, askPassword }, options);
}

/** The photos and videos of one version. */
export async function versionMedia(
  vault: Vault,
  last: Snapshot,
  { opener, askPassword }: { readonly opener: BackupOpener; readonly askPassword: AskPassword },
  options: WorkOptions,
): Promise<VersionMedia> {
  const takenAt = new Date(last.record.started);
  // The phone dates a version when it is through with it; what was taken while it was sending may be missing.
  const took = Math.max(0, Date.parse(last.record.finished) - takenAt.getTime());
  const phoneDate = new Date(Date.parse(last.record.statusDate) - took);
  return { snapshot: last.id, takenAt, phoneDate, files: await mediaOf(vault, last, { opener, askPassword }, options) };
}

const CAMERA_ROLL = 'CameraRollDomain';
const MEDIA = 'Media/';

/** Null without a password: what is in an encrypted version is not known then. */
async function mediaOf(
  vault: Vault,
  snapshot: Snapshot,
  { opener, askPassword }: { readonly opener: BackupOpener; readonly askPassword: AskPassword },
  { signal }: WorkOptions,
): Promise<ReadonlyMap<string, VersionFile> | null> {
  try {
    await using backup = await opener.openVersion(vault, snapshot, { askPassword }, { signal });
    const files = new Map<string, VersionFile>();
    for (const file of backup.files({ domain: CAMERA_ROLL, under: 'Media' })) {
      if (file.kind !== 'file' || !backup.hasContent(file)) continue;
      files.set(file.path.slice(MEDIA.length), { sizeBytes: file.sizeBytes, modified: file.modified });
    }
    return files;
  } catch (error) {
    if (isBackstopError(error, 'browse/password-needed')) return null;
    throw error;
  }
}

/** A computer that has made no vault yet has no version of anything. */
async function openOrNone(openVault: () => Promise<Vault>): Promise<Vault | null> {
  try {
    return await openVault();
  } catch (error) {
    if (isBackstopError(error, 'vault/not-found')) return null;
    throw error;
  }
}
