import { BackstopError } from '../../../../shared/errors/index.ts';
import { listFans, listPacks } from '../cache/object-index.ts';
import type { Moves } from '../collect/gc-files.ts';
import type { VaultIo } from '../io/index.ts';
import { parseObjectName, type VaultPaths } from '../layout/names.ts';
import type { BuiltContent } from './commit.ts';

/** Packs and single objects that the changes of a commit rely on. */
export class UsedFiles {
  readonly packs = new Set<string>();
  readonly singles = new Set<string>();
}

export interface PresenceContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  /** Where the content of packs is that a collection wrote anew. */
  readonly moves: () => Promise<Moves>;
  readonly signal: AbortSignal;
}

/** Throws `vault/object-vanished` unless every file that a version needs is there; its catalogs and new ones at their size. */
export async function checkPresence(
  { io, paths, moves: readMoves, signal }: PresenceContext,
  { packs, singles, base }: BuiltContent,
  used: UsedFiles,
): Promise<void> {
  const gone = (name: string): BackstopError =>
    new BackstopError('vault/object-vanished', { message: `${name} is not there`, data: { object: name } });
  const there = await listPacks(io, paths, signal);
  const moves = await readMoves();
  const sizes = base.map(({ hash, size }) => ({ path: paths.catalog(hash), name: hash, size }));
  for (const pack of packs) {
    const name = pack.hash.toString('hex');
    if (!there.has(name) && moves.standFor(name, (other) => there.has(other)) === null) throw gone(name);
    if (used.packs.has(name)) sizes.push({ path: paths.pack(name), name, size: pack.size });
  }
  const needed = new Map(singles.map((single) => [single.hash.toString('hex'), single.size]));
  if (needed.size > 0) {
    const missing = new Set(needed.keys());
    await listFans(io, paths.fans('objects'), signal, (name) => missing.delete(parseObjectName(name) ?? ''));
    for (const name of missing) throw gone(name);
    for (const name of used.singles) {
      const size = needed.get(name);
      if (size !== undefined) sizes.push({ path: paths.object(name), name, size });
    }
  }
  const waiting = sizes.values();
  const worker = async (): Promise<void> => {
    for (const { path, name, size } of waiting) {
      const facts = await io.stat(path);
      if (facts === null || facts.sizeBytes !== size) throw gone(name);
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
