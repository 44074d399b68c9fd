import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32, createZstdCompress } from 'node:zlib';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { publish, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { CODEC_ZSTD, PACK_FLAG_META, type PackHeader } from '../pack/layout.ts';
import type { CatalogReference } from '../record.ts';
import type { BlockPool } from '../store/block-pool.ts';
import type { HashThread } from '../store/hash-threads.ts';
import { HashedFile } from '../store/hashed-file.ts';
import type { ObjectStore } from './object-store.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Puts a finished catalog into the vault, twice: as a file under its hash, and compressed as the only record of a meta
 * pack, so that it can be found when the whole folder `catalogs/` is gone. Both are synced; their folders are not yet.
 */
export async function storeCatalog(options: {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly pool: BlockPool;
  readonly thread: HashThread;
  readonly store: ObjectStore;
  readonly packHeader: PackHeader;
  readonly localFile: string;
  readonly folder: string;
  readonly kind: 'full' | 'delta';
}): Promise<{ readonly catalog: CatalogReference; readonly metaPack: string }> {
  const { io, paths, pool, thread, store, localFile, folder, kind } = options;
  const { size } = await stat(localFile);
  const hash = createHash('sha256');
  const temporary = join(folder, `catalog-${kind}.db`);
  const written = new HashedFile(io, temporary, pool, thread);
  try {
    for await (const chunk of createReadStream(localFile, { highWaterMark: CHUNK_BYTES })) {
      hash.update(chunk as Buffer);
      await written.append(chunk as Buffer);
    }
    await written.finish();
  } catch (error) {
    await written.discard();
    throw error;
  }
  const digest = hash.digest();
  const name = digest.toString('hex');
  if ((await publish(io, temporary, paths.catalog(name), digest)) === 'other-bytes-there') {
    throw new BackstopError('vault/damaged-catalog', {
      data: { path: paths.catalog(name), reason: 'its bytes do not match the SHA-256 in its name' },
    });
  }
  const compressed = `${localFile}.zst`;
  try {
    await pipeline(createReadStream(localFile), createZstdCompress(), createWriteStream(compressed, { mode: 0o600 }));
    let crc = 0;
    let storedLength = 0;
    for await (const chunk of createReadStream(compressed, { highWaterMark: CHUNK_BYTES })) {
      crc = crc32(chunk as Buffer, crc);
      storedLength += (chunk as Buffer).length;
    }
    const header = { ...options.packHeader, flags: PACK_FLAG_META };
    const record = { hash: digest, rawLength: size, storedLength, crc, codec: CODEC_ZSTD };
    const metaPack = await store.writeStreamPack(header, record, readLocal(compressed));
    return { catalog: { hash: name, size, kind }, metaPack };
  } finally {
    rmSync(compressed, { force: true });
  }
}

async function* readLocal(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
