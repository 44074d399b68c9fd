import Database from 'better-sqlite3';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import {
  type InfoPlist,
  type ManifestPlist,
  manifestInto,
  manifestOver,
  mbdbRows,
  openClassedKey,
  plainManifestChunks,
  readInfoPlist,
} from '../../formats/index.ts';
import { dataAt, dictOf, type PlistDict, parsePlist, stringAt } from '../../formats/plist/index.ts';
import type { Keyring } from './keyring.ts';
import { LateManifest, listOver } from './late-manifest.ts';
import type { ManifestCache } from './manifest-cache.ts';
import { ManifestIndex, type SaveIndex } from './manifest-index.ts';
import { settle } from './private-database.ts';
import { privateDatabaseFile } from './private-file.ts';
import type { AppFacts, BackupFacts } from './types.ts';

export interface OpenOptions {
  readonly keyring: Keyring;
  readonly askPassword: () => Promise<string | null>;
  readonly workFolder: string;
  /** Lists of files of backups that were opened before; null or absent where there is no keychain. */
  readonly cache?: ManifestCache | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Class keys of an encrypted backup; null for one that is not. */
export async function classKeysOf(
  manifest: ManifestPlist,
  isEncrypted: boolean,
  { keyring, askPassword, signal }: OpenOptions,
): Promise<ReadonlyMap<number, Buffer> | null> {
  if (!isEncrypted) return null;
  if (manifest.keybag === undefined) {
    throw new BackstopError('formats/bad-keybag', { message: 'an encrypted backup without a key bag' });
  }
  return keyring.unlock(manifest.keybag, askPassword, { signal });
}

/** The phone's list of files, decrypted into a file without a name. `identity`: the same only for the same list. */
export async function openManifestIndex(
  stored: AsyncIterable<Uint8Array>,
  identity: string,
  manifest: ManifestPlist,
  classKeys: ReadonlyMap<number, Buffer> | null,
  { workFolder, cache = null, signal }: OpenOptions,
): Promise<ManifestIndex> {
  const cached = (await cache?.find(identity)) ?? null;
  if (cached !== null) {
    return new ManifestIndex(new LateManifest(cached, workFolder), { file: null, totals: cached.domains, save: null });
  }
  // iOS 10.0 and 10.1: the index is plain even in an encrypted backup.
  const wrapped = classKeys === null ? undefined : manifest.manifestKey;
  const key = wrapped === undefined || classKeys === null ? null : openClassedKey(classKeys, wrapped);
  const own = privateDatabaseFile(workFolder, 'write');
  try {
    await own.file.fill(untilAborted(plainManifestChunks(stored, key), signal));
    const save: SaveIndex | null = cache === null ? null : (totals) => cache.save(identity, own.file, totals);
    return new ManifestIndex(listOver(own), { file: own, totals: null, save });
  } catch (error) {
    own[Symbol.dispose]();
    throw error;
  }
}

/** The list of files before iOS 10, put into the form of the later one. */
export async function openMbdbIndex(
  stored: AsyncIterable<Uint8Array>,
  { signal }: OpenOptions,
): Promise<ManifestIndex> {
  // SQLite's own temporary file, which never has a name either.
  const db = new Database('');
  try {
    await manifestInto(db, untilAborted(mbdbRows(stored), signal));
    settle(db);
    db.pragma('journal_mode = MEMORY');
    const pages = Number(db.pragma('page_count', { simple: true }));
    return new ManifestIndex(manifestOver(db, pages * Number(db.pragma('page_size', { simple: true })), 'own'));
  } catch (error) {
    db.close();
    throw error;
  }
}

async function* untilAborted<T>(chunks: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

export function factsOf(
  manifest: ManifestPlist | null,
  infoBytes: Buffer | null,
  fallback: Partial<BackupFacts>,
): BackupFacts {
  const info = infoBytes === null ? null : infoOf(infoBytes);
  const { lockdown } = manifest ?? {};
  return {
    udid: lockdown?.uniqueDeviceId ?? info?.targetIdentifier ?? info?.uniqueIdentifier ?? fallback.udid ?? '',
    deviceName: lockdown?.deviceName ?? info?.deviceName ?? fallback.deviceName ?? null,
    productType: lockdown?.productType ?? info?.productType ?? fallback.productType ?? null,
    iosVersion: lockdown?.productVersion ?? info?.productVersion ?? fallback.iosVersion ?? null,
    isEncrypted: fallback.isEncrypted ?? manifest?.isEncrypted ?? false,
    madeAtMs: fallback.madeAtMs ?? manifest?.date?.getTime() ?? info?.lastBackupDate?.getTime() ?? null,
    installedApps: info?.installedApplications ?? null,
    apps: info?.applications === undefined ? new Map() : appsOf(info.applications),
  };
}

/** Each app's entry holds a property list of the App Store. */
function appsOf(applications: PlistDict): Map<string, AppFacts> {
  const apps = new Map<string, AppFacts>();
  for (const [id, entry] of Object.entries(applications)) {
    const packed = dataAt(dictOf(entry), 'iTunesMetadata');
    const store = packed === undefined ? undefined : storeFacts(packed);
    if (store === undefined) continue;
    const version = stringAt(store, 'bundleShortVersionString') ?? stringAt(store, 'bundleVersion') ?? null;
    apps.set(id, { name: stringAt(store, 'itemName') ?? stringAt(store, 'title') ?? null, version });
  }
  return apps;
}

function storeFacts(packed: Uint8Array): PlistDict | undefined {
  try {
    return dictOf(parsePlist(packed));
  } catch (error) {
    if (isBackstopError(error)) return undefined;
    throw error;
  }
}

/** What the computer wrote about the backup is an extra: a damaged one hides nothing else. */
function infoOf(bytes: Buffer): InfoPlist | null {
  try {
    return readInfoPlist(bytes);
  } catch (error) {
    if (isBackstopError(error)) return null;
    throw error;
  }
}
