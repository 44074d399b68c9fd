import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { errnoOf, publish, readSmallFile, type VaultIo, writeNewFile } from '../io/index.ts';

/**
 * One second of doing what a backup will rely on: exclusive creation, write, sync, rename, read back. A destination
 * that cannot do that would lose data quietly; it is refused before anything is entrusted to it.
 */
export async function probeDestination(io: VaultIo, folder: string): Promise<void> {
  const name = join(folder, `.backstop-probe-${randomUUID()}`);
  const renamed = `${name}-renamed`;
  const bytes = randomBytes(4096);
  const fail = (reason: string): BackstopError =>
    new BackstopError('vault/unsuitable-destination', { message: reason, data: { path: folder, reason } });
  try {
    await writeNewFile(io, name, bytes);
    const second = await io.open(name, 'create').catch((error: unknown) => error);
    if (errnoOf(second) !== 'EEXIST') throw fail('it lets two programs create the same file at once');
    if ((await publish(io, name, renamed, createHash('sha256').update(bytes).digest())) !== 'published') {
      throw fail('it cannot rename a file');
    }
    await io.syncFolder(folder);
    const back = await readSmallFile(io, renamed, bytes.length);
    if (back === null || !back.equals(bytes)) throw fail('it does not give back what was written');
  } finally {
    for (const path of [name, renamed]) {
      await io.unlink(path).catch(() => undefined); // Leftovers of a probe are hidden and harmless.
    }
  }
}
