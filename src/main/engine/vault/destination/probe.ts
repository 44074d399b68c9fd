import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import { type Answer, type Clock, scaledMs, sleep } from '../../platform/index.ts';
import { errnoOf, publish, readSmallFile, type VaultIo, writeNewFile } from '../io/index.ts';

/**
 * About a second of doing what a backup will rely on: exclusive creation, write, sync, rename, listing, reading back. A
 * destination that cannot do that would lose data quietly; it is refused before anything is entrusted to it. What may
 * differ from disk to disk without harm is measured and told.
 */

export const PROBE_PREFIX = '.backstop-probe-';

/** What was seen on a disk that is fit for a vault. */
export interface ProbeFacts {
  readonly tookMs: number;
  readonly caseSensitive: Answer;
  /** Of a rename onto a name that is taken. The vault never does it. */
  readonly renameReplaces: Answer;
  /** `no`: the system has no such call here, and a power cut may take what was just written. */
  readonly syncsFiles: Answer;
  readonly syncsFolders: Answer;
  /** macOS puts a second file `._name` beside each new one. */
  readonly makesCompanions: Answer;
  readonly reflink: Answer;
  /** How long a new name took to appear in a listing; 0 is at once. */
  readonly listingDelayMs: number;
  /** The store's clock less this computer's; null when its times are none. */
  readonly clockSkewMs: number | null;
}

const SIZE_BYTES = 4096;
/** A listing that is behind for longer than this cannot be built upon. */
const LISTING_MS = scaledMs(3_000);
const LISTING_STEP_MS = 20;
/** After so long, what is only good to know is left unknown. */
const BUDGET_MS = 1_000;
/** Before Backstop was written no clock of a store was right. */
const EARLIEST_TIME_MS = Date.UTC(2020, 0, 1);
const LEFTOVER_MS = 60 * 60_000;

export interface ProbeOptions {
  readonly clock: Clock;
  /** For tests: how long a listing may be behind. */
  readonly listingMs?: number;
}

export async function probeDestination(io: VaultIo, root: string, options: ProbeOptions): Promise<ProbeFacts> {
  const folder = join(root, `${PROBE_PREFIX}${randomUUID()}`);
  await makeProbeFolder(io, root, folder);
  try {
    return await new Probe(io, root, folder, options).run();
  } finally {
    await removeProbe(io, folder);
    await removeLeftovers(io, root);
  }
}

async function makeProbeFolder(io: VaultIo, root: string, folder: string): Promise<void> {
  try {
    await io.mkdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'EROFS') throw readOnlyDisk(root, error);
    throw error;
  }
}

export function readOnlyDisk(path: string, cause?: unknown): BackstopError {
  return new BackstopError('vault/read-only-disk', { ...(cause === undefined ? {} : { cause }), data: { path } });
}

class Probe {
  readonly #io: VaultIo;
  readonly #root: string;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #listingMs: number;
  readonly #started = performance.now();
  #listingDelayMs = 0;

  constructor(io: VaultIo, root: string, folder: string, { clock, listingMs = LISTING_MS }: ProbeOptions) {
    this.#listingMs = listingMs;
    this.#io = io;
    this.#root = root;
    this.#folder = folder;
    this.#clock = clock;
  }

