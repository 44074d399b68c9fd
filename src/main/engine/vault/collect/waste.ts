import { listFans, type ObjectIndex } from '../cache/object-index.ts';
import { Slicer } from '../catalog/folded.ts';
import type { VaultIo } from '../io/index.ts';
import { isIgnoredName, parseObjectName, type VaultPaths } from '../layout/names.ts';
import { INDEX_HEADER_BYTES, PACK_FLAG_META, RECORD_HEADER_BYTES, readIndexEntry } from '../pack/layout.ts';
import { readPackContents } from '../pack/read-index.ts';
import { type Account, blocked } from './account.ts';
import type { StoredFile } from './gc-files.ts';

/** What nobody needs, by an account: candidates only. Nothing here deletes. */

/** A pack with less than this share of needed bytes is worth being written anew. */
const REPACK_BELOW = 0.6;
const WORKERS = 16;

export interface WasteContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly index: ObjectIndex;
  readonly signal?: AbortSignal | undefined;
}

export interface RepackCandidate extends StoredFile {
  /** Bytes that would be copied. */
  readonly liveBytes: number;
}

export interface Waste {
  readonly packs: readonly StoredFile[];
  readonly objects: readonly StoredFile[];
  readonly catalogs: readonly StoredFile[];
  /** Packs in which little is needed, the emptiest first. */
  readonly repack: readonly RepackCandidate[];
  /** Bytes of everything that could go, and of what repacking would win. */
  readonly bytes: number;
}

/**
 * `isOld` decides by a file's date; younger ones may belong to a backup that is just being written. `passOver` names
 * what stands in a mark already.
 */
export async function findWaste(
  context: WasteContext,
  account: Account,
  isOld: (modifiedMs: number) => boolean,
  passOver: ReadonlySet<string>,
): Promise<Waste> {
  const { io, paths, index, signal } = context;
  const { packs: there, damaged } = await index.refresh(io, paths, signal);
  const unreadable = new Set(damaged.map((pack) => pack.hash));
  const singles = await listObjects(context);
  const homes = await assignHomes(context, account, singles, passOver);
  const packs: string[] = [];
  const repack = new Map<string, number>();
  for (const pack of index.packs()) {
    if (!there.has(pack.hash) || unreadable.has(pack.hash) || passOver.has(pack.hash)) continue;
    if ((pack.flags & PACK_FLAG_META) !== 0) {
      const catalog = await catalogOf(context, pack.hash);
      if (catalog !== null && !account.catalogs.has(catalog)) packs.push(pack.hash);
      continue;
    }
    const liveBytes = homes.get(pack.n) ?? 0;
    if (liveBytes === 0) packs.push(pack.hash);
    else if (liveBytes < pack.sizeBytes * REPACK_BELOW) repack.set(pack.hash, liveBytes);
  }
  const objects = [...singles].filter(
    (name) => !passOver.has(name) && account.live.size(Buffer.from(name, 'hex')) === null,
  );
  const catalogs = (await listCatalogs(io, paths)).filter((name) => !account.catalogs.has(name) && !passOver.has(name));
  const old = {
    packs: await oldOnes(io, packs, (name) => paths.pack(name), isOld),
    objects: await oldOnes(io, objects, (name) => paths.object(name), isOld),
    catalogs: await oldOnes(io, catalogs, (name) => paths.catalog(name), isOld),
  };
  const emptiest = (await oldOnes(io, [...repack.keys()], (name) => paths.pack(name), isOld))
    .map((pack) => ({ ...pack, liveBytes: repack.get(pack.hash) ?? 0 }))
    .sort((a, b) => a.liveBytes / a.size - b.liveBytes / b.size);
  const whole = [...old.packs, ...old.objects, ...old.catalogs].reduce((sum, file) => sum + file.size, 0);
  return {
    ...old,
    repack: emptiest,
    bytes: whole + emptiest.reduce((sum, pack) => sum + pack.size - pack.liveBytes, 0),
  };
}

/**
 * Gives every needed object one home, and answers for each pack how many bytes are at home in it. An object that lies in
 * two packs lives in one of them only, so that the other can go; never can both, because both would be without it. A
 * pack that stands in a mark is home to what lies nowhere else.
 */
