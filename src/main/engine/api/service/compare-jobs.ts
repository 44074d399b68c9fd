import { join } from 'node:path';
import type { WorkOptions } from '../../../../shared/contract/index.ts';
import type {
  InputOf,
  Media as MediaView,
  OutputOf,
  VersionRef,
} from '../../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { bytesOf, compareBackups, exportGone, exportKind } from '../../browse/index.ts';
import type { TakenOut } from './browse-export-files.ts';
import { type BrowseContext, countOf, isoOf } from './browse-list.ts';
import { mediaOf, typeByName } from './browse-media.ts';
import { photoMedia } from './browse-photos.ts';
import type { OpenVersion } from './browse-version.ts';

/** Two versions of one phone, compared; the last few answers are kept, in memory only, until looking is locked. */

type Comparison = Awaited<ReturnType<typeof compareBackups>>;

interface Compared {
  readonly older: VersionRef;
  readonly newer: VersionRef;
  readonly comparison: Comparison;
  readonly inTrash: number;
}

const MOST_KEPT = 4;
const BATCH = 200;

export class Comparisons {
  readonly #context: BrowseContext;
  readonly #kept = new Map<string, Compared>();

  constructor(context: BrowseContext) {
    this.#context = context;
  }

  forget(): void {
    this.#kept.clear();
  }

  /** The job's own work. */
  async run(job: string, older: VersionRef, newer: VersionRef, options: WorkOptions): Promise<void> {
    const { backups } = this.#context;
    const compared = await backups.use(older, (before) =>
      backups.use(newer, async (after): Promise<Compared> => {
        if (before.snapshot.record.udid !== after.snapshot.record.udid) {
          throw new BackstopError('app/bad-question', { data: { name: 'compare.start', where: 'newer' } });
        }
        const signal = anyOf(options.signal, before.signal, after.signal);
        const comparison = await compareBackups(before.backup, after.backup, { ...options, signal });
        return { older, newer, comparison, inTrash: await inTrash(comparison, after) };
      }),
    );
    this.#kept.set(job, compared);
    const oldest = this.#kept.size > MOST_KEPT ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  kinds(job: string): OutputOf<'compare.kinds'> {
    const { comparison, inTrash } = this.of(job);
    return {
      kinds: comparison.kinds.map(({ kind, added, changed, gone, isCertain }) => ({
        kind,
        added: added.length,
        changed: changed.length,
        gone: gone.length,
        addedBytes: bytesOf(added),
        goneBytes: bytesOf(gone),
        isCertain,
      })),
      inTrash,
      unreadable: comparison.unreadable.map(({ what, reason }) => ({ what, reason })),
    };
  }

  async items({ job, kind, change, after, limit }: InputOf<'compare.items'>): Promise<OutputOf<'compare.items'>> {
    const { comparison, older, newer } = this.of(job);
    const items = comparison.kinds.find((one) => one.kind === kind)?.[change] ?? [];
    const offset = after === null ? 0 : Number(after);
    if (!Number.isSafeInteger(offset) || offset < 0) {
      throw new BackstopError('app/bad-question', { data: { name: 'compare.items', where: 'after' } });
    }
    const shown = items.slice(offset, offset + limit);
    const ref = change === 'gone' ? older : newer;
    const media = await mediaOfItems(
      this.#context,
      ref,
      kind,
      shown.map(({ id }) => id),
    );
    return {
      items: shown.map(({ id, title, atMs, bytes }) => ({
        ...{ id, title },
        at: isoOf(atMs),
        bytes: countOf(bytes),
        media: media.get(id) ?? null,
      })),
      total: items.length,
      next: offset + limit < items.length ? String(offset + limit) : null,
    };
  }

