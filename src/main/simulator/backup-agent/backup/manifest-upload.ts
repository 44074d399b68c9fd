import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { createManifestEncryptor, wrapKey } from '../../../engine/formats/index.ts';
import type { SimulatedPhone } from '../../phone.ts';
import type { BackupKeys } from '../agent-keys.ts';
import { noise } from '../faults/misbehave.ts';
import type { AgentLink } from '../protocol/agent-link.ts';
import { uploadFiles } from '../protocol/messages.ts';
import type { OutgoingStream } from '../protocol/outgoing-stream.ts';
import type { DevicePaths } from './device-paths.ts';
import { type ManifestKeys, manifestPlist } from './plists.ts';

/** Small enough that the host is at work on one piece while the next is encrypted. */
const PIECE_BYTES = 128 * 1024;
/** NSFileProtectionNone: Manifest.db must be readable while the phone is locked. */
const MANIFEST_KEY_CLASS = 4;

/** The top files as the host has to hold them. */
export interface SentManifest {
  readonly plist: Buffer;
  /** The plain Manifest.db, and the key that it was encrypted with on its way. */
  readonly path: string;
  readonly key: Buffer | null;
  readonly databaseBytes: number;
}

/** How a fault spoils Manifest.db. */
export type ManifestFault = 'garbage' | 'empty' | 'cut-off' | 'missing';

export interface ManifestUpload {
  readonly link: AgentLink;
  readonly phone: SimulatedPhone;
  readonly paths: DevicePaths;
  readonly keys: BackupKeys | null;
  /** Bag of an unencrypted backup, which has one too. */
  readonly bag: Buffer;
  readonly fault: ManifestFault | null;
}

/** What Manifest.plist says of the keys, and the key itself: a new one for each backup. */
export function manifestKeys(
  keys: BackupKeys | null,
  bag: Buffer,
): { readonly key: Buffer | null; readonly said: ManifestKeys } {
  if (keys === null) return { key: null, said: { bag, manifestKey: null } };
  const classKey = keys.classKeys.get(MANIFEST_KEY_CLASS);
  if (classKey === undefined) throw new Error('the key bag lacks the class of the manifest');
  const key = randomBytes(32);
  return { key, said: { bag, manifestKey: { classId: MANIFEST_KEY_CLASS, wrapped: wrapKey(classKey, key) } } };
}

/** Sends Manifest.db (encrypted on the way) and Manifest.plist into `folder`. */
export async function sendManifest(
  { link, phone, paths, keys, bag, fault }: ManifestUpload,
  databasePath: string,
  folder: string,
): Promise<SentManifest> {
  const { key, said } = manifestKeys(keys, bag);
  const plist = manifestPlist(phone, said);
  const database = openSync(databasePath, 'r');
  try {
    const databaseBytes = fault === null ? fstatSync(database).size : 0;
    await link.must(uploadFiles(86, databaseBytes + plist.length), {
      label: 'manifest',
      stream: async (out) => {
        if (fault !== 'missing') {
          out.file(paths.own('Manifest.db'), `${folder}/Manifest.db`);
          if (fault === null || fault === 'cut-off') {
            const { size } = fstatSync(database);
            const limit = fault === null ? size : size / 2;
            await sendDatabase(out, database, key, limit);
          } else if (fault === 'garbage') out.data(noise(8192));
          out.success();
        }
        out.file(paths.own('Manifest.plist'), `${folder}/Manifest.plist`);
        out.data(plist);
        out.success();
      },
    });
    return { plist, path: databasePath, key, databaseBytes };
  } finally {
    closeSync(database);
  }
}

async function sendDatabase(out: OutgoingStream, file: number, key: Buffer | null, limit: number): Promise<void> {
  const cipher = key === null ? null : createManifestEncryptor(key);
  // What was encrypted is free again; what goes out as it is belongs to the wire.
  const own = cipher === null ? null : Buffer.allocUnsafeSlow(PIECE_BYTES);
  for (let at = 0; at < limit; ) {
    const piece = own ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
    const length = readSync(file, piece, 0, Math.min(PIECE_BYTES, limit - at), at);
    if (length === 0) break;
    at += length;
    const plain = piece.subarray(0, length);
    out.data(cipher === null ? plain : cipher.update(plain));
    if (out.isFull) await out.flush();
  }
}
