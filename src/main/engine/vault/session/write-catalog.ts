import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { compressLocal, localChunks, localSize, removeLocal } from '../cache/local-files.ts';
import { publish, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { CODEC_ZSTD, PACK_FLAG_META, type PackHeader } from '../pack/layout.ts';
import type { CatalogReference } from '../record.ts';
import type { BlockPool } from '../store/block-pool.ts';
import type { HashThread } from '../store/hash-threads.ts';
import { HashedFile } from '../store/hashed-file.ts';
import type { ObjectStore } from './object-store.ts';

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
  const size = localSize(localFile);
  const hash = createHash('sha256');
  const temporary = join(folder, `catalog-${kind}.db`);
  const written = new HashedFile(io, temporary, pool, thread);
  try {
    for await (const chunk of localChunks(localFile)) {
      hash.update(chunk);
      await written.append(chunk);
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
    await compressLocal(localFile, compressed);
    let crc = 0;
    let storedLength = 0;
    for await (const chunk of localChunks(compressed)) {
      crc = crc32(chunk, crc);
      storedLength += chunk.length;
    }
    const header = { ...options.packHeader, flags: PACK_FLAG_META };
    const record = { hash: digest, rawLength: size, storedLength, crc, codec: CODEC_ZSTD };
    const metaPack = await store.writeStreamPack(header, record, localChunks(compressed));
    return { catalog: { hash: name, size, kind }, metaPack };
  } finally {
    removeLocal(compressed);
  }
}
