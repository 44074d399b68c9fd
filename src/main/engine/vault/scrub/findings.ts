/** What a look at the vault's bytes has found so far: bounded for people, complete enough for the vault's own notes. */

export interface ScrubProblem {
  readonly kind: 'lost-object' | 'pack' | 'catalog' | 'record' | 'event' | 'description' | 'text';
  /** A warning harms no version. */
  readonly severity: 'error' | 'warning';
  /** Id of the version that suffers; null when none does. */
  readonly snapshot: string | null;
  readonly fileId: string | null;
  /** Name of a top file, or domain and path where the manifest could be opened. */
  readonly path: string | null;
  /** SHA-256 of the object. */
  readonly object: string | null;
  /** The file in the vault, relative to it. */
  readonly file: string | null;
  readonly detail: string;
}

export interface VersionHarm {
  readonly reason: string;
  /** SHA-256 names of packs and catalogs. */
  readonly files: Set<string>;
  /** Objects of which no sound copy is left. */
  readonly objects: Set<string>;
  count: number;
}

/** More would only fill memory and screens; the rest is counted. */
const MAX_PROBLEMS = 1000;
/** For the version's event, which has to stay far below the size that readers accept. */
const MAX_NAMES = 20_000;

export class ScrubFindings {
  readonly problems: ScrubProblem[] = [];
  /** Files of the vault that some error names. */
  readonly blamed = new Set<string>();
  readonly versions = new Map<string, VersionHarm>();
  errors = 0;
  count = 0;

  get more(): number {
    return this.count - this.problems.length;
  }

  add(problem: ScrubProblem): void {
    this.count += 1;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
    if (problem.severity !== 'error') return;
    this.errors += 1;
    if (problem.file !== null) this.blamed.add(problem.file);
    if (problem.snapshot === null) return;
    let harm = this.versions.get(problem.snapshot);
    if (harm === undefined) {
      harm = { reason: problem.detail, files: new Set(), objects: new Set(), count: 0 };
      this.versions.set(problem.snapshot, harm);
    }
    harm.count += 1;
    if (problem.kind === 'lost-object') {
      if (problem.object !== null && harm.objects.size < MAX_NAMES) harm.objects.add(problem.object);
    } else {
      const name = hashIn(problem.file);
      if (name !== null && harm.files.size < MAX_NAMES) harm.files.add(name);
    }
  }
}

/** The SHA-256 in the name of a file of the vault. */
export function hashIn(file: string | null): string | null {
  return file === null ? null : (/([0-9a-f]{64})(?:\.[a-z]+)*$/.exec(file)?.[1] ?? null);
}
