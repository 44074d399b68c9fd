import { z } from 'zod';
import { type VerifyResult, verificationLevelSchema, verifyResultSchema } from '../../../../shared/contract/index.ts';
import type { OutputOf } from '../../../../shared/contract/procedures/index.ts';
import type { Vault } from '../../vault/index.ts';
import type { LibraryPart } from './parts.ts';

/**
 * Checks of a version: the vault keeps when, how and whether; what was looked at in detail is remembered by the computer
 * that looked, for its newest checks.
 */

type Report = Omit<VerifyResult, 'type'>;
type Check = OutputOf<'backups.checks'>['checks'][number];

const MOST_REPORTS = 5;
const MOST_PROBLEMS = 500;
/** The vault's note of a check is written right after it. */
const SAME_CHECK_MS = 10 * 60_000;
const kept = z.array(verifyResultSchema.omit({ type: true }));
const keyOf = (snapshot: string): string => `checks ${snapshot}`;

export function rememberReport(library: LibraryPart, report: Report): void {
  const before = kept.safeParse(library.cached(keyOf(report.snapshot)));
  const short = { ...report, problems: report.problems.slice(0, MOST_PROBLEMS) };
  const all = [short, ...(before.success ? before.data : [])];
  library.cache(keyOf(report.snapshot), all.slice(0, MOST_REPORTS));
}

export async function checksOf(vault: Vault, snapshot: string, library: LibraryPart): Promise<readonly Check[]> {
  const { events } = await vault.listEvents();
  const parsed = kept.safeParse(library.cached(keyOf(snapshot)));
  const reports = parsed.success ? [...parsed.data] : [];
  const checks: Check[] = [];
  const own = events.flatMap((event) => (event.kind === 'verified' && event.record === snapshot ? [event] : []));
  for (const event of own.sort((a, b) => (a.at < b.at ? 1 : -1))) {
    const level = verificationLevelSchema.safeParse(event.level);
    if (!level.success) continue;
    const at = reports.findIndex(
      (one) =>
        one.level === level.data &&
        one.ok === event.ok &&
        Math.abs(Date.parse(one.at) - Date.parse(event.at)) < SAME_CHECK_MS,
    );
    const report = at < 0 ? undefined : reports.splice(at, 1)[0];
    checks.push({
      level: level.data,
      ok: event.ok,
      at: new Date(event.at).toISOString(),
      scope: report?.scope ?? null,
      problems: report?.problems ?? [],
      moreProblems: report?.moreProblems ?? event.problems,
    });
  }
  return checks;
}
