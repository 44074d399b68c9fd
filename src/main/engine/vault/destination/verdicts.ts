import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { VolumeDescription } from '../../platform/index.ts';
import { localNames, makeLocalFolder, readLocalText, removeLocal, writeLocalText } from '../cache/local-files.ts';
import type { ProbeFacts } from './probe.ts';

/**
 * What probes found, in the app's own cache, by volume: a disk is the same one under another path or drive letter. A
 * finding holds for one mount only, and only as long as every run that wrote to the disk took leave of it.
 */

const fact = z.enum(['yes', 'no', 'unknown']);
const verdictSchema = z.object({
  version: z.literal(1),
  volume: z.string(),
  mount: z.string().nullable(),
  boot: z.string(),
  probedAt: z.string(),
  facts: z.object({
    tookMs: z.number(),
    caseSensitive: fact,
    renameReplaces: fact,
    syncsFiles: fact,
    syncsFolders: fact,
    makesCompanions: fact,
    reflink: fact,
    listingDelayMs: z.number(),
    clockSkewMs: z.number().nullable(),
  }),
});

const useSchema = z.object({ boot: z.string(), mount: z.string().nullable(), pid: z.number().int().positive() });

export interface Verdict {
  readonly facts: ProbeFacts;
  /** ISO 8601 UTC. */
  readonly probedAt: string;
}

/** Did the runs before this one take leave of the disk? `unknown`: none is remembered. */
export type LastUse = 'clean' | 'unclean' | 'unknown';

/** A mark that this process writes to a volume; it is gone when the process took leave. */
export interface Use {
  end(): void;
}

export class Verdicts {
  readonly #folder: string;
  readonly #boot: string;

  /** `boot` names this run of the operating system. */
  constructor(folder: string, boot: string) {
    this.#folder = folder;
    this.#boot = boot;
  }

  /** Null: probe. */
  find(volume: VolumeDescription): Verdict | null {
    const name = this.#nameOf(volume);
    const text = name === null ? null : readLocalText(join(this.#folder, `${name}.json`));
    const stored = text === null ? null : parse(verdictSchema, text);
    if (stored === null || stored.mount !== volume.mount || stored.boot !== this.#boot) return null;
    return this.lastUse(volume) === 'unclean' ? null : { facts: stored.facts, probedAt: stored.probedAt };
  }

  /** Also forgets runs that ended without leave: the disk was looked at after them. */
  keep(volume: VolumeDescription, facts: ProbeFacts, probedAt: string): void {
    const name = this.#nameOf(volume);
    if (name === null) return;
    makeLocalFolder(this.#folder);
    for (const { path, content } of this.#uses(name)) {
      if (!this.#isAlive(content) || content?.mount !== volume.mount) removeLocal(path);
    }
    const verdict = { version: 1, volume: keyOf(volume), mount: volume.mount, boot: this.#boot, probedAt, facts };
    writeLocalText(join(this.#folder, `${name}.json`), JSON.stringify(verdict));
  }

  lastUse(volume: VolumeDescription): LastUse {
    const name = this.#nameOf(volume);
    if (name === null) return 'unknown';
    const uses = this.#uses(name);
    const isLeft = uses.every(
      ({ content }) => this.#isAlive(content) && (content === null || content.mount === volume.mount),
    );
    if (!isLeft) return 'unclean';
    return readLocalText(join(this.#folder, `${name}.json`)) === null ? 'unknown' : 'clean';
  }

  begin(volume: VolumeDescription): Use {
    const name = this.#nameOf(volume);
    if (name === null) return { end: () => undefined };
    makeLocalFolder(this.#folder);
    const path = join(this.#folder, `${name}.${randomUUID()}.use`);
    writeLocalText(path, JSON.stringify({ boot: this.#boot, mount: volume.mount, pid: process.pid }));
    return { end: () => removeLocal(path) };
  }

  /** Without any identity nothing is remembered: it could be another disk the next time. */
  #nameOf(volume: VolumeDescription): string | null {
    const key = keyOf(volume);
    return key === null ? null : createHash('sha256').update(key).digest('hex').slice(0, 32);
  }

  #uses(name: string): Array<{ readonly path: string; readonly content: z.infer<typeof useSchema> | null }> {
    return localNames(this.#folder)
      .filter((each) => each.startsWith(`${name}.`) && each.endsWith('.use'))
      .map((each) => {
        const path = join(this.#folder, each);
        return { path, content: parse(useSchema, readLocalText(path) ?? '') };
      });
  }

  #isAlive(use: z.infer<typeof useSchema> | null): boolean {
    if (use === null || use.boot !== this.#boot) return false;
    try {
      process.kill(use.pid, 0);
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  }
}

function keyOf(volume: VolumeDescription): string | null {
  return volume.id ?? (volume.mount === null ? null : `mount ${volume.mount}`);
}

function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    // A note that cannot be read is none: the disk is probed again.
    return null;
  }
}