  /** What is gone, out of the older version. `kind` null: all kinds that can be taken out by themselves. */
  async export(job: string, kind: string | null, directory: string, options: WorkOptions): Promise<TakenOut> {
    const { comparison, older } = this.of(job);
    const kinds = comparison.kinds.filter((one) => (kind === null || one.kind === kind) && one.gone.length > 0);
    return this.#context.backups.use(older, (version) =>
      takeOut(version, { ...comparison, kinds }, directory, {
        ...options,
        signal: anyOf(options.signal, version.signal),
      }),
    );
  }

  of(job: string): Compared {
    const compared = this.#kept.get(job);
    if (compared === undefined) throw new BackstopError('browse/no-comparison');
    return compared;
  }
}

/** Pictures of items of a version, where their kind has any. */
export async function mediaOfItems(
  context: BrowseContext,
  ref: VersionRef,
  kind: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MediaView | null>> {
  if (ids.length === 0 || (kind !== 'photos' && kind !== 'files')) return new Map();
  return context.backups.use(ref, async (version) => {
    const found = new Map<string, MediaView | null>();
    const library = kind === 'photos' ? await version.photos() : null;
    for (const id of ids) {
      if (library !== null) {
        const asset = library.asset(id);
        found.set(id, asset === null ? null : photoMedia(context, version, asset));
        continue;
      }
      const at = id.indexOf('/');
      const type = typeByName(id);
      const file = version.backup.file(id.slice(0, at), id.slice(at + 1));
      found.set(id, type === null ? null : mediaOf(context, version, file, type));
    }
    return found;
  });
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((one) => one !== undefined));
}

async function inTrash({ kinds }: Comparison, after: OpenVersion): Promise<number> {
  const gone = new Set(kinds.find(({ kind }) => kind === 'photos')?.gone.map(({ id }) => id));
  if (gone.size === 0) return 0;
  const library = await after.photos();
  let count = 0;
  const keys = library.keys({ filter: { trashed: true } });
  for (let start = 0; start < keys.length; start += BATCH) {
    for (const { id } of library.read([...keys.subarray(start, start + BATCH)])) count += Number(gone.has(id));
    await after.pause();
  }
  return count;
}

/** Kinds that are exported by `exportGone`, and those by their ids; of the others only their lists are known. */
const BY_IDS = { contacts: 'Contacts', notes: 'Notes' } as const;
const WHOLE: ReadonlySet<string> = new Set(['photos', 'conversations', 'whatsapp-conversations', 'apps']);
/** Parts of what other kinds are: a message that is gone from a conversation that is still there. */
const PARTS: ReadonlySet<string> = new Set(['app-data', 'files']);

async function takeOut(
  version: OpenVersion,
  comparison: Comparison,
  directory: string,
  options: WorkOptions,
): Promise<TakenOut> {
  const outside = [version.vault.dir];
  const failed: Array<{ what: string; reason: string }> = [];
  let [items, files, bytes] = [0, 0, 0];
  const whole = await exportGone(version.backup, comparison, { directory, outside }, options);
  files += whole.files;
  bytes += whole.bytes;
  failed.push(...whole.unreadable);
  // Taken out whole, with every message that was in them.
  const conversations = new Set(
    comparison.kinds.flatMap(({ kind, gone }) => (/conversations$/.test(kind) ? gone.map(({ id }) => id) : [])),
  );
  for (const { kind, gone } of comparison.kinds) {
    if (WHOLE.has(kind)) {
      items += gone.length;
    } else if (kind === 'contacts' || kind === 'notes') {
      const place = { directory: join(directory, BY_IDS[kind]), outside, ids: gone.map(({ id }) => id) };
      const done = await exportKind(version.backup, kind, place, options);
      items += done.items;
      files += done.files;
      bytes += done.bytes;
      failed.push(...done.unreadable);
    } else if (!PARTS.has(kind)) {
      const left = gone.filter(({ group }) => group === null || !conversations.has(group)).length;
      if (left > 0) failed.push({ what: kind, reason: `${left} cannot be taken out by themselves` });
    }
  }
  return { items, files, bytes, failed };
}
