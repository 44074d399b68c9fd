import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { measure, median } from '../measure.ts';

/** What people use today, on the same tree. Each command is one process; its start is not counted. */
export interface Rival {
  readonly name: string;
  /**
   * Part of each figure in which a repository is unlocked: restic derives a key from its password each time, slowly on
   * purpose. It is its work, but says nothing about files: ratios are told with it and without.
   */
  readonly unlockSeconds: number;
  /** Where it keeps its bytes. */
  readonly dir: string;
  /** Removes everything and begins a new repository; nothing of it is timed. */
  begin(): Promise<void>;
  backup(version: number): Promise<number>;
  check: (() => Promise<number>) | null;
  restore(to: string): Promise<number>;
  /** The index of what is stored where, from the stored files alone. */
  rebuild: (() => Promise<number>) | null;
}

const PASSWORD = 'bench password';

/** Null when the program is not there. */
export async function versionOf(program: string, argument: string): Promise<string | null> {
  try {
    const { stdout } = await measure(program, [argument], process.env);
    return stdout.trim().split('\n')[0] ?? null;
  } catch {
    return null;
  }
}

export async function resticRival(place: string, tree: string, compression: 'auto' | 'off'): Promise<Rival> {
  const dir = join(place, `restic-${compression}`);
  const cache = join(place, `restic-${compression}-cache`);
  const env = {
    ...process.env,
    RESTIC_PASSWORD: PASSWORD,
    RESTIC_REPOSITORY: dir,
    RESTIC_CACHE_DIR: cache,
    RESTIC_COMPRESSION: compression,
  };
  const run = (args: readonly string[], cwd = place): Promise<number> => timed('restic', args, env, cwd);
  let start = 0;
  let unlock = 0;
  const version = /(\d+)\.(\d+)/.exec((await versionOf('restic', 'version')) ?? '');
  const hasRepair = Number(version?.[1]) > 0 || Number(version?.[2]) >= 16;
  return {
    name: compression === 'auto' ? 'restic' : 'restic --compression off',
    dir,
    async begin() {
      await rm(dir, { recursive: true, force: true });
      await rm(cache, { recursive: true, force: true });
      await run(['init', '--quiet']);
      start = await medianOf(5, () => run(['version']));
      unlock = (await medianOf(5, () => run(['cat', 'config']))) - start;
    },
    get unlockSeconds() {
      return unlock;
    },
    backup: async () => (await run(['backup', '--quiet', '.'], tree)) - start,
    check: async () => (await run(['check', '--read-data', '--quiet'])) - start,
    restore: async (to) => (await run(['restore', 'latest', '--quiet', '--target', to])) - start,
    rebuild: async () =>
      (await run([...(hasRepair ? ['repair', 'index'] : ['rebuild-index']), '--read-all-packs', '--quiet'])) - start,
  };
}

export async function borgRival(place: string, tree: string): Promise<Rival> {
  const dir = join(place, 'borg');
  const home = join(place, 'borg-home');
  const env = {
    ...process.env,
    BORG_BASE_DIR: home,
    BORG_REPO: dir,
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
  };
  const run = (args: readonly string[], cwd = place): Promise<number> => timed('borg', args, env, cwd);
  let start = 0;
  let last = 0;
  return {
    name: 'borg',
    dir,
    async begin() {
      await rm(dir, { recursive: true, force: true });
      await rm(home, { recursive: true, force: true });
      // As the vault layer, which stores what a phone has encrypted: nothing is encrypted once more.
      await run(['init', '--encryption', 'none']);
      start = await medianOf(5, () => run(['--version']));
    },
    unlockSeconds: 0,
    async backup(version) {
      last = version;
      return (await run(['create', `::v${version}`, '.'], tree)) - start;
    },
    check: async () => (await run(['check', '--verify-data'])) - start,
    async restore(to) {
      await mkdir(to, { recursive: true });
      return (await run(['extract', `::v${last}`], to)) - start;
    },
    rebuild: null,
  };
}

/** `cp -al` of the last version, then whatever is newer in the tree; durable like the others. */
export async function linksRival(place: string, tree: string): Promise<Rival> {
  const dir = join(place, 'links');
  const run = (program: string, args: readonly string[]): Promise<number> => timed(program, args, process.env, place);
  const sync = (): Promise<number> => run('sync', ['-f', dir]);
  let last = '';
  return {
    name: 'hard links',
    dir,
    async begin() {
      await rm(dir, { recursive: true, force: true });
      await mkdir(dir);
      last = '';
    },
    unlockSeconds: 0,
    async backup(version) {
      const next = join(dir, `v${version}`);
      let seconds = 0;
      if (last === '') seconds += await run('cp', ['-a', tree, next]);
      else {
        seconds += await run('cp', ['-al', last, next]);
        seconds += await run('cp', ['-a', '--update', '--remove-destination', `${tree}/.`, next]);
      }
      last = next;
      return seconds + (await sync());
    },
    check: null,
    restore: (to) => run('cp', ['-a', last, to]),
    rebuild: null,
  };
}

/** Bytes on disk of everything in a folder, each file once however many names it has. */
export async function bytesOnDisk(dir: string, ...except: readonly string[]): Promise<number> {
  const { stdout } = await measure(
    'du',
    ['--summarize', '--block-size=1', ...except.map((name) => `--exclude=${name}`), dir],
    process.env,
  );
  return Number(/^\d+/.exec(stdout)?.[0]);
}

export async function timed(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<number> {
  const done = await measure(program, args, env, cwd);
  if (done.code !== 0)
    throw new Error(`${program} ${args.join(' ')} failed (${done.code}): ${done.stderr.slice(-500)}`);
  return done.seconds;
}

export async function medianOf(times: number, work: () => Promise<number>): Promise<number> {
  const seconds: number[] = [];
  for (let at = 0; at < times; at += 1) seconds.push(await work());
  return median(seconds);
}
