import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { createDurably, readSmallFile, type VaultIo } from '../io/index.ts';
import { canonicalLine } from '../layout/canonical.ts';
import { isIgnoredName, type VaultPaths } from '../layout/names.ts';

/**
 * The two kinds of files in `gc/`, both written once and named by their own hash.
 *
 * `<utc>-<sha256>.mark.json` lists what may be deleted later, and the records that were counted when it was written. A
 * session never relies on a name that stands in one. `<utc>-<sha256>.moved.json` says which packs hold what was alive in
 * a pack that may be gone, for hints and lists that still name it.
 */

const MAX_GC_FILE_BYTES = 64 * 1024 * 1024;
const GC_NAME = /^\d{8}T\d{9}Z-([0-9a-f]{64})\.(mark|moved)\.json$/;
const hashText = z.string().regex(/^[0-9a-f]{64}$/);
const stored = z.object({ hash: hashText, size: z.number().int().nonnegative() });

const markSchema = z.object({
  format: z.literal('backstop-mark'),
  version: z.literal(1),
  vault: z.string().max(64),
  writer: z.string().max(64),
  at: z.string().max(64),
  /** Every record that was counted: each has to be readable, or forgotten and expired, before anything goes. */
  records: z.array(hashText),
  packs: z.array(stored),
  objects: z.array(stored),
  catalogs: z.array(stored),
});
const movedSchema = z.object({
  format: z.literal('backstop-moved'),
  version: z.literal(1),
  vault: z.string().max(64),
  writer: z.string().max(64),
  at: z.string().max(64),
  from: hashText,
  to: z.array(hashText),
});

export interface StoredFile {
  readonly hash: string;
  readonly size: number;
}
type Stamped = 'format' | 'version' | 'vault' | 'writer' | 'at';
export type Mark = Readonly<z.infer<typeof markSchema>>;
export type Moved = Readonly<z.infer<typeof movedSchema>>;

export interface MarkFile {
  readonly name: string;
  readonly mark: Mark;
  /** The store's clock when it was written. */
  readonly modifiedMs: number;
}

export interface MovedFile {
  readonly name: string;
  readonly moved: Moved;
}

export interface GcFiles {
  readonly marks: readonly MarkFile[];
  readonly moved: readonly MovedFile[];
  /** Files whose bytes are not what their names say, or that are not understood. */
  readonly unreadable: ReadonlyArray<{ readonly file: string; readonly reason: string }>;
}

export interface GcStamp {
  readonly vault: string;
  readonly writer: string;
  readonly at: Date;
}

export function writeMark(io: VaultIo, paths: VaultPaths, facts: Omit<Mark, Stamped>, stamp: GcStamp): Promise<string> {
  const { vault, writer, at } = stamp;
  const mark = { format: 'backstop-mark', version: 1, vault, writer, at: at.toISOString(), ...facts };
  return writeGcFile(io, paths, 'mark', markSchema.parse(mark), at);
}

/** `earlier` are the lists that are there: one about the same pack is outdone, whatever this computer's clock says. */
export function writeMoved(
  io: VaultIo,
  paths: VaultPaths,
  facts: Omit<Moved, Stamped>,
  stamp: GcStamp & { readonly earlier: readonly MovedFile[] },
): Promise<string> {
  const { vault, writer } = stamp;
  const outdone = newestMoves(stamp.earlier).get(facts.from);
  const at = outdone === undefined ? stamp.at : new Date(Math.max(stamp.at.getTime(), stampOf(outdone.name) + 1));
  const moved = { format: 'backstop-moved', version: 1, vault, writer, at: at.toISOString(), ...facts };
  return writeGcFile(io, paths, 'moved', movedSchema.parse(moved), at);
}

