import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  buildKeybag,
  createManifestDb,
  createManifestEncryptor,
  createPayloadEncryptor,
  encodeMbFile,
  wrapKey,
  writeClassedKey,
} from '../../../src/main/engine/formats/index.ts';
import { encodePlist } from '../../../src/main/engine/formats/plist/index.ts';

/** An encrypted backup folder as iOS writes them, made straight away: no phone has half a million files in seconds. */

export const PASSWORD = 'benchmark';
const CLASS = 3;
const DIGESTED = /^(Home|Wireless|Root)Domain$/;

export interface FolderShape {
  readonly files: number;
  /** Of each file; null: only in the list, nothing is stored. */
  readonly bytesOf: ((file: number) => number) | null;
}

export async function writeEncryptedFolder(folder: string, { files, bytesOf }: FolderShape): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const classKey = randomBytes(32);
  const bag = await buildKeybag({
    password: PASSWORD,
    classKeys: new Map([[CLASS, classKey]]),
    firstStageIterations: 1000,
    iterations: 1000,
    randomBytes,
  });
  const plain = join(folder, 'plain.db');
  {
    using manifest = createManifestDb(plain);
    const made = new Set<string>();
    for (let number = 0; number < files; number += 1) {
      const { domain, path } = placeOf(number);
      for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
        const parent = path.slice(0, at);
        if (made.has(`${domain}/${parent}`)) continue;
        made.add(`${domain}/${parent}`);
        const folder = encodeMbFile(about(parent, 0o040755, 0, null, null));
        manifest.put({ domain, relativePath: parent, flags: 2, file: folder });
      }
      const key = randomBytes(32);
      const size = bytesOf?.(number) ?? 1000 + (number % 5000);
      const digest = DIGESTED.test(domain) ? randomBytes(20) : null;
      const file = encodeMbFile(about(path, 0o100644, size, wrapKey(classKey, key), digest));
      const fileId = manifest.put({ domain, relativePath: path, flags: 1, file });
      if (bytesOf !== null) store(folder, fileId, key, size);
    }
  }
  const manifestKey = randomBytes(32);
  const encryptor = createManifestEncryptor(manifestKey);
  await pipeline(
    createReadStream(plain, { highWaterMark: 1 << 20 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) yield encryptor.update(chunk);
    },
    createWriteStream(join(folder, 'Manifest.db')),
  );
  rmSync(plain);
  const plist = {
    IsEncrypted: true,
    BackupKeyBag: bag.bytes,
    ManifestKey: writeClassedKey(CLASS, wrapKey(classKey, manifestKey)),
    Lockdown: { UniqueDeviceID: '00008101-000A1B2C3D4E5F60', ProductVersion: '18.1', DeviceName: 'Bench' },
    Date: new Date(),
  };
  writeFileSync(join(folder, 'Manifest.plist'), encodePlist(plist, 'binary'));
  writeFileSync(join(folder, 'Status.plist'), encodePlist({ SnapshotState: 'finished' }, 'binary'));
}

/** As on a phone: some big domains, hundreds of apps, folders of a hundred files. */
function placeOf(number: number): { readonly domain: string; readonly path: string } {
  const kind = number % 10;
  const deep = Math.floor(number / 1000);
  if (kind < 4) {
    return { domain: 'CameraRollDomain', path: `Media/DCIM/${100 + deep}APPLE/IMG_${number}.HEIC` };
  }
  if (kind < 5)
    return { domain: 'HomeDomain', path: `Library/SMS/Attachments/${deep % 256}/${number % 16}/${number}.jpeg` };
  const app = number % 397;
  return { domain: `AppDomain-com.example.app${app}`, path: `Documents/store/${deep}/item-${number}.dat` };
}

function about(
  relativePath: string,
  mode: number,
  size: number,
  wrapped: Uint8Array | null,
  digest: Uint8Array | null,
): Parameters<typeof encodeMbFile>[0] {
  return {
    relativePath,
    mode,
    size,
    modified: 1_700_000_000,
    statusChanged: 1_700_000_000,
    birth: 1_700_000_000,
    userId: 501,
    groupId: 501,
    inode: 4_000_000,
    flags: 0,
    protectionClass: wrapped === null ? 0 : CLASS,
    encryptionKey: wrapped === null ? null : { classId: CLASS, wrapped },
    digest,
    extendedAttributes: null,
    target: null,
  };
}

const PIECE = Buffer.alloc(1 << 20, 'a picture, as far as disks are concerned ');

function store(folder: string, fileId: string, key: Buffer, size: number): void {
  const shard = join(folder, fileId.slice(0, 2));
  mkdirSync(shard, { recursive: true });
  const encryptor = createPayloadEncryptor(key);
  const parts: Buffer[] = [];
  for (let left = size; left > 0; left -= PIECE.length)
    parts.push(encryptor.update(PIECE.subarray(0, Math.min(left, PIECE.length))));
  parts.push(encryptor.final());
  writeFileSync(join(shard, fileId), Buffer.concat(parts));
}
