import type { NewEvent, VaultEvent } from '../events.ts';
import { listEvents } from '../events.ts';
import { errnoOf, type VaultIo } from '../io/index.ts';
import type { VaultPaths } from '../layout/names.ts';
import { parseRecordName } from '../record.ts';
import { listSnapshots } from '../snapshots.ts';
import { openDamage } from '../version-states.ts';
import { Coverage } from './coverage.ts';
import { type ExamineContext, examine } from './examine.ts';
import type { ScrubFindings, ScrubProblem } from './findings.ts';
import { Pace, readThrough } from './read-through.ts';
import { settle } from './settle.ts';
import { listStoredFiles, type StoredName } from './vault-files.ts';

/**
 * Reads the vault through, file by file, and names what suffers from what it finds. A rolling scrub reads what was not
 * read for longest, so that every byte is read at least every 30 days; it can stop anywhere and goes on from there.
 */

const DAY_MS = 24 * 60 * 60_000;
/** Every byte is read again at least this often. */
export const SCRUB_EVERY_MS = 30 * DAY_MS;
/** Runs that stop early tell the vault only now and then what they read; meanwhile this computer remembers it. */
const TELL_EVERY_MS = 60 * 60_000;
/** So much is read again at once rather than trusted. */
const SMALL_VAULT_BYTES = 256 * 1024 * 1024;

export interface ScrubContext extends ExamineContext {
  readonly writer: string;
  /** Of this computer: what was read of this copy of the vault, and when. */
  readonly coverageFile: string;
  /** Which copy it is; null when other computers could not tell. */
  readonly place: string | null;
  readonly isReadOnly: boolean;
  /** The store's own clock, Unix milliseconds. */
  readonly storeNow: () => Promise<number>;
  readonly record: (event: NewEvent) => Promise<unknown>;
}

export interface ScrubOptions {
  /** False: only what was not read within 30 days. */
  readonly everything: boolean;
  /** Stops after so many bytes, or so much time; the next run goes on. At least one file is read. */
  readonly maxBytes?: number | undefined;
  readonly maxMs?: number | undefined;
  /** Null: as fast as the disk. By default gently: it rests as long as it reads. */
  readonly bytesPerSecond?: number | null | undefined;
  /** Names files by what the phone calls them, where a version's own list can be read; by the id of the file (hex). */
  readonly namePaths?: NamePaths | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?:
    | ((done: { readonly bytes: number; readonly totalBytes: number; readonly files: number }) => void)
    | undefined;
}

export type NamePaths = (snapshot: string, fileIds: ReadonlySet<string>) => Promise<ReadonlyMap<string, string>>;

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
  /** Versions whose damage was found to be healed, by a backup that brought the same bytes again for example. */
  readonly healed: readonly string[];
}

export async function scrub(context: ScrubContext, options: ScrubOptions): Promise<ScrubReport> {
  const { io, paths } = context;
  const nowMs = await context.storeNow();
  const coverage = Coverage.open(context.coverageFile, context.place);
  try {
    // Nothing that was read earlier is believed, records and events neither.
    const records = await listSnapshots(io, paths, context.vaultId);
    const events = await listEvents(io, paths, context.vaultId);
    const files = await listStoredFiles(io, paths, options.signal);
    const run = new ReadingRun(context, options, coverage, nowMs);
    const isDue = (seenMs: number): boolean => options.everything || seenMs <= nowMs - SCRUB_EVERY_MS;
    await run.read(dueFiles(files, coverage, events.events, isDue));
    const wrong = new Set(files.filter((file) => coverage.isBad(file)));
    const found = await examine(context, { records, events, files }, wrong);
    const { findings } = found;
    const share = coverageOf(files, coverage, events.events, nowMs);
    let healed: string[] = [];
    if (!context.isReadOnly) {
      const isNews = await tellDamage(context, records.snapshots, events.events, found);
      if (run.isComplete) healed = await settle(context, events.events, found);
      await tellCoverage(context, { run, coverage, files, events: events.events, findings, nowMs, isNews });
    }
    return {
      ok: findings.errors === 0,
      coverage: share,
      readFiles: run.files,
      readBytes: run.bytes,
      problems: await withPaths(findings.problems, options.namePaths),
      moreProblems: findings.more,
      isComplete: run.isComplete,
      healed,
    };
  } finally {
    coverage.close();
  }
}