  async run(): Promise<ProbeFacts> {
    const first = this.#at('first');
    // As long as the longest name of a vault: that of an event.
    const renamed = this.#at(`20000101T000000000Z-${randomUUID()}-${'0'.repeat(64)}.json`);
    const bytes = randomBytes(SIZE_BYTES);

    await writeNewFile(this.#io, first, bytes);
    await this.#refuseSecondCreation(first);
    const clockSkewMs = await this.#skewOf(first);
    await this.#listed(first, true);
    await this.#expectBytes(first, bytes);
    const caseSensitive = await this.#optional(async () => (await this.#io.stat(this.#at('FIRST'))) === null);

    await this.#rename(first, renamed, bytes);
    await this.#io.syncFolder(this.#folder);
    await this.#listed(renamed, true);
    await this.#listed(first, false);
    await this.#expectBytes(renamed, bytes);

    const { canSync, clone } = this.#io;
    const sync = async (path: string): Promise<Answer> =>
      canSync === undefined ? 'unknown' : this.#optional(() => canSync(path));
    return {
      caseSensitive,
      renameReplaces: await this.#replaces(renamed, bytes),
      syncsFiles: await sync(renamed),
      syncsFolders: await sync(this.#folder),
      reflink: clone === undefined ? 'unknown' : await this.#optional(() => clone(renamed, this.#at('clone'))),
      makesCompanions: (await this.#names()).some((name) => name.startsWith('._')) ? 'yes' : 'no',
      listingDelayMs: this.#listingDelayMs,
      clockSkewMs,
      tookMs: Math.round(performance.now() - this.#started),
    };
  }

  async #refuseSecondCreation(path: string): Promise<void> {
    try {
      const second = await this.#io.open(path, 'create');
      await second.close();
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return;
      throw error;
    }
    throw this.#refusal('it lets two programs create the same file at once');
  }

  async #rename(from: string, to: string, bytes: Buffer): Promise<void> {
    let outcome: Awaited<ReturnType<typeof publish>>;
    try {
      outcome = await publish(this.#io, from, to, createHash('sha256').update(bytes).digest());
    } catch (error) {
      if (isBackstopError(error, 'vault/disk-error')) throw this.#refusal('renaming a file lost it', error);
      throw this.#refusal('it cannot rename a file', error);
    }
    if (outcome !== 'published' || (await this.#io.stat(to)) === null) throw this.#refusal('it cannot rename a file');
    if ((await this.#io.stat(from)) !== null) throw this.#refusal('a renamed file stays under its old name too');
  }

  /** A rename onto a taken name may replace it or be refused. It must not lose or mix the two. */
  async #replaces(taken: string, bytes: Buffer): Promise<Answer> {
    if (this.#isLate()) return 'unknown';
    const other = this.#at('other');
    const otherBytes = randomBytes(SIZE_BYTES);
    await writeNewFile(this.#io, other, otherBytes);
    const outcome: unknown = await this.#io.rename(other, taken).then(
      () => null,
      (error: unknown) => error,
    );
    const [there, source] = [await this.#read(taken), await this.#read(other)];
    if (there?.equals(otherBytes) && source === null) return 'yes';
    if (there?.equals(bytes) && source?.equals(otherBytes)) return 'no';
    throw this.#refusal('renaming a file onto another lost one of them', outcome ?? undefined);
  }

  async #expectBytes(path: string, bytes: Buffer): Promise<void> {
    const back = await this.#read(path);
    if (back === null || !back.equals(bytes)) throw this.#refusal('it does not give back what was written');
  }

  async #read(path: string): Promise<Buffer | null> {
    try {
      return await readSmallFile(this.#io, path, SIZE_BYTES);
    } catch (error) {
      if (errnoOf(error) !== null) throw error;
      throw this.#refusal('it does not give back what was written', error);
    }
  }

  /** Waits until listings show that a file is there, or no longer there, and remembers how long it took. */
  async #listed(path: string, isThere: boolean): Promise<void> {
    const started = performance.now();
    for (;;) {
      const names = await this.#names();
      if (names.some((name) => path === this.#at(name)) === isThere) break;
      if (performance.now() - started > this.#listingMs) {
        throw this.#refusal(
          isThere ? 'its listings do not show a file that is there' : 'its listings show a file that is gone',
        );
      }
      await sleep(LISTING_STEP_MS);
      this.#listingDelayMs = Math.max(this.#listingDelayMs, Math.round(performance.now() - started));
    }
  }

  async #skewOf(path: string): Promise<number | null> {
    const facts = await this.#io.stat(path);
    if (facts === null) throw this.#refusal('it does not give back what was written');
    const isTime = Number.isFinite(facts.modifiedMs) && facts.modifiedMs >= EARLIEST_TIME_MS;
    return isTime ? Math.round(facts.modifiedMs - this.#clock.now().getTime()) : null;
  }

  async #optional(look: () => Promise<boolean>): Promise<Answer> {
    if (this.#isLate()) return 'unknown';
    return (await look()) ? 'yes' : 'no';
  }

  #isLate(): boolean {
    return performance.now() - this.#started > BUDGET_MS;
  }

  async #names(): Promise<string[]> {
    return (await this.#io.readdir(this.#folder)).map((item) => item.name);
  }

  #at(name: string): string {
    return join(this.#folder, name);
  }

  #refusal(reason: string, cause?: unknown): BackstopError {
    const options = cause === undefined ? {} : { cause };
    return new BackstopError('vault/unsuitable-destination', {
      ...options,
      message: reason,
      data: { path: this.#root, reason },
    });
  }
}

/**
 * Twice, because companions go by themselves when their file goes, and come late. What a disk does not let go of is
 * hidden, known by its name, and tried again by the next probe.
 */
async function removeProbe(io: VaultIo, folder: string): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    const items = await io.readdir(folder).catch(() => []);
    for (const item of items) await io.unlink(join(folder, item.name)).catch(() => undefined);
    const isGone = await io.rmdir(folder).then(
      () => true,
      () => false,
    );
    if (isGone) return;
  }
}

/** Of probes that were killed. Younger ones may be at work, on another computer too. */
async function removeLeftovers(io: VaultIo, root: string): Promise<void> {
  const items = await io.readdir(root).catch(() => []);
  for (const item of items) {
    if (!item.name.startsWith(PROBE_PREFIX)) continue;
    const path = join(root, item.name);
    const facts = await io.stat(path).catch(() => null);
    if (facts === null || Math.abs(Date.now() - facts.modifiedMs) < LEFTOVER_MS) continue;
    if (facts.kind === 'folder') await removeProbe(io, path);
    else await io.unlink(path).catch(() => undefined);
  }
}
