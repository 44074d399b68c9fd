import type { CatalogCopies } from '../cache/catalog-copies.ts';
import type { ObjectIndex } from '../cache/object-index.ts';
import { listEvents, type NewEvent, type VaultEvent } from '../events.ts';
import type { VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { listSnapshots } from '../snapshots.ts';
import type { Snapshot } from '../types.ts';
import { catalogProblems, catalogStates } from './catalog-copies.ts';
import { Coverage } from './coverage.ts';
import { type BadFiles, nameDamage, type ScrubProblem } from './damage.ts';
import { damagedObjects, Pace, readThrough } from './read-through.ts';
import { checkSmallFiles, listProblems } from './small-files.ts';
import { listStoredFiles, type StoredName } from './vault-files.ts';

/**
 * Reads the vault through, file by file, and names what suffers from what it finds. A rolling scrub reads what was not
 * read for longest, so that every byte is read at least every 30 days; it can stop anywhere and goes on from there.
 */

const DAY_MS = 24 * 60 * 60_000;
/** Every byte is read again at least this often. */
export const SCRUB_EVERY_MS = 30 * DAY_MS;
const MAX_PROBLEMS = 1000;

export interface ScrubContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly vaultId: string;
  readonly index: ObjectIndex;
  readonly copies: CatalogCopies;
  readonly nowMs: number;
  /** Of this computer: what was read, and when. */
  readonly coverageFile: string;
  readonly workFolder: string;
  readonly isReadOnly: boolean;
  readonly record: (event: NewEvent) => Promise<unknown>;
}

export interface ScrubOptions {
  /** False: only what was not read within 30 days. */
  readonly everything: boolean;
  /** Stops after so many bytes; the next run goes on. */
  readonly maxBytes?: number | undefined;
  readonly bytesPerSecond?: number | null | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?:
    | ((done: { readonly bytes: number; readonly totalBytes: number; readonly files: number }) => void)
    | undefined;
}

export interface ScrubCoverage {
  /** Share of the vault's bytes that was read through within 30 days, 0 to 1. */
  readonly share: number;
  readonly bytes: number;
  readonly totalBytes: number;
  /** The file that was not read for longest: when it was; null when one never was. */
  readonly oldestMs: number | null;
}

export interface ScrubReport {
  readonly ok: boolean;
  readonly coverage: ScrubCoverage;
  readonly readFiles: number;
  readonly readBytes: number;
  readonly problems: readonly ScrubProblem[];
  readonly moreProblems: number;
  /** False: it stopped before everything was read that was due. */
  readonly isComplete: boolean;
}

export async function scrub(context: ScrubContext, options: ScrubOptions): Promise<ScrubReport> {
  const { io, paths, nowMs } = context;
  const startedAt = new Date(nowMs).toISOString();
  const coverage = Coverage.open(context.coverageFile);
  try {
    const records = await listSnapshots(io, paths, context.vaultId);
    const events = await listEvents(io, paths);
    await context.index.refresh(io, paths, options.signal);
    const files = await listStoredFiles(io, paths, options.signal);
    const run = new ReadingRun(context, options, coverage);
    const due = dueFiles(files, coverage, events.events, options.everything ? nowMs + 1 : nowMs - SCRUB_EVERY_MS);
    await run.read(due);
    const bad = await run.bad(files, events.events);
    const singles = new Map(files.flatMap((file) => (file.folder === 'objects' ? [[file.name, file.sizeBytes]] : [])));
    const states = await catalogStates(context, records.snapshots, bad);
    const damage = await nameDamage(context, records.snapshots, singles, bad);
    const problems = [
      ...listProblems(records.unreadable, events.unreadable),
      ...(await checkSmallFiles(io, paths)),
      ...catalogProblems(context, records.snapshots, states, bad),
      ...damage.problems,
    ];
    const share = coverageOf(files, coverage, events.events, nowMs);
    if (!context.isReadOnly) {
      await tell(context, records.snapshots, events.events, problems, bad);
      if (run.files > 0) {
        await context.record({
          kind: 'scrub',
          record: null,
          device: null,
          seq: null,
          startedAt,
          files: run.files,
          bytes: run.bytes,
          problems: problems.length,
          coverage: coverage.ranges(files, events.events),
        });
      }
    }
    return {
      ok: problems.every((problem) => problem.severity === 'warning'),
      coverage: share,
      readFiles: run.files,
      readBytes: run.bytes,
      problems: problems.slice(0, MAX_PROBLEMS),
      moreProblems: Math.max(0, problems.length - MAX_PROBLEMS),
      isComplete: run.isComplete,
    };
  } finally {
    coverage.close();
  }
}

/** How much of the vault was read within 30 days, without reading any of it. */
export async function scrubCoverage(
  context: Pick<ScrubContext, 'io' | 'paths' | 'nowMs' | 'coverageFile'>,
  signal?: AbortSignal,
): Promise<ScrubCoverage> {
  const coverage = Coverage.open(context.coverageFile);
  try {
    const { events } = await listEvents(context.io, context.paths);
    return coverageOf(await listStoredFiles(context.io, context.paths, signal), coverage, events, context.nowMs);
  } finally {
    coverage.close();
  }
}

