import { join } from 'node:path';
import { errnoOf, hashFile, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { INDEX_ENTRY_BYTES, INDEX_HEADER_BYTES, PACK_FLAG_META, readIndexEntry } from '../pack/layout.ts';
import { readPackContents } from '../pack/read-index.ts';
import type { Account } from './account.ts';
import { blocked } from './account.ts';
import { type MarkFile, Moves, newestMoves, type StoredFile } from './gc-files.ts';
import { readStored } from './repack.ts';
import { catalogOf, listObjects, livePlaces, type WasteContext } from './waste.ts';

/**
 * The only place where bytes of versions are deleted. What stood in a mark is looked at again as if nobody had: it goes
 * only if by an account made now nothing needs it, and if everything needed that lies in it was read and hashed where
 * it lies besides.
 */

export interface SweepPlan {
  readonly packs: readonly StoredFile[];
  readonly objects: readonly StoredFile[];
  readonly catalogs: readonly StoredFile[];
  /** Marks that are done with afterwards, and lists of moved packs that nothing names any more. */
  readonly marks: readonly string[];
  readonly moves: readonly string[];
}

/** What of these marks may go now. */
export async function planSweep(
  context: WasteContext,
  account: Account,
  marks: readonly MarkFile[],
): Promise<SweepPlan> {
  const { io, paths, index, signal } = context;
  await index.refresh(io, paths, signal);
  const packs = new Map<string, number>();
  const objects: StoredFile[] = [];
  const catalogs: StoredFile[] = [];
  for (const { mark, modifiedMs } of marks) {
    for (const { hash } of mark.packs) {
      const size = await sizeIfOlder(io, paths.pack(hash), modifiedMs);
      if (size === null) continue;
      if (await mayGo(context, account, hash)) packs.set(hash, size);
    }
    for (const { hash } of mark.objects) {
      const size = await sizeIfOlder(io, paths.object(hash), modifiedMs);
      if (size !== null && account.live.size(Buffer.from(hash, 'hex')) === null) objects.push({ hash, size });
    }
    for (const { hash } of mark.catalogs) {
      const size = await sizeIfOlder(io, paths.catalog(hash), modifiedMs);
      if (size !== null && !account.catalogs.has(hash)) catalogs.push({ hash, size });
    }
  }
  await keepWhatIsNeeded(context, account, packs);
  keepTheWays(context, account, packs);
  const newest = new Set([...newestMoves(account.gc.moved).values()].map((one) => one.name));
  return {
    packs: [...packs].map(([hash, size]) => ({ hash, size })),
    objects: unique(objects),
    catalogs: unique(catalogs),
    marks: marks.map((mark) => mark.name),
    moves: account.gc.moved
      .filter(
        ({ name, moved }) =>
          !newest.has(name) ||
          (!account.namedPacks.has(moved.from) && (index.pack(moved.from) === null || packs.has(moved.from))),
      )
      .map((one) => one.name),
  };
}

/** Null when it is gone, or was written after the mark: then the mark does not mean it. */
async function sizeIfOlder(io: VaultIo, path: string, markedMs: number): Promise<number | null> {
  const facts = await io.stat(path);
  return facts === null || facts.kind !== 'file' || facts.modifiedMs > markedMs ? null : facts.sizeBytes;
}

/** A meta pack goes with its catalog; of a pack that cannot be read nobody can tell what is in it. */
async function mayGo(context: WasteContext, account: Account, pack: string): Promise<boolean> {
  const contents = await readPackContents(context.io, context.paths.pack(pack));
  if ('problem' in contents) return false;
  if ((contents.header.flags & PACK_FLAG_META) === 0) return true;
  const catalog = await catalogOf(context, pack);
  return catalog !== null && !account.catalogs.has(catalog);
}

/** Takes packs off the list until every needed object has a home outside, whose bytes were just read and are right. */
async function keepWhatIsNeeded(context: WasteContext, account: Account, doomed: Map<string, number>): Promise<void> {
  const { index } = context;
  const singles = await listObjects(context);
  const numbers = new Map([...doomed.keys()].map((hash) => [index.pack(hash)?.n ?? -1, hash]));
  for (const { hash, places } of livePlaces(index, account)) {
    if (singles.has(hash.toString('hex')) || places.some((place) => !numbers.has(place.pack))) continue;
    if (places.length === 0) {
      throw blocked(`the object ${hash.toString('hex')}`, 'a version needs it, and no file of the vault holds it');
    }
    for (const place of places) doomed.delete(numbers.get(place.pack) ?? '');
    for (const place of places) numbers.delete(place.pack);
  }
  // By the packs' own lists, not by the index: whatever is needed in them must be whole elsewhere.
  for (const pack of [...doomed.keys()]) {
    if (!(await isSafeElsewhere(context, account, pack, doomed, singles))) doomed.delete(pack);
  }
}

/** A pack that a version names stays until its name leads to packs that stay. */
function keepTheWays({ index }: WasteContext, account: Account, doomed: Map<string, number>): void {
  const moves = new Moves(account.gc.moved);
  const stays = (pack: string): boolean => index.pack(pack) !== null && !doomed.has(pack);
  // One that is kept can be what another one's name leads to: of two that name each other one stays.
  for (const pack of [...doomed.keys()]) {
    if (account.namedPacks.has(pack) && moves.standFor(pack, stays) === null) doomed.delete(pack);
  }
}

async function isSafeElsewhere(
  context: WasteContext,
  account: Account,
  pack: string,
  doomed: ReadonlyMap<string, number>,
  singles: ReadonlySet<string>,
): Promise<boolean> {
  const { io, paths, signal } = context;
  const contents = await readPackContents(io, paths.pack(pack));
  if ('problem' in contents) return false;
  for (let at = INDEX_HEADER_BYTES; at < contents.index.length; at += INDEX_ENTRY_BYTES) {
    signal?.throwIfAborted();
    const { hash } = readIndexEntry(contents.index, at);
    const size = account.live.size(hash);
    if (size === null) continue;
    if (!(await isWholeOutside(context, Buffer.from(hash), size, doomed, singles))) return false;
  }
  return true;
}

async function isWholeOutside(
  { io, paths, index }: WasteContext,
  hash: Buffer,
  size: number,
  doomed: ReadonlyMap<string, number>,
  singles: ReadonlySet<string>,
): Promise<boolean> {
  const name = hash.toString('hex');
  for (const place of index.find(hash)) {
    if (doomed.has(place.pack.hash) || place.rawLength !== size) continue;
    const file = await io.open(paths.pack(place.pack.hash), 'read');
    try {
      const { offset, storedLength, rawLength, codec } = place;
      if ((await readStored(file, { hash, offset, storedLength, rawLength, codec })) !== null) return true;
    } finally {
      await file.close();
    }
  }
  if (!singles.has(name)) return false;
  const single = await hashFile(io, paths.object(name));
  return single.sizeBytes === size && single.hash.equals(hash);
}

function unique(files: readonly StoredFile[]): StoredFile[] {
  return [...new Map(files.map((file) => [file.hash, file])).values()];
}

/** Singles first, then packs, catalogs, and last the marks. `stillOurs` throws when the lease is not beyond doubt. */
export async function carryOut(
  context: { readonly io: VaultIo; readonly paths: VaultPaths },
  plan: SweepPlan,
  stillOurs: () => void,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const { io, paths } = context;
  let files = 0;
  let bytes = 0;
  const remove = async (path: string, size: number): Promise<void> => {
    stillOurs();
    if (!(await unlinkIfThere(io, path))) return;
    files += 1;
    bytes += size;
  };
  for (const { hash, size } of plan.objects) await remove(paths.object(hash), size);
  for (const { hash, size } of plan.packs) await remove(paths.pack(hash), size);
  for (const { hash, size } of plan.catalogs) await remove(paths.catalog(hash), size);
  for (const name of [...plan.moves, ...plan.marks]) {
    stillOurs();
    await unlinkIfThere(io, join(paths.folder('gc'), name));
  }
  return { files, bytes };
}

async function unlinkIfThere(io: VaultIo, path: string): Promise<boolean> {
  try {
    await io.unlink(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
