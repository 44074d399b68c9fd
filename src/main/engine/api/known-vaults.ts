import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { BackstopError } from '../../../shared/errors/index.ts';
import { describeVolume, mountPoints } from '../platform/index.ts';
import { vaultIdAt } from '../vault/index.ts';

/**
 * Where this computer saw which vault. A vault is found by its id: when its disk has another drive letter or mount point
 * today, it is looked for at the same place of every disk that is there. And where a vault used to be on a disk that is
 * not connected now, no new one is made in its place.
 */

const FILE = 'vaults.json';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?$/i;

const knownSchema = z.object({
  id: z.string().max(64),
  /** Where it was last seen. */
  path: z.string().max(32_768),
  /** The same, from the root of its disk. */
  onVolume: z.string().max(32_768).nullable(),
  /** The disk's stable identity, where the system told it. */
  volume: z.string().max(1024).nullable(),
});
const fileSchema = z.object({
  format: z.literal('backstop-known-vaults'),
  version: z.literal(1),
  vaults: z.array(z.unknown()),
});

export type KnownVault = Readonly<z.infer<typeof knownSchema>>;

export interface Surroundings {
  readonly mountPoints: () => Promise<readonly string[]>;
  readonly describe: (path: string) => Promise<{ readonly id: string | null; readonly mountPoint: string | null }>;
}

const here: Surroundings = {
  mountPoints: () => mountPoints(),
  describe: (path) => describeVolume(path, { detail: 'quick' }),
};

export class KnownVaults {
  readonly #file: string;
  readonly #around: Surroundings;

  constructor(home: string, around: Surroundings = here) {
    this.#file = join(home, FILE);
    this.#around = around;
  }

  /** What is not readable is not known: it is a help, and nothing depends on it. */
  async list(): Promise<readonly KnownVault[]> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    try {
      const parsed = fileSchema.safeParse(JSON.parse(text));
      if (!parsed.success) return [];
      return parsed.data.vaults.flatMap((one) => knownSchema.safeParse(one).data ?? []);
    } catch {
      return [];
    }
  }

  /**
   * The folder of the vault that was asked for by path, or by its id (or at least its first eight digits). Throws
   * `vault/not-connected` when it is known and its disk is not here, `vault/several` when copies of it are.
   */
  async find(asked: string): Promise<string> {
    const known = await this.list();
    const path = resolve(asked);
    if (existsSync(join(path, 'vault.json'))) return path;
    if (UUID.test(asked) && !existsSync(path)) {
      const wanted = asked.toLowerCase();
      const ones = known.filter(({ id }) => id.startsWith(wanted));
      if (new Set(ones.map(({ id }) => id)).size > 1) {
        throw new BackstopError('vault/several', { data: { asked, places: ones.map((one) => one.path).join(', ') } });
      }
      const [one] = ones;
      if (one === undefined) throw new BackstopError('vault/not-found', { data: { path: asked } });
      for (const each of ones) {
        const found = await this.#lookFor(each);
        if (found !== null) return found;
      }
      throw new BackstopError('vault/not-connected', { data: { path: one.path, id: one.id } });
    }
    const one = known.find((each) => each.path === path);
    if (one === undefined) return path;
    const found = await this.#lookFor(one);
    if (found !== null) return found;
    // Its disk is here and the vault is gone from it: whoever took it away wanted that.
    const { id } = await this.#around.describe(path);
    if (one.volume === null || id === one.volume) return path;
    throw new BackstopError('vault/not-connected', { data: { path, id: one.id } });
  }

  /** Remembers where a vault was opened. Never the reason why something fails. */
  async remember(id: string, path: string): Promise<void> {
    const known = await this.list();
    if (known.some((one) => one.id === id && one.path === path)) return;
    const { id: volume, mountPoint } = await this.#around.describe(path);
    const inside = mountPoint === null ? null : relative(mountPoint, path);
    const onVolume = inside === null || inside.startsWith('..') || isAbsolute(inside) ? null : inside;
    // Copies of one vault have one id; each place is known by itself. What lay at this place before does no longer.
    const others = known.filter((one) => one.path !== path && !(one.id === id && one.volume === volume));
    const vaults = [{ id, path, onVolume, volume }, ...others].slice(0, 100);
    const temporary = `${this.#file}.${randomUUID()}`;
    try {
      await mkdir(resolve(this.#file, '..'), { recursive: true, mode: 0o700 });
      await writeFile(temporary, JSON.stringify({ format: 'backstop-known-vaults', version: 1, vaults }), {
        mode: 0o600,
      });
      await rename(temporary, this.#file);
    } catch {
      await rm(temporary, { force: true });
    }
  }

  async #lookFor(one: KnownVault): Promise<string | null> {
    const places = [one.path];
    if (one.onVolume !== null) {
      for (const mountPoint of await this.#around.mountPoints()) places.push(join(mountPoint, one.onVolume));
    }
    const found: string[] = [];
    for (const place of new Set(places)) if ((await vaultIdAt(place)) === one.id) found.push(place);
    // A disk that is mounted twice shows one vault twice.
    const [first, ...more] = found;
    if (first === undefined) return null;
    if (first === one.path || more.length === 0) return first;
    const volumes = new Set<string | null>();
    for (const place of found) volumes.add((await this.#around.describe(place)).id);
    if (volumes.size === 1 && !volumes.has(null)) return first;
    throw new BackstopError('vault/several', { data: { asked: one.id, places: found.join(', ') } });
  }
}