/** Durable when it resolves; answers the file's name. */
async function writeGcFile(io: VaultIo, paths: VaultPaths, kind: string, value: object, at: Date): Promise<string> {
  const bytes = canonicalLine(value);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const name = `${at.toISOString().replace(/[-:.]/g, '')}-${sha256}.${kind}.json`;
  const temporary = join(paths.folder('tmp'), `gc-${sha256}.${process.pid}`);
  await createDurably(io, temporary, join(paths.folder('gc'), name), bytes);
  return name;
}

export async function readGcFiles(io: VaultIo, paths: VaultPaths): Promise<GcFiles> {
  const folder = paths.folder('gc');
  const marks: MarkFile[] = [];
  const moved: MovedFile[] = [];
  const unreadable: Array<{ file: string; reason: string }> = [];
  for (const { name, kind } of await io.readdir(folder)) {
    const match = kind !== 'file' || isIgnoredName(name) ? null : GC_NAME.exec(name);
    if (match === null) continue;
    const bad = (reason: string): number => unreadable.push({ file: `gc/${name}`, reason });
    const facts = await io.stat(join(folder, name));
    if (facts === null) continue; // Gone since the listing.
    if (facts.sizeBytes > MAX_GC_FILE_BYTES) {
      bad('it is too large');
      continue;
    }
    const bytes = await readSmallFile(io, join(folder, name), MAX_GC_FILE_BYTES);
    if (bytes === null) continue;
    if (createHash('sha256').update(bytes).digest('hex') !== match[1]) {
      bad('its bytes do not match the SHA-256 in its name');
      continue;
    }
    const value = parseJson(bytes);
    const parsed = match[2] === 'mark' ? markSchema.safeParse(value) : movedSchema.safeParse(value);
    if (!parsed.success) bad('it is not understood');
    else if (parsed.data.format === 'backstop-mark') {
      marks.push({ name, mark: parsed.data, modifiedMs: facts.modifiedMs });
    } else moved.push({ name, moved: parsed.data });
  }
  return { marks, moved, unreadable };
}

/** Undefined, which no schema takes, where it is none. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** By pack: what was said last about where its content went. A pack can come back, and then go elsewhere. */
export function newestMoves(moved: readonly MovedFile[]): Map<string, MovedFile> {
  const byName = [...moved].sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(byName.map((one) => [one.moved.from, one]));
}

/** From `<utc>-<sha256>.moved.json`; zero where it is no date. */
function stampOf(name: string): number {
  const [, year, month, day, hour, minute, second, ms] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-/.exec(name) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`) || 0;
}

/** In place of successors, where no list names any. */
const NOWHERE = '';

/** Says for a pack whether it, or all that it was moved to, is there. */
export class Moves {
  readonly #to = new Map<string, readonly string[]>();

  constructor(moved: readonly MovedFile[]) {
    for (const [from, one] of newestMoves(moved)) this.#to.set(from, one.moved.to);
  }

  static async read(io: VaultIo, paths: VaultPaths): Promise<Moves> {
    return new Moves((await readGcFiles(io, paths)).moved);
  }

  /**
   * The packs that stand for a pack: itself, or what it was moved to, and so on. Null when one of them is nowhere, or is
   * said to have been moved to itself, which no collection writes.
   */
  standFor(pack: string, isThere: (pack: string) => boolean): readonly string[] | null {
    const found = new Set<string>();
    /** False while its successors are being looked at. */
    const isDone = new Map<string, boolean>();
    const waiting = [pack];
    for (let next = waiting.at(-1); next !== undefined; next = waiting.at(-1)) {
      if (isDone.has(next)) {
        isDone.set(next, true);
        waiting.pop();
      } else if (isThere(next)) {
        found.add(next);
        isDone.set(next, true);
      } else {
        isDone.set(next, false);
        for (const to of this.#to.get(next) ?? [NOWHERE]) {
          if (to === NOWHERE || isDone.get(to) === false) return null;
          if (!isDone.has(to)) waiting.push(to);
        }
      }
    }
    return [...found];
  }
}