/** How much of the vault was read within 30 days, without reading any of it. */
export async function scrubCoverage(
  context: Pick<ScrubContext, 'io' | 'paths' | 'vaultId' | 'coverageFile' | 'place'> & { readonly nowMs: number },
  signal?: AbortSignal,
): Promise<ScrubCoverage> {
  const coverage = Coverage.open(context.coverageFile, context.place);
  try {
    const { events } = await listEvents(context.io, context.paths, context.vaultId);
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
  for (const [file, seenMs] of coverage.lastSeen(files, events)) {
    totalBytes += file.sizeBytes;
    if (seenMs > nowMs - SCRUB_EVERY_MS) bytes += file.sizeBytes;
    oldestMs = seenMs === 0 || oldestMs === null ? null : Math.min(oldestMs, seenMs);
  }
  return { share: totalBytes === 0 ? 1 : bytes / totalBytes, bytes, totalBytes, oldestMs };
}

/** Reads what a repair has to know of: what is under suspicion; when nothing is, all that was not read lately. */
export async function readForRepair(
  context: ScrubContext,
  files: readonly StoredName[],
  events: readonly VaultEvent[],
  signal: AbortSignal,
): Promise<{ readonly wrong: Set<StoredName>; stillWrong(files: readonly StoredName[]): Set<StoredName> }> {
  const nowMs = await context.storeNow();
  const coverage = Coverage.open(context.coverageFile, context.place);
  try {
    const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const isKnown = openDamage(events).length > 0 || files.some((file) => coverage.isBad(file));
    const isSmall = totalBytes <= SMALL_VAULT_BYTES;
    const isDue = (seenMs: number): boolean => isSmall || (!isKnown && seenMs <= nowMs - DAY_MS);
    const options = { everything: false, bytesPerSecond: null, signal };
    const run = new ReadingRun(context, options, coverage, nowMs);
    await run.read(dueFiles(files, coverage, events, isDue));
    signal.throwIfAborted();
    const bad = new Map(files.filter((file) => coverage.isBad(file)).map((file) => [file.path, file.modifiedMs]));
    const stillWrong = (some: readonly StoredName[]): Set<StoredName> =>
      new Set(some.filter((file) => bad.get(file.path) === file.modifiedMs));
    return { wrong: stillWrong(files), stillWrong };
  } finally {
    coverage.close();
  }
}

/** What is under suspicion first, then what was never read, then what was not read for longest. */
function dueFiles(
  files: readonly StoredName[],
  coverage: Coverage,
  events: readonly VaultEvent[],
  isDue: (seenMs: number) => boolean,
): StoredName[] {
  const suspects = new Set(events.flatMap((event) => (event.kind === 'damaged' ? event.files : [])));
  const due: Array<{ readonly file: StoredName; readonly rank: number; readonly seenMs: number }> = [];
  for (const [file, seenMs] of coverage.lastSeen(files, events)) {
    const isSuspect = suspects.has(file.name) || coverage.isBad(file);
    if (isSuspect || isDue(seenMs)) due.push({ file, rank: isSuspect ? 0 : 1, seenMs });
  }
  // By name among equals: what is read together can be told as one range.
  due.sort((a, b) => a.rank - b.rank || a.seenMs - b.seenMs || compare(a.file, b.file));
  return due.map(({ file }) => file);
}

function compare(a: StoredName, b: StoredName): number {
  if (a.folder !== b.folder) return a.folder < b.folder ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

class ReadingRun {
  files = 0;
  isComplete = true;
  readonly #context: { readonly io: VaultIo; readonly paths: VaultPaths };
  readonly #options: ScrubOptions;
  readonly #coverage: Coverage;
  readonly #pace: Pace;
  readonly #nowMs: number;
  readonly #started = performance.now();

  constructor(context: ScrubContext, options: ScrubOptions, coverage: Coverage, nowMs: number) {
    this.#context = context;
    this.#options = options;
    this.#coverage = coverage;
    this.#nowMs = nowMs;
    this.#pace = new Pace({ bytesPerSecond: options.bytesPerSecond });
  }

  get bytes(): number {
    return this.#pace.bytes;
  }

  async read(due: readonly StoredName[]): Promise<void> {
    const { signal, onProgress } = this.#options;
    const { io, paths } = this.#context;
    const totalBytes = due.reduce((sum, file) => sum + file.sizeBytes, 0);
    for (const file of due) {
      if (isAborted(signal) || this.#isSpent()) {
        this.isComplete = false;
        return;
      }
      try {
        const problem = await readThrough(io, file, this.#pace, signal);
        // A disk that was pulled out fails everywhere: that is no damage of its files.
        if (problem !== null) await io.readdir(paths.root);
        this.#coverage.see(file, this.#nowMs, problem !== null);
      } catch (error) {
        // Cancelled in the middle of a file, or the file went away since the listing.
        if (isAborted(signal)) continue;
        if (errnoOf(error) !== 'ENOENT') throw error;
        await io.readdir(paths.root);
      }
      this.files += 1;
      onProgress?.({ bytes: this.bytes, totalBytes, files: this.files });
    }
  }

  #isSpent(): boolean {
    const { maxBytes, maxMs } = this.#options;
    if (this.files === 0) return false;
    if (maxBytes !== undefined && this.bytes >= maxBytes) return true;
    return maxMs !== undefined && performance.now() - this.#started >= maxMs;
  }
}

/** Events for every version that suffers, so that nobody calls it verified and nothing is built upon it. */
export async function tellDamage(
  context: ScrubContext,
  snapshots: readonly { readonly id: string; readonly record: { device: string; seq: number; files: number } }[],
  events: readonly VaultEvent[],
  { findings, bad }: Awaited<ReturnType<typeof examine>>,
): Promise<boolean> {
  let isNews = false;
  const badNames = [...bad.packs.keys(), ...bad.objects, ...bad.catalogs];
  const told = new Set(events.flatMap((event) => (event.kind === 'damaged' ? event.files : [])));
  const fresh = badNames.filter((name) => !told.has(name));
  for (let at = 0; at < fresh.length; at += MAX_NAMES) {
    const reason = 'their bytes do not match the SHA-256 in their names';
    const files = fresh.slice(at, at + MAX_NAMES);
    await context.record({ kind: 'damaged', record: null, device: null, seq: null, reason, files, objects: [] });
    isNews = true;
  }
  const places = placesOf(snapshots, findings);
  for (const [id, harm] of findings.versions) {
    const place = places.get(id);
    if (place === undefined) continue;
    const open = openDamage(events).filter((event) => event.record === id);
    const known = new Set(open.flatMap((event) => [...event.files, ...event.objects]));
    const names = [...harm.files, ...harm.objects];
    if (open.length > 0 && names.every((name) => known.has(name)) && isKnownBad(id, events)) continue;
    const about = { record: id, device: place.device, seq: place.seq };
    const facts = { reason: harm.reason.slice(0, 4000), files: [...harm.files], objects: [...harm.objects] };
    await context.record({ kind: 'damaged', ...about, ...facts });
    const verdict = { level: 'full', ok: false, opened: false, checked: place.files, problems: harm.count };
    await context.record({ kind: 'verified', ...about, ...verdict });
    isNews = true;
  }
  return isNews;
}

const MAX_NAMES = 20_000;

/** Where the record of each version lies, also of those whose record cannot be read. */
function placesOf(
  snapshots: readonly { readonly id: string; readonly record: { device: string; seq: number; files: number } }[],
  findings: ScrubFindings,
): Map<string, { readonly device: string; readonly seq: number; readonly files: number }> {
  const places = new Map(snapshots.map(({ id, record }) => [id, record]));
  for (const { kind, snapshot, file } of findings.problems) {
    if (kind !== 'record' || snapshot === null || places.has(snapshot) || file === null) continue;
    const [, device, name] = file.split('/');
    const seq = parseRecordName(name ?? '')?.seq;
    if (device !== undefined && seq !== undefined) places.set(snapshot, { device, seq, files: 0 });
  }
  return places;
}

function isKnownBad(id: string, events: readonly VaultEvent[]): boolean {
  const last = events.findLast((event) => event.kind === 'verified' && event.record === id);
  return last?.kind === 'verified' && !last.ok;
}

async function tellCoverage(
  context: ScrubContext,
  facts: {
    readonly run: ReadingRun;
    readonly coverage: Coverage;
    readonly files: readonly StoredName[];
    readonly events: readonly VaultEvent[];
    readonly findings: ScrubFindings;
    readonly nowMs: number;
    readonly isNews: boolean;
  },
): Promise<void> {
  const { run, coverage, files, events, findings, nowMs } = facts;
  if (run.files === 0) return;
  const lastMs = events.reduce(
    (last, event) => (event.kind === 'scrub' && event.writer === context.writer ? Math.max(last, lastOf(event)) : last),
    0,
  );
  const isRecent = Math.abs(nowMs - lastMs) < TELL_EVERY_MS;
  if (!run.isComplete && !facts.isNews && isRecent) return;
  const { ranges, told } = coverage.untold(files);
  await context.record({
    kind: 'scrub',
    record: null,
    device: null,
    seq: null,
    startedAt: new Date(nowMs).toISOString(),
    files: run.files,
    bytes: run.bytes,
    problems: findings.count,
    coverage: [...ranges],
    place: context.place,
  });
  told();
}

function lastOf(event: Extract<VaultEvent, { kind: 'scrub' }>): number {
  const atMs = Date.parse(event.startedAt);
  return Number.isFinite(atMs) ? atMs : 0;
}

/** The phone's own names of the files, where they can be known. */
export async function withPaths(
  problems: readonly ScrubProblem[],
  namePaths: NamePaths | undefined,
): Promise<readonly ScrubProblem[]> {
  if (namePaths === undefined) return problems;
  const wanted = new Map<string, Set<string>>();
  for (const { snapshot, fileId } of problems) {
    if (snapshot === null || fileId === null) continue;
    const ids = wanted.get(snapshot) ?? new Set();
    ids.add(fileId);
    wanted.set(snapshot, ids);
  }
  const names = new Map<string, ReadonlyMap<string, string>>();
  for (const [snapshot, ids] of wanted) names.set(snapshot, await namePaths(snapshot, ids));
  return problems.map((problem) => {
    const path = names.get(problem.snapshot ?? '')?.get(problem.fileId ?? '');
    return path === undefined ? problem : { ...problem, path };
  });
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
