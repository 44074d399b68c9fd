import { basename, join } from 'node:path';
import { readGcFiles } from '../collect/gc-files.ts';
import type { EventList, VaultEvent } from '../events.ts';
import { readSmallFile, type VaultIo } from '../io/index.ts';
import { parseSelfHashed } from '../layout/canonical.ts';
import { DESCRIPTION_COPY, DESCRIPTION_FILE, LATER_DESCRIPTION } from '../layout/description.ts';
import type { VaultPaths } from '../layout/names.ts';
import { ballastBytes } from '../layout/space.ts';
import { vaultTexts } from '../layout/texts-in-vault.ts';
import { parseRecordName } from '../record.ts';
import type { RecordList } from '../snapshots.ts';
import { hashIn, type ScrubProblem } from './findings.ts';

/** The small files of a vault, which every scrub reads whole: descriptions, explanations, lists of the collection. */

const MAX_BYTES = 16 * 1024 * 1024;

export async function checkSmallFiles(io: VaultIo, paths: VaultPaths): Promise<ScrubProblem[]> {
  const problems: ScrubProblem[] = [];
  for (const name of [DESCRIPTION_FILE, DESCRIPTION_COPY]) {
    const bytes = await readSmallFile(io, join(paths.root, name), MAX_BYTES).catch(() => null);
    if (bytes !== null && parseSelfHashed(bytes) !== null) continue;
    problems.push(problem('description', name, bytes === null ? 'it is missing' : 'its bytes are wrong'));
  }
  for (const { name } of await io.readdir(paths.root)) {
    if (!LATER_DESCRIPTION.test(name)) continue;
    const bytes = await readSmallFile(io, join(paths.root, name), MAX_BYTES).catch(() => null);
    if (bytes === null || parseSelfHashed(bytes) === null)
      problems.push(problem('description', name, 'its bytes are wrong'));
  }
  for (const [name, text] of vaultTexts()) {
    const bytes = await readSmallFile(io, join(paths.root, name), MAX_BYTES).catch(() => null);
    if (bytes?.equals(text) === true) continue;
    const detail = bytes === null ? 'it is missing' : 'it differs from what this Backstop writes';
    problems.push(problem('text', name, detail));
  }
  const ballast = await readSmallFile(io, join(paths.root, 'ballast.bin'), MAX_BYTES).catch(() => null);
  if (ballast !== null && !ballast.equals(ballastBytes()))
    problems.push(problem('text', 'ballast.bin', 'its bytes are wrong; it holds nothing'));
  for (const { file, reason } of (await readGcFiles(io, paths)).unreadable) {
    problems.push(problem('event', file, reason));
  }
  return problems;
}

/** Unreadable records, which name the version by the file's own name, and events, which may still show theirs. */
export async function listProblems(
  io: VaultIo,
  paths: VaultPaths,
  records: RecordList,
  events: EventList,
): Promise<ScrubProblem[]> {
  const problems: ScrubProblem[] = records.unreadable.map(({ file, reason }) => ({
    ...problem('record', file, reason),
    snapshot: parseRecordName(basename(file))?.id ?? null,
  }));
  const versions = new Set(records.snapshots.map((snapshot) => snapshot.id));
  for (const { file, reason } of events.unreadable) {
    const bytes = await readSmallFile(io, join(paths.folder('events'), file), MAX_BYTES).catch(() => null);
    const record = /"record":"([0-9a-f]{64})"/.exec(bytes?.toString('latin1') ?? '')?.[1];
    const snapshot = record !== undefined && versions.has(record) ? record : null;
    problems.push({ ...problem('event', `events/${file}`, reason), snapshot });
  }
  return problems;
}

/** Records and events that others refer to and that are not there. */
export function missingFiles(records: RecordList, events: EventList): ScrubProblem[] {
  return [...missingRecords(records, events), ...missingEvents(events)];
}

/** A record may only be missing if it was forgotten. */
function missingRecords(records: RecordList, { events, unknown, unreadable }: EventList): ScrubProblem[] {
  // Where something cannot be read, it may be what tells of the forgetting.
  if (unreadable.length > 0 || unknown.length > 0) return [];
  const there = new Set(records.snapshots.map((snapshot) => snapshot.id));
  for (const { file } of records.unreadable) there.add(parseRecordName(basename(file))?.id ?? '');
  for (const event of events) if (event.kind === 'forget') there.add(event.record ?? '');
  const wanted = new Map<string, string>();
  for (const { record, device, seq } of events) {
    if (record === null || device === null || seq === null) continue;
    wanted.set(record, `snapshots/${device}/${String(seq).padStart(8, '0')}-${record}.json`);
  }
  for (const { record } of records.snapshots) {
    if (record.parent === null || wanted.has(record.parent)) continue;
    wanted.set(record.parent, `snapshots/${record.device}/*-${record.parent}.json`);
  }
  return [...wanted].flatMap(([id, file]) =>
    there.has(id) ? [] : [{ ...problem('record', file, 'it is missing, and nobody forgot the version'), snapshot: id }],
  );
}

function missingEvents({ events, unknown, unreadable }: EventList): ScrubProblem[] {
  const known = new Set(events.map((event) => event.id));
  for (const { file } of [...unknown, ...unreadable]) known.add(hashIn(file) ?? '');
  const problems: ScrubProblem[] = [];
  for (const event of events) {
    for (const id of referredBy(event)) {
      if (known.has(id)) continue;
      known.add(id);
      problems.push({ ...problem('event', `events/*-${id}.json`, 'it is missing'), snapshot: event.record });
    }
  }
  return problems;
}

function referredBy(event: VaultEvent): readonly string[] {
  switch (event.kind) {
    case 'unforget':
    case 'expire':
      return event.forgets;
    case 'unpin':
      return event.pins;
    case 'note':
    case 'retention':
      return event.replaces;
    case 'repaired':
      return event.repairs;
    default:
      return [];
  }
}

function problem(kind: ScrubProblem['kind'], file: string, detail: string): ScrubProblem {
  return { kind, severity: 'error', snapshot: null, fileId: null, path: null, object: null, file, detail };
}