function coverageOf(
  files: readonly StoredName[],
  coverage: Coverage,
  events: readonly VaultEvent[],
  nowMs: number,
): ScrubCoverage {
  let bytes = 0;
  let totalBytes = 0;
  let oldestMs: number | null = files.length === 0 ? null : Number.POSITIVE_INFINITY;
  for (const file of files) {
    const seenMs = coverage.lastSeen(file, events);
    totalBytes += file.sizeBytes;
    if (seenMs > nowMs - SCRUB_EVERY_MS) bytes += file.sizeBytes;
    oldestMs = seenMs === 0 || oldestMs === null ? null : Math.min(oldestMs, seenMs);
  }
  return { share: totalBytes === 0 ? 1 : bytes / totalBytes, bytes, totalBytes, oldestMs };
}

/** What was never read first, then what was not read for longest. */
function dueFiles(
  files: readonly StoredName[],
  coverage: Coverage,
  events: readonly VaultEvent[],
  beforeMs: number,
): StoredName[] {
  return files
    .map((file) => ({ file, seenMs: coverage.lastSeen(file, events) }))
    .filter(({ seenMs }) => seenMs < beforeMs)
    .sort((a, b) => a.seenMs - b.seenMs || (a.file.name < b.file.name ? -1 : 1))
    .map(({ file }) => file);
}

class ReadingRun {
  files = 0;
  isComplete = true;
  readonly #context: ScrubContext;
  readonly #options: ScrubOptions;
  readonly #coverage: Coverage;
  readonly #pace: Pace;
  readonly #bad = new Set<StoredName>();

  constructor(context: ScrubContext, options: ScrubOptions, coverage: Coverage) {
    this.#context = context;
    this.#options = options;
    this.#coverage = coverage;
    this.#pace = new Pace({ bytesPerSecond: options.bytesPerSecond ?? null });
  }

  get bytes(): number {
    return this.#pace.bytes;
  }

  async read(due: readonly StoredName[]): Promise<void> {
    const { signal, maxBytes, onProgress } = this.#options;
    const totalBytes = due.reduce((sum, file) => sum + file.sizeBytes, 0);
    for (const file of due) {
      if (isAborted(signal) || (maxBytes !== undefined && this.bytes >= maxBytes)) {
        this.isComplete = false;
        return;
      }
      try {
        const problem = await readThrough(this.#context.io, file, this.#pace, signal);
        if (problem === null) this.#coverage.see(file, this.#context.nowMs);
        else {
          this.#coverage.forget(file);
          this.#bad.add(file);
        }
      } catch (error) {
        // Cancelled in the middle of a file, or the file went away since the listing.
        if (isAborted(signal)) continue;
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
      this.files += 1;
      onProgress?.({ bytes: this.bytes, totalBytes, files: this.files });
    }
  }

  /** What this run found, and what earlier ones found that was not due now; each descended to its objects. */
  async bad(files: readonly StoredName[], events: readonly VaultEvent[]): Promise<BadFiles> {
    const { io, index } = this.#context;
    const known = new Set(events.flatMap((event) => (event.kind === 'damaged' ? event.files : [])));
    const packs = new Map<string, ReadonlySet<string>>();
    const objects = new Set<string>();
    const catalogs = new Set<string>();
    for (const file of files) {
      const isBad =
        this.#bad.has(file) || (known.has(file.name) && this.#coverage.lastSeen(file, []) !== this.#context.nowMs);
      if (!isBad) continue;
      if (file.folder === 'packs') packs.set(file.name, await damagedObjects(io, index, file.path, file.name));
      else if (file.folder === 'objects') objects.add(file.name);
      else catalogs.add(file.name);
    }
    return { packs, objects, catalogs };
  }
}

/** Events for every version that suffers, so that nobody calls it verified and nothing is built upon it. */
async function tell(
  context: ScrubContext,
  snapshots: readonly Snapshot[],
  events: readonly VaultEvent[],
  problems: readonly ScrubProblem[],
  bad: BadFiles,
): Promise<void> {
  const badNames = [...bad.packs.keys(), ...bad.objects, ...bad.catalogs];
  const toldOfAll = new Set(events.flatMap((event) => (event.kind === 'damaged' ? event.files : [])));
  const fresh = badNames.filter((name) => !toldOfAll.has(name));
  if (fresh.length > 0) {
    const reason = 'their bytes do not match the SHA-256 in their names';
    await context.record({ kind: 'damaged', record: null, device: null, seq: null, reason, files: fresh, objects: [] });
  }
  for (const snapshot of snapshots) {
    const own = problems.filter((problem) => problem.snapshot === snapshot.id && problem.severity === 'error');
    if (own.length === 0) continue;
    const about = { record: snapshot.id, device: snapshot.record.device, seq: snapshot.record.seq };
    const objects = [...new Set(own.flatMap((problem) => problem.object ?? []))];
    const told = new Set(
      events.flatMap((event) => (event.kind === 'damaged' && event.record === snapshot.id ? event.objects : [])),
    );
    const isNews = objects.some((object) => !told.has(object)) || !isKnownBad(snapshot.id, events);
    if (!isNews) continue;
    const checked = snapshot.record.files;
    await context.record({ kind: 'damaged', ...about, reason: own[0]?.detail ?? '', files: [], objects });
    const verdict = { level: 'full', ok: false, opened: false, checked, problems: own.length };
    await context.record({ kind: 'verified', ...about, ...verdict });
  }
}

function isKnownBad(id: string, events: readonly VaultEvent[]): boolean {
  const last = events.findLast((event) => event.kind === 'verified' && event.record === id);
  return last?.kind === 'verified' && !last.ok;
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
