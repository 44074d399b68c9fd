import type { AskPassword, WorkOptions } from '../../../../shared/contract/index.ts';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import type {
  CleanupChoice,
  CleanupFacts,
  PhoneFacts,
  PlaceFacts,
  VersionFacts,
} from '../../../../shared/rules/guidance/index.ts';
import { type CleanupItems, cleanupItems } from '../../browse/index.ts';
import { sameUdid } from '../../device/index.ts';
import { describeVolume, freeBytes } from '../../platform/index.ts';
import { askForMedia, lossMeter } from '../../storage/index.ts';
import type { Snapshot, SnapshotList, Vault } from '../../vault/index.ts';
import { versionMedia } from '../at-risk.ts';
import type { BackupOpener } from '../open-backup.ts';
import { inspectOne, knownPhones, type PhoneAccess } from '../phones.ts';
import type { Declaration } from './cleanup-store.ts';
import { manifestIdOf, noteFacts } from './version-facts.ts';

/** Everything that the rules of a cleanup decide on, looked at now. What cannot be looked at is null, and never good. */

export interface GatherRequest {
  readonly opener: BackupOpener;
  readonly phones: PhoneAccess;
  /** Null: there is none yet. */
  readonly vault: Vault | null;
  readonly udid: string;
  readonly choice: CleanupChoice;
  readonly askPassword: AskPassword;
  readonly declared: Readonly<Record<string, Declaration>>;
  /** Vaults that this computer knows: how many there are besides this one. */
  readonly otherVaults: number;
  readonly now: Date;
}

export interface Gathered {
  readonly facts: CleanupFacts;
  readonly version: Snapshot | null;
  /** What the phone has and that version has not; null: it could not be counted. */
  readonly added: AddedMedia | null;
}

export interface AddedMedia {
  readonly photos: number;
  readonly videos: number;
  /** In the version, and different since. */
  readonly changed: number;
  readonly bytes: number;
  readonly at: string;
}

/** The newest version of the phone in the vault: the one that would protect it. */
export async function newestOf(vault: Vault, udid: string): Promise<{ snapshot: Snapshot | null; list: SnapshotList }> {
  const list = await vault.snapshots();
  const snapshot = list.snapshots.findLast((one) => sameUdid(one.record.udid, udid)) ?? null;
  return { snapshot, list };
}

export async function gatherFacts(request: GatherRequest, options: WorkOptions = {}): Promise<Gathered> {
  const { vault, udid, phones, now, declared } = request;
  const inspected = await inspectOne(phones, udid, options);
  const isHere = inspected !== null;
  const found = vault === null ? null : await lookAtVault({ ...request, vault }, isHere, options);
  const said = (about: string): boolean | null => declared[about]?.value ?? null;
  const looked = found?.looked;
  const phone: PhoneFacts = {
    freeBytes: inspected === null ? null : minus(inspected.facts.capacityBytes, inspected.facts.usedBytes),
    capacityBytes: inspected?.facts.capacityBytes ?? null,
    connection: inspected === null ? 'none' : inspected.connections.includes('usb') ? 'usb' : 'wifi',
    batteryPercent: inspected?.facts.batteryPercent ?? null,
    isCharging: inspected?.facts.isCharging ?? null,
    encrypted: inspected?.facts.encrypted ?? null,
    // What the phone's library shows wins over what anybody remembers.
    icloudPhotos: looked?.icloudPhotos ?? said('icloud-photos'),
    optimiseStorage: looked?.optimiseStorage ?? said('optimise-storage'),
    messagesInICloud: looked?.messagesInICloud ?? said('messages-in-icloud'),
    notUploaded: null,
  };
  const place =
    vault === null || found === null
      ? null
      : await placeFacts(vault, found.list, udid, inspected?.facts.usedBytes ?? null);
  return {
    version: found?.snapshot ?? null,
    added: found?.added ?? null,
    facts: {
      ...{ now: now.toISOString(), phone, place },
      version: found?.version ?? null,
      secondCopy: request.otherVaults === 0 ? 'none' : null,
    },
  };
}

type GatherInVault = GatherRequest & { readonly vault: Vault };

