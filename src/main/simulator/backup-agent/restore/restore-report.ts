import type { JsonObject } from '../../json.ts';

const NAMED = 100;

/** What a restore found, for `report`. */
export class RestoreReport {
  readonly options: JsonObject;
  outcome = 'running';
  restoredFiles = 0;
  restoredBytes = 0;
  /** Files compared byte for byte with what the phone holds now; the others have changed on the phone since. */
  comparedFiles = 0;
  /** Bundle ids of RestoreApplications.plist; null when the host wrote none. */
  applications: readonly string[] | null = null;
  readonly #missing: string[] = [];
  readonly #wrong: string[] = [];
  #missingCount = 0;
  #wrongCount = 0;

  constructor(options: JsonObject) {
    this.options = options;
  }

  missing(name: string): void {
    this.#missingCount += 1;
    if (this.#missing.length < NAMED) this.#missing.push(name);
  }

  wrong(name: string, problem: string): void {
    this.#wrongCount += 1;
    if (this.#wrong.length < NAMED) this.#wrong.push(`${name}: ${problem}`);
  }

  get isWhole(): boolean {
    return this.#missingCount === 0 && this.#wrongCount === 0;
  }

  /** In a sentence, for the phone's error. */
  get problem(): string {
    const [example = ''] = [...this.#missing, ...this.#wrong];
    return `${this.#missingCount} files are missing and ${this.#wrongCount} are wrong, for example ${example}`;
  }

  toJson(): JsonObject {
    return {
      outcome: this.outcome,
      options: this.options,
      restoredFiles: this.restoredFiles,
      restoredBytes: this.restoredBytes,
      comparedFiles: this.comparedFiles,
      applications: this.applications === null ? null : [...this.applications],
      missing: [...this.#missing],
      missingCount: this.#missingCount,
      wrong: [...this.#wrong],
      wrongCount: this.#wrongCount,
    };
  }
}
