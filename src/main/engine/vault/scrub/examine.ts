import { Moves } from '../collect/gc-files.ts';
import type { EventList, VaultEvent } from '../events.ts';
import type { RecordList } from '../snapshots.ts';
import { openDamage } from '../version-states.ts';
import { type CatalogState, catalogProblems, catalogStates } from './catalog-copies.ts';
import { type BadFiles, type Damage, type DamageContext, nameDamage } from './damage.ts';
import { hashIn, ScrubFindings } from './findings.ts';
import { findMissing } from './presence.ts';
import { damagedObjects } from './read-through.ts';
import { checkSmallFiles, listProblems, missingFiles } from './small-files.ts';
import type { StoredName } from './vault-files.ts';

/**
 * What is wrong with a vault, given the files whose bytes were found to be wrong. Versions are only unfolded, which
 * takes a second for each large one, when there is something to name.
 */

export interface ExamineContext extends DamageContext {
  /** Keeps sweeps away until it is disposed of, so that nothing moves while it is being looked for. */
  readonly hold: () => Promise<AsyncDisposable>;
}

export interface VaultLists {
  readonly records: RecordList;
  readonly events: EventList;
  readonly files: readonly StoredName[];
}

export interface Examination extends Damage {
  readonly findings: ScrubFindings;
  readonly catalogs: readonly CatalogState[];
  readonly bad: BadFiles;
}

const NOTHING: Damage = { lost: new Set(), rescue: new Map(), unreadable: new Set(), ways: new Map() };

export async function examine(
  context: ExamineContext,
  { records, events, files }: VaultLists,
  wrong: ReadonlySet<StoredName>,
): Promise<Examination> {
  const { io, paths, index, signal } = context;
  const findings = new ScrubFindings();
  for (const problem of await checkSmallFiles(io, paths)) findings.add(problem);
  for (const problem of await listProblems(io, paths, records, events)) findings.add(problem);
  for (const problem of missingFiles(records, events)) findings.add(problem);

  const bad: BadFiles = { packs: new Map(), objects: new Set(), catalogs: new Set() };
  const badPacks = [...wrong].filter((file) => file.folder === 'packs');
  // What this computer remembers of a pack says nothing any more: what lies there now is read anew.
  index.dropPacks(badPacks.map((pack) => pack.name));
  await index.refresh(io, paths, signal);
  for (const pack of badPacks) bad.packs.set(pack.name, await damagedObjects(io, pack.path, signal));
  for (const { folder, name } of wrong) {
    if (folder === 'objects') bad.objects.add(name);
    else if (folder === 'catalogs') bad.catalogs.add(name);
  }
  const { snapshots } = records;
  const catalogs = await catalogStates(context, snapshots, bad);
  for (const problem of catalogProblems(context, snapshots, catalogs, bad)) findings.add(problem);

  const asked = askedObjects(events.events);
  const missing = await findMissing(
    { paths, index, copies: context.copies, moves: await Moves.read(io, paths), signal },
    snapshots,
    files,
  );
  if (wrong.size === 0 && asked.size === 0 && missing.length === 0) return { findings, catalogs, bad, ...NOTHING };
  await using _held = await context.hold();
  const singles = new Map(files.flatMap((file) => (file.folder === 'objects' ? [[file.name, file.sizeBytes]] : [])));
  const gone = new Set(missing.flatMap(({ file }) => (file?.endsWith('.pack') ? (hashIn(file) ?? []) : [])));
  const clues = { snapshots, singles, bad, asked, missing: gone };
  const damage = await nameDamage(context, clues, findings);
  // Nothing that is needed is lost with these, but the way by their names is.
  for (const problem of missing) if (!findings.blamed.has(problem.file ?? '')) findings.add(problem);
  return { findings, catalogs, bad, ...damage };
}

/** Objects that somebody said were damaged, and nobody said were healed. */
export function askedObjects(events: readonly VaultEvent[]): Set<string> {
  return new Set(openDamage(events).flatMap((event) => event.objects));
}
