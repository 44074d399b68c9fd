import { relative } from 'node:path';
import { isBackstopError } from '../../../../shared/errors/index.ts';
import { type CatalogCopies, openCatalog } from '../cache/catalog-copies.ts';
import type { ObjectIndex } from '../cache/object-index.ts';
import { type Chain, chainsOf } from '../collect/account.ts';
import type { Moves } from '../collect/gc-files.ts';
import type { VaultPaths } from '../layout/names.ts';
import type { CatalogReference } from '../record.ts';
import type { Snapshot } from '../types.ts';
import type { ScrubProblem } from './findings.ts';
import type { StoredName } from './vault-files.ts';

/**
 * L0: is every file that any version needs there, at its size? From listings and the lists of packs in the catalogs;
 * no content is read. Rows are looked at only for single objects, once for each catalog of a chain.
 */

export interface PresenceContext {
  readonly paths: VaultPaths;
  readonly index: Pick<ObjectIndex, 'find'>;
  readonly copies: Pick<CatalogCopies, 'fetch'>;
  readonly moves: Moves;
  readonly signal?: AbortSignal | undefined;
}

interface Needed {
  readonly hash: string;
  readonly size: number;
}

interface Needs {
  readonly packs: readonly Needed[];
  readonly tops: readonly Needed[];
  /** By file id: a single object, or null when the row says otherwise now. */
  readonly rows: ReadonlyMap<string, Needed | null>;
}

export async function findMissing(
  context: PresenceContext,
  snapshots: readonly Snapshot[],
  files: readonly StoredName[],
): Promise<ScrubProblem[]> {
  const look = new Look(context, files);
  const problems: ScrubProblem[] = [];
  for (const chain of chainsOf(snapshots)) problems.push(...(await lacksOf(context, look, chain)));
  return problems;
}

/** From the full catalog on: what each delta says of a row stands from there on. */
async function lacksOf(context: PresenceContext, look: Look, chain: Chain): Promise<ScrubProblem[]> {
  const problems: ScrubProblem[] = [];
  const blame = (versions: readonly Snapshot[], { file, detail }: Lack): void => {
    for (const { id } of versions) problems.push(problem(id, file, detail));
  };
  const singles = new Map<string, Needed>();
  for (const [at, catalog] of chain.catalogs.entries()) {
    context.signal?.throwIfAborted();
    const users = [...chain.versions].flatMap(([length, some]) => (length > at ? some : []));
    const lack = look.catalog(catalog);
    if (lack !== null) blame(users, lack);
    const needs = await readNeeds(context, catalog);
    if ('detail' in needs) {
      blame(users, needs);
      break;
    }
    for (const [id, single] of needs.rows) {
      if (single === null) singles.delete(id);
      else singles.set(id, single);
    }
    const versions = chain.versions.get(at + 1);
    if (versions === undefined) continue;
    for (const one of look.all(needs.packs, [...needs.tops, ...singles.values()])) blame(versions, one);
  }
  return problems;
}

async function readNeeds(context: PresenceContext, catalog: CatalogReference): Promise<Needs | Lack> {
  try {
    return needsOf(await context.copies.fetch(catalog, context.signal), catalog);
  } catch (error) {
    if (!isBackstopError(error, 'vault/damaged-catalog')) throw error;
    const detail = `its list of files cannot be read: ${String(error.data['reason'])}`;
    return { file: `catalogs/${catalog.hash}.db`, detail };
  }
}

interface Lack {
  readonly file: string;
  readonly detail: string;
}

/** Questions about the listing; each file is judged once. */
class Look {
  readonly #context: PresenceContext;
  readonly #sizes: Record<StoredName['folder'], Map<string, number>> = {
    packs: new Map(),
    objects: new Map(),
    catalogs: new Map(),
  };
  readonly #judged = new Map<string, Lack | null>();

  constructor(context: PresenceContext, files: readonly StoredName[]) {
    this.#context = context;
    for (const file of files) this.#sizes[file.folder].set(file.name, file.sizeBytes);
  }

  catalog({ hash, size }: CatalogReference): Lack | null {
    return lackOf(`catalogs/${hash}.db`, this.#sizes.catalogs.get(hash), size);
  }

  all(packs: readonly Needed[], singles: readonly Needed[]): Iterable<Lack> {
    const lacks = new Map<string, Lack>();
    for (const pack of packs) this.#note(lacks, this.#pack(pack));
    for (const single of singles) this.#note(lacks, this.#single(single));
    return lacks.values();
  }

  #note(lacks: Map<string, Lack>, lack: Lack | null): void {
    if (lack !== null) lacks.set(lack.file, lack);
  }

  #pack({ hash, size }: Needed): Lack | null {
    return this.#judge(`packs ${hash}`, () => {
      const { paths, moves } = this.#context;
      const lack = lackOf(relative(paths.root, paths.pack(hash)), this.#sizes.packs.get(hash), size);
      if (lack === null) return null;
      const isThere = (name: string): boolean => name !== hash && this.#sizes.packs.has(name);
      return moves.standFor(hash, isThere) === null ? lack : null;
    });
  }

  /** What lies in a pack by now is needed no more under its own name. */
  #single({ hash, size }: Needed): Lack | null {
    return this.#judge(`objects ${hash}`, () => {
      const { paths, index } = this.#context;
      const lack = lackOf(relative(paths.root, paths.object(hash)), this.#sizes.objects.get(hash), size);
      if (lack === null) return null;
      const places = index.find(Buffer.from(hash, 'hex'));
      return places.some((place) => place.rawLength === size) ? null : lack;
    });
  }

  #judge(key: string, judge: () => Lack | null): Lack | null {
    let lack = this.#judged.get(key);
    if (lack === undefined) {
      lack = judge();
      this.#judged.set(key, lack);
    }
    return lack;
  }
}

function lackOf(file: string, found: number | undefined, size: number): Lack | null {
  if (found === size) return null;
  return { file, detail: found === undefined ? 'it is missing' : `it has ${found} bytes instead of ${size}` };
}

function needsOf(localCatalog: string, catalog: CatalogReference): Needs {
  const { db } = openCatalog(localCatalog, catalog.hash);
  try {
    const packs = db.prepare<[], [Buffer, number]>('SELECT hash, size FROM pack').raw(true).all();
    const tops = db.prepare<[], [Buffer, number]>('SELECT obj, size FROM top WHERE pack = 0').raw(true).all();
    const rows = new Map<string, Needed | null>();
    const wanted = catalog.kind === 'full' ? 'WHERE pack = 0' : '';
    const query = db.prepare<[], [string, string | null, number, number | null]>(
      `SELECT hex(id), lower(hex(obj)), size, pack FROM entry ${wanted}`,
    );
    for (const [id, hash, size, pack] of query.raw(true).iterate()) {
      rows.set(id, pack === 0 && hash !== null ? { hash, size } : null);
    }
    const named = ([hash, size]: [Buffer, number]): Needed => ({ hash: hash.toString('hex'), size });
    return { packs: packs.map(named), tops: tops.map(named), rows };
  } finally {
    db.close();
  }
}

function problem(snapshot: string, file: string, detail: string): ScrubProblem {
  const kind = file.startsWith('catalogs/') ? 'catalog' : 'pack';
  return { kind, severity: 'error', snapshot, fileId: null, path: null, object: null, file, detail };
}