async function lookAtVault(request: GatherInVault, isHere: boolean, options: WorkOptions) {
  const { snapshot, list } = await newestOf(request.vault, request.udid);
  if (snapshot === null) return { snapshot, list, looked: null, version: null, added: null };
  const looked = await lookInside(request, snapshot, options);
  const added = isHere ? await addedSince(request, snapshot, options) : null;
  const version = await versionFacts(request, snapshot, list, looked, added, options);
  return { snapshot, list, looked, version, added };
}

async function versionFacts(
  { vault, choice }: GatherInVault,
  snapshot: Snapshot,
  list: SnapshotList,
  items: CleanupItems | null,
  added: AddedMedia | null,
  { signal }: WorkOptions,
): Promise<VersionFacts> {
  const { lastCheckOk: _last, ...notes } = noteFacts(snapshot, list);
  const { record } = snapshot;
  return {
    vault: vault.id,
    snapshot: snapshot.id,
    manifestId: await manifestIdOf(vault, snapshot, signal),
    startedAt: new Date(record.started).toISOString(),
    finishedAt: new Date(record.finished).toISOString(),
    // A record is only there once everything it names is. What the phone could not send shows where items are counted.
    complete: true,
    encrypted: record.encrypted,
    ...notes,
    addedSince: sumOf(added),
    items: items?.items ?? Object.fromEntries(choice.options.map((option) => [option, null])),
    appsWithoutData: items?.appsWithoutData ?? null,
  };
}

/** Damage and a missing password leave it unknown; anything else is a failure. */
async function lookInside(
  { opener, vault, choice, askPassword }: GatherInVault,
  snapshot: Snapshot,
  options: WorkOptions,
): Promise<CleanupItems | null> {
  try {
    await using backup = await opener.openVersion(vault, snapshot, { askPassword }, options);
    return await cleanupItems(backup, choice, options.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isBackstopError(error) && /^(browse|formats|vault\/damaged|verify)/.test(error.code)) return null;
    throw error;
  }
}

/** Null: the phone does not let itself be asked, or the version's list of files could not be opened. */
export async function addedSince(
  {
    phones,
    udid,
    vault,
    opener,
    askPassword,
  }: Pick<GatherInVault, 'phones' | 'udid' | 'vault' | 'opener' | 'askPassword'>,
  snapshot: Snapshot,
  options: WorkOptions,
): Promise<AddedMedia | null> {
  const { signal } = options;
  try {
    const version = await versionMedia(vault, snapshot, { opener, askPassword }, options);
    const [one] = await knownPhones(phones, udid, { signal });
    if (one === undefined) return null;
    await using phone = await one.open();
    const loss = lossMeter(await askForMedia(phone, { signal }), version);
    // By dates alone, or with folders that the phone would not show, it would be a guess.
    if (loss.how !== 'measured' || loss.unread > 0) return null;
    const { photos, videos, changed, bytes, measuredAt } = loss;
    if (photos === null || videos === null || bytes === null) return null;
    return { photos, videos, changed: changed ?? 0, bytes, at: measuredAt };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isBackstopError(error)) throw error;
    return null;
  }
}

export function sumOf(added: AddedMedia | null): VersionFacts['addedSince'] {
  if (added === null) return null;
  return { items: added.photos + added.videos + added.changed, bytes: added.bytes, at: added.at };
}

const TYPICAL_OF = 5;

async function placeFacts(
  vault: Vault,
  { snapshots }: SnapshotList,
  udid: string,
  usedBytes: number | null,
): Promise<PlaceFacts> {
  const own = snapshots.filter((one) => sameUdid(one.record.udid, udid));
  // The first one was a whole phone; what a next one takes is told by those after it.
  const recent = own
    .slice(1)
    .slice(-TYPICAL_OF)
    .map(({ record }) => record.newBytes);
  const typical = recent.length === 0 ? null : Math.ceil(recent.reduce((sum, bytes) => sum + bytes, 0) / recent.length);
  const volume = await describeVolume(vault.dir, { detail: 'quick' }).catch(() => null);
  return {
    name: vault.dir,
    isOnline: true,
    freeBytes: await freeBytes(vault.dir).then(Number, () => null),
    neededBytes: typical ?? (own.length === 0 ? usedBytes : 0),
    fileSystem: volume?.fileSystem ?? null,
  };
}

function minus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(0, one - other);
}
