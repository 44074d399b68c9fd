import type { VerificationProblem, VerificationScope } from '../../../shared/contract/index.ts';

/** More would only fill memory and screens; the rest is counted. */
const MAX_PROBLEMS = 1000;

/** What a check has seen so far: how much it covered and what is wrong. */
/** Where something is wrong: the file's id, its path, the object it is stored as. */
interface Where {
  readonly fileId?: string;
  readonly path?: string;
  readonly object?: string;
}

export class Findings {
  readonly problems: VerificationProblem[] = [];
  more = 0;
  errors = 0;
  readonly scope: { -readonly [K in keyof VerificationScope]: VerificationScope[K] } = {
    filesPresent: 0,
    filesReread: 0,
    bytesReread: 0,
    manifestRows: null,
    keysUnwrapped: 0,
    filesDecrypted: 0,
    digestsChecked: 0,
    databasesOpened: [],
  };
  readonly #snapshot: string;

  constructor(snapshot: string) {
    this.#snapshot = snapshot;
  }

  error(kind: string, detail: string, where: Where = {}): void {
    this.errors += 1;
    this.#add({ kind, severity: 'error', snapshot: this.#snapshot, ...where, detail });
  }

  warning(kind: string, detail: string, where: Where = {}): void {
    this.#add({ kind, severity: 'warning', snapshot: this.#snapshot, ...where, detail });
  }

  #add(problem: VerificationProblem): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
    else this.more += 1;
  }
}
