import { statfs } from 'node:fs/promises';

/**
 * Bytes that this user may still write on the disk that holds `path`, which must exist. Exact: with `bigint`, because a
 * block count times a block size passes 2^53 on large network stores. Not the same as "free" for root (`bavail`).
 */
export async function freeBytes(path: string): Promise<bigint> {
  const { bavail, bsize } = await statfs(path, { bigint: true });
  return bavail * bsize;
}