async function assignHomes(
  context: WasteContext,
  account: Account,
  singles: ReadonlySet<string>,
  marked: ReadonlySet<string>,
): Promise<Map<number, number>> {
  const bytes = new Map<number, number>();
  const add = (pack: number, storedLength: number): void => {
    bytes.set(pack, (bytes.get(pack) ?? 0) + storedLength + RECORD_HEADER_BYTES);
  };
  const severalPlaces: Array<ReadonlyArray<{ pack: number; storedLength: number }>> = [];
  const numbersOf = (names: ReadonlySet<string>): ReadonlySet<number> =>
    new Set(context.index.packs().flatMap((pack) => (names.has(pack.hash) ? [pack.n] : [])));
  const distrusted = numbersOf(account.distrusted);
  const going = numbersOf(marked);
  const slicer = new Slicer(context.signal);
  for (const { hash, places: all } of livePlaces(context.index, account)) {
    await slicer.breathe();
    const name = hash.toString('hex');
    const trusted = distrusted.size === 0 ? all : all.filter((place) => !distrusted.has(place.pack));
    const sound = trusted.length > 0 ? trusted : all;
    const staying = going.size === 0 ? sound : sound.filter((place) => !going.has(place.pack));
    const places = staying.length > 0 ? staying : sound;
    if (singles.has(name) && (trusted.length === 0 || !account.distrusted.has(name))) continue;
    const [first] = places;
    if (first === undefined)
      throw blocked(`the object ${name}`, 'a version needs it, and no file of the vault holds it');
    if (places.length === 1) add(first.pack, first.storedLength);
    else severalPlaces.push(places);
  }
  // Where most of what is needed lies already, so that the emptier packs can go.
  for (const places of severalPlaces) {
    const [fullest] = [...places].sort(
      (a, b) => (bytes.get(b.pack) ?? 0) - (bytes.get(a.pack) ?? 0) || a.pack - b.pack,
    );
    if (fullest !== undefined) add(fullest.pack, fullest.storedLength);
  }
  return bytes;
}

/** Needed objects and the packs that hold them, in one pass over two sorted lists. */
export function* livePlaces(
  index: ObjectIndex,
  account: Pick<Account, 'live'>,
): Generator<{
  readonly hash: Buffer;
  readonly size: number;
  readonly places: ReadonlyArray<{ readonly pack: number; readonly storedLength: number }>;
}> {
  const indexed = index.allPlaces();
  let next = indexed.next();
  for (const { hash, size } of account.live.all()) {
    while (next.done !== true && Buffer.compare(next.value.hash, hash) < 0) next = indexed.next();
    const places: Array<{ pack: number; storedLength: number }> = [];
    while (next.done !== true && next.value.hash.equals(hash)) {
      places.push({ pack: next.value.pack, storedLength: next.value.storedLength });
      next = indexed.next();
    }
    yield { hash, size, places };
  }
}

export async function listObjects({ io, paths, signal }: WasteContext): Promise<Set<string>> {
  const names = new Set<string>();
  await listFans(io, paths.fans('objects'), signal, (name) => {
    const hash = parseObjectName(name);
    if (hash !== null) names.add(hash);
  });
  return names;
}

async function listCatalogs(io: VaultIo, paths: VaultPaths): Promise<string[]> {
  return (await io.readdir(paths.folder('catalogs')))
    .filter((item) => item.kind === 'file' && !isIgnoredName(item.name))
    .flatMap((item) => /^([0-9a-f]{64})\.db$/.exec(item.name)?.[1] ?? []);
}

/** The catalog that a meta pack holds; null when it cannot be told, and then the pack stays. */
export async function catalogOf({ io, paths }: WasteContext, metaPack: string): Promise<string | null> {
  const contents = await readPackContents(io, paths.pack(metaPack));
  if ('problem' in contents || contents.index.length === INDEX_HEADER_BYTES) return null;
  return readIndexEntry(contents.index, INDEX_HEADER_BYTES).hash.toString('hex');
}

async function oldOnes(
  io: VaultIo,
  names: readonly string[],
  pathOf: (name: string) => string,
  isOld: (modifiedMs: number) => boolean,
): Promise<StoredFile[]> {
  const found: StoredFile[] = [];
  const waiting = names.values();
  const worker = async (): Promise<void> => {
    for (const hash of waiting) {
      const facts = await io.stat(pathOf(hash));
      if (facts !== null && facts.kind === 'file' && isOld(facts.modifiedMs))
        found.push({ hash, size: facts.sizeBytes });
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return found.sort((a, b) => (a.hash < b.hash ? -1 : 1));
}
