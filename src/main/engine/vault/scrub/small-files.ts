import { join } from 'node:path';
import { readGcFiles } from '../collect/gc-files.ts';
import { readSmallFile, type VaultIo } from '../io/index.ts';
import { parseSelfHashed } from '../layout/canonical.ts';
import { DESCRIPTION_COPY, DESCRIPTION_FILE } from '../layout/description.ts';
import type { VaultPaths } from '../layout/names.ts';
import { ballastBytes } from '../layout/space.ts';
import { vaultTexts } from '../layout/texts-in-vault.ts';
import type { ScrubProblem } from './damage.ts';

/** The small files of a vault, which every scrub reads whole: descriptions, explanations, lists of the collection. */

const MAX_BYTES = 16 * 1024 * 1024;

export async function checkSmallFiles(io: VaultIo, paths: VaultPaths): Promise<ScrubProblem[]> {
  const problems: ScrubProblem[] = [];
  for (const name of [DESCRIPTION_FILE, DESCRIPTION_COPY]) {
    const bytes = await readSmallFile(io, join(paths.root, name), MAX_BYTES).catch(() => null);
    if (bytes !== null && parseSelfHashed(bytes) !== null) continue;
    problems.push(problem('description', name, bytes === null ? 'it is missing' : 'its bytes are wrong'));
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

/** Unreadable records and events, which name the version by the file's own name. */
export function listProblems(
  records: ReadonlyArray<{ readonly file: string; readonly reason: string }>,
  events: ReadonlyArray<{ readonly file: string; readonly reason: string }>,
): ScrubProblem[] {
  return [
    ...records.map(({ file, reason }) => ({
      ...problem('record', file, reason),
      snapshot: /([0-9a-f]{64})\.json$/.exec(file)?.[1] ?? null,
    })),
    ...events.map(({ file, reason }) => problem('event', `events/${file}`, reason)),
  ];
}

function problem(kind: ScrubProblem['kind'], file: string, detail: string): ScrubProblem {
  return { kind, severity: 'error', snapshot: null, fileId: null, path: null, object: null, file, detail };
}
