import { mkdirSync, rmSync } from 'node:fs';
import { buildPhone } from './build-phone.ts';
import { DAY, PhoneClock } from './calendar-time.ts';
import type { Contents } from './contents.ts';
import { makeIdentity } from './identity.ts';
import type { TruthSection } from './kinds/kind.ts';
import { MediaView } from './media-view.ts';
import { applyMutation } from './mutations.ts';
import { Random } from './random.ts';
import { FileTree } from './storage/tree.ts';
import { languageOf, languages } from './text/words.ts';
import { writeTruthFile } from './truth.ts';
import type {
  InstalledApp,
  Mutation,
  MutationSummary,
  PhoneContent,
  PhoneFile,
  PhoneIdentity,
  PhoneSpec,
} from './types.ts';
import { World } from './world.ts';

/** The phone's present when it is made: the summer iOS 18.5 was current. A seed moves it by up to sixty days. */
const PRESENT = Date.UTC(2025, 6, 1, 12) / 1000;

/** Makes a phone. Its databases are real files in `scratchDir`; everything else is generated when read. */
export function createPhoneContent(spec: PhoneSpec, options: { scratchDir: string }): PhoneContent {
  mkdirSync(options.scratchDir, { recursive: true });
  return new GeneratedPhone(spec, options.scratchDir);
}

class GeneratedPhone implements PhoneContent {
  readonly identity: PhoneIdentity;
  readonly #world: World;
  readonly #contents: Contents;
  readonly #media: MediaView;
  readonly #scratchDir: string;

  constructor(spec: PhoneSpec, scratchDir: string) {
    const random = new Random(spec.seed, 'identity');
    const language = spec.locale === undefined ? random.pick(languages) : languageOf(spec.locale);
    this.identity = makeIdentity(random, language, spec);
    this.#scratchDir = scratchDir;
    this.#world = new World({
      seed: spec.seed,
      identity: this.identity,
      language,
      clock: new PhoneClock(spec.present ?? PRESENT + random.below(60) * DAY + random.below(DAY)),
      tree: new FileTree(1000 + random.below(100_000)),
      scratchDir,
    });
    this.#media = new MediaView(this.#world.tree);
    this.#contents = buildPhone(this.#world, spec);
    this.#world.tree.startJournal();
  }

  get apps(): readonly InstalledApp[] {
    return this.#contents.apps.installed();
  }

  get fileCount(): number {
    return this.#world.tree.fileCount;
  }

  get totalBytes(): number {
    return this.#world.tree.totalBytes;
  }

  files(): Iterable<PhoneFile> {
    return this.#world.tree.rows();
  }

  mediaFile(pathBelowMedia: string): PhoneFile | null {
    return this.#media.file(pathBelowMedia);
  }

  mediaChildren(pathBelowMedia: string): readonly string[] | null {
    return this.#media.children(pathBelowMedia);
  }

  mutate(mutation: Mutation): MutationSummary {
    return applyMutation(this.#world, this.#contents, mutation);
  }

  writeTruth(file: string): Promise<void> {
    return writeTruthFile(file, this.identity.udid, this.files(), this.#sections());
  }

  [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#scratchDir, { recursive: true, force: true });
    return Promise.resolve();
  }

  #sections(): TruthSection[] {
    const { others, notes, ...named } = this.#contents;
    return [...Object.values(named), ...(notes === null ? [] : [notes]), ...others].flatMap((kind) => kind.truth());
  }
}
