import { z } from 'zod';
import { destinationSchema } from '../vault.ts';
import { bytes, count, done, jobId, nothing, placeToken, time, vaultId } from './common.ts';
import { procedure } from './procedure.ts';

/** Places where backups are kept ("destinations"), and places to choose. */

export const vaultView = z.object({
  id: vaultId,
  /** As its owner calls it: the name given, else the disk's, else the folder's. */
  name: z.string(),
  /** To be read, never to be opened by the page. */
  path: z.string(),
  isMain: z.boolean(),
  isOnline: z.boolean(),
  isReadOnly: z.boolean(),
  /** Another place holds a copy of this very vault. */
  isCopy: z.boolean(),
  bytes: bytes.nullable(),
  backups: count,
  phones: count,
  /** Share of the bytes that was read through within thirty days, 0 to 1. */
  coverage: z.number().min(0).max(1).nullable(),
  damagedBackups: count,
  lastSeenAt: time.nullable(),
  lastVerifiedAt: time.nullable(),
  destination: destinationSchema.nullable(),
  /** Read errors that Backstop itself met, in thirty days. */
  readErrors: count,
  /** At the present pace; null: not enough is known. */
  roomForBackups: count.nullable(),
  roomForMonths: z.number().nonnegative().nullable(),
});
export type VaultView = z.infer<typeof vaultView>;

/** The verdict of ux.md § 5.3 on a place. */
export const placeVerdict = z.enum([
  'good',
  'internal',
  'nearly-full',
  'exfat',
  'fat32',
  'hfs',
  'network',
  'network-slow',
  'cloud-synced',
  'time-machine',
  'not-writable',
  'flash-stick',
  'unknown',
  'has-vault',
]);

export const placeView = z.object({
  token: placeToken,
  name: z.string(),
  path: z.string(),
  kind: z.enum(['internal', 'external', 'network', 'folder']),
  fileSystem: z.string().nullable(),
  isEncrypted: z.boolean().nullable(),
  freeBytes: bytes.nullable(),
  totalBytes: bytes.nullable(),
  verdict: placeVerdict,
  level: z.enum(['pass', 'note', 'warn', 'fail']),
  /** Of a write test, where one was made. */
  bytesPerSecond: bytes.nullable(),
  /** Vault that is there already. */
  vault: vaultId.nullable(),
});
export type PlaceView = z.infer<typeof placeView>;

export const vaultsProcedures = {
  'vaults.list': procedure(nothing, z.object({ vaults: z.array(vaultView) })),
  /** Disks and usual folders for a vault. */
  'places.list': procedure(
    z.strictObject({ purpose: z.enum(['vault', 'export']) }),
    z.object({ places: z.array(placeView), firstBackupBytes: bytes.nullable(), dailyBytes: bytes.nullable() }),
  ),
  /** Folders in a place, for faces without a dialog of the system. Hidden ones are left out. */
  'places.folders': procedure(
    z.strictObject({ place: placeToken }),
    z.object({
      here: z.object({ token: placeToken, name: z.string(), path: z.string() }),
      parent: placeToken.nullable(),
      folders: z.array(z.object({ token: placeToken, name: z.string(), isVault: z.boolean() })),
      more: count,
    }),
  ),
  'places.newFolder': procedure(
    z.strictObject({ place: placeToken, name: z.string().trim().min(1).max(100) }),
    z.object({ token: placeToken, name: z.string() }),
  ),
  /** One place, judged as a home for backups; measures how fast it writes. */
  'places.inspect': procedure(z.strictObject({ place: placeToken }), placeView),
  /** Makes or opens the vault in a place and remembers it. */
  'vaults.add': procedure(
    z.strictObject({ place: placeToken, name: z.string().trim().min(1).max(60).nullable(), makeMain: z.boolean() }),
    z.object({ vault: vaultId, created: z.boolean() }),
  ),
  'vaults.rename': procedure(z.strictObject({ vault: vaultId, name: z.string().trim().min(1).max(60) }), done),
  'vaults.makeMain': procedure(z.strictObject({ vault: vaultId }), done),
  /** Takes it off the list. What is on the disk stays. */
  'vaults.remove': procedure(z.strictObject({ vault: vaultId }), done),
  'vaults.move': procedure(z.strictObject({ vault: vaultId, place: placeToken }), z.object({ job: jobId })),
  'vaults.rebuild': procedure(z.strictObject({ vault: vaultId }), z.object({ job: jobId })),
  /** Lists, packs and objects of every version; reads no content again. */
  'vaults.check': procedure(z.strictObject({ vault: vaultId }), z.object({ job: jobId })),
} as const;
