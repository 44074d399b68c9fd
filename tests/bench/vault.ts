import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync, truncateSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { measure, median } from './measure.ts';
import type { Done, Job } from './vault/child.ts';
import { borgRival, bytesOnDisk, linksRival, type Rival, resticRival, versionOf } from './vault/rivals.ts';
import { printTable, type Row, rowOf } from './vault/table.ts';
import { Tree, type TreeFile } from './vault/tree.ts';

interface VaultBenchOptions {
  readonly runs: number;
  readonly quick: boolean;
  /** Parent of the scratch folder, which needs about eight times the tree's bytes; each rival less saves one. */
  readonly dir: string | undefined;
  /** Names of those to compare with; restic, of which the goals speak, is always among them. */
  readonly rivals: readonly string[];
}

type Distribute<Union> = Union extends unknown ? Omit<Union, 'vault' | 'cache'> : never;
type Work = Distribute<Job>;

const FULL = { files: 100_000, bytes: 5e9 };
const QUICK = { files: 10_000, bytes: 500e6 };
const VERSIONS = 10;
const CHANGED = 0.01;
const MANY = 1000;
const BALLAST = 'ballast.bin';
const CHILD = join(import.meta.dirname, 'vault/child.ts');

/**
 * The vault layer against restic, borg and copies with hard links: the same tree, in one run, everything that is read in
 * the page cache and nothing of an earlier step on its way to the disk. Prints ratios; asserts nothing.
 */
export async function benchVault({ runs, quick, dir, rivals }: VaultBenchOptions): Promise<void> {
  const place = await mkdtemp(join(dir ?? tmpdir(), 'backstop-bench-vault-'));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Tens of gigabytes are not left to somebody else.
    process.once(name, () => {
      rmSync(place, { recursive: true, force: true });
      process.exit(1);
    });
  }
  try {
    await run(place, quick ? QUICK : FULL, runs, rivals);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function run(
  place: string,
  shape: { readonly files: number; readonly bytes: number },
  runs: number,
  wanted: readonly string[],
): Promise<void> {
  const restic = await versionOf('restic', 'version');
  const borg = await versionOf('borg', '--version');
  if (restic === null || borg === null)
    throw new Error('this needs restic and borg: apt-get install restic borgbackup');
  console.log(
    `${shape.files} files, ${(shape.bytes / 1e9).toFixed(1)} GB; ${restic}; ${borg}; node ${process.version}`,
  );
  console.log(`${cpus().length} × ${cpus()[0]?.model}, ${(totalmem() / 1e9).toFixed(0)} GB, Linux ${release()}`);
  console.log(`load ${readFileSync('/proc/loadavg', 'utf8').trim()}; ${await volume(place)}\n`);

  const tree = new Tree(join(place, 'tree'), { ...shape, seed: 42 });
  tree.write();
  const ours = new Ours(place, tree);
  const auto = await resticRival(place, tree.dir, 'auto');
  const rivals = [
    auto,
    await resticRival(place, tree.dir, 'off'),
    await borgRival(place, tree.dir),
    await linksRival(place, tree.dir),
  ];
  const isWanted = (one: Rival): boolean => one === auto || wanted.includes(one.name);
  const all: readonly Contender[] = [ours, ...rivals.filter(isWanted)];
  const rows: Row[] = [];
  const add = (row: Row): void => {
    rows.push(row);
    console.log(`  ${row.what}: ${row.values.map(([name, value]) => `${name} ${value}`).join(', ')}`);
  };

  const against = (atMost: number) => ({ to: auto.name, atMost, less: auto.unlockSeconds });
  const first = new Times();
  for (let turn = 0; turn < runs; turn += 1) {
    for (const one of all) {
      if (turn > 0 && !isRepeated(one)) continue;
      await one.begin();
      warm(tree.dir);
      await settle(place);
      first.add(one, await one.backup(1));
    }
  }
  add(rowOf('first backup', first.medians, against(0.7)));
  const sizes = new Map<string, number>();
  for (const one of all) sizes.set(one.name, await bytesOnDisk(one.dir, BALLAST));
  add(rowOf('bytes on disk after the first', sizes, { toNumber: tree.bytes, atMost: 1.006 }, 'bytes'));

  const check = new Times();
  for (let turn = 0; turn < runs; turn += 1) {
    for (const one of all) {
      if (one.check === null || (turn > 0 && !isRepeated(one))) continue;
      warm(one.dir);
      await settle(place);
      check.add(one, await one.check());
    }
  }
  add(rowOf('verify every byte', check.medians, against(0.35)));

  const restore = new Times();
  for (let turn = 0; turn < runs; turn += 1) {
    for (const one of all) {
      if (turn > 0 && !isRepeated(one)) continue;
      const to = join(place, `restored ${turn} ${one.name}`);
      warm(one.dir);
      await settle(place);
      restore.add(one, await one.restore(to));
      empty(to);
    }
  }
  add(rowOf('export', restore.medians, against(0.6)));

  const incremental = new Times();
  for (let version = 2; version <= VERSIONS; version += 1) {
    ours.changed = tree.replace(CHANGED, version);
    for (const one of all) {
      await settle(place);
      incremental.add(one, await one.backup(version));
    }
  }
  add(rowOf(`incremental (of ${VERSIONS - 1})`, incremental.medians, against(0.1)));
  const later = new Map<string, number>();
  for (const one of all) later.set(one.name, await bytesOnDisk(one.dir, BALLAST));
  add(rowOf(`bytes on disk after ${VERSIONS} versions`, later, { to: auto.name, atMost: 1 }, 'bytes'));

  const rebuild = new Times();
  for (let turn = 0; turn < runs; turn += 1) {
    for (const one of all) {
      if (one.rebuild === null) continue;
      warm(one.dir);
      await settle(place);
      rebuild.add(one, await one.rebuild());
    }
  }
  add(rowOf('index rebuild', rebuild.medians, against(0.5)));
  await ours.reopen();
  add(await ours.forget(runs));
  add(await ours.listMany(runs));
  console.log(`\n${ours.notes()}\n`);
  printTable(rows);
  if (shape.files < FULL.files) {
    console.log(
      '\nThe goals are for the full size: what costs the same at any size, as 512 folders do, weighs more here.',
    );
  }
}

/** Ours and restic, of which the goals speak. */
function isRepeated(one: Contender): boolean {
  return one instanceof Ours || one.name === 'restic';
}

type Contender = Rival;

class Ours implements Rival {
  readonly name = 'Backstop';
  readonly unlockSeconds = 0;
  readonly dir: string;
  changed: readonly TreeFile[];
  readonly #place: string;
  readonly #tree: Tree;
  readonly #parts = new Map<string, { readonly parts: Done['parts']; readonly peakBytes: number }>();

  constructor(place: string, tree: Tree) {
    this.#place = place;
    this.#tree = tree;
    this.dir = join(place, 'vault');
    this.changed = tree.files;
  }

  async begin(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
    await this.#forgetCache();
    this.changed = this.#tree.files;
  }

  async backup(version: number): Promise<number> {
    const list = join(this.#place, 'changes.json');
    await writeFile(list, JSON.stringify(this.changed));
    const name = version === 1 ? 'first' : 'incremental';
    return (await this.#work(name, { work: 'store', tree: this.#tree.dir, list, version })).seconds;
  }

  check = async (): Promise<number> => (await this.#work('verify', { work: 'verify' })).seconds;

  async restore(to: string): Promise<number> {
    return (await this.#work('export', { work: 'export', to })).seconds;
  }

  rebuild = async (): Promise<number> => {
    const { seconds, count } = await this.#work('rebuild', { work: 'rebuild' });
    if (count < this.#tree.files.length) throw new Error(`${count} objects came back`);
    return seconds;
  };

  /** As on a computer that has never seen the vault: the index, and the newest version's content. */
  async reopen(): Promise<void> {
    await this.#forgetCache();
    await this.#work('open elsewhere', { work: 'reopen' });
  }

  async forget(runs: number): Promise<Row> {
    const times: number[] = [];
    for (let turn = 0; turn < Math.max(3, runs); turn += 1) {
      await settle(this.#place);
      times.push((await this.#work('forget', { work: 'forget' })).seconds);
    }
    return rowOf('open and forget', new Map([[this.name, median(times)]]), { seconds: 0.05 });
  }

  async listMany(runs: number): Promise<Row> {
    const vault = join(this.#place, 'many');
    const cache = join(this.#place, 'many-cache');
    await this.#work('many', { work: 'many', count: MANY }, { vault, cache });
    const times: number[] = [];
    for (let turn = 0; turn < Math.max(3, runs); turn += 1) {
      await settle(this.#place);
      const { seconds, count } = await this.#work('list', { work: 'list' }, { vault, cache });
      if (count !== MANY) throw new Error(`${count} versions are on the list`);
      times.push(seconds);
    }
    return rowOf(`open and list ${MANY} versions`, new Map([[this.name, median(times)]]), { seconds: 0.1 });
  }

  /** Where the time went in the last run of each work, and the most memory. */
  notes(): string {
    return [...this.#parts]
      .map(([name, { parts, peakBytes }]) => {
        const times = Object.entries(parts).map(([part, seconds]) => `${part} ${(seconds * 1000).toFixed(0)} ms`);
        return `  ${name}: ${times.join(', ')}; peak memory ${(peakBytes / 1e6).toFixed(0)} MB`;
      })
      .join('\n');
  }

  async #forgetCache(): Promise<void> {
    await rm(join(this.#place, 'cache'), { recursive: true, force: true });
  }

  async #work(name: string, work: Work, where = { vault: this.dir, cache: join(this.#place, 'cache') }): Promise<Done> {
    const job = JSON.stringify({ ...work, ...where } satisfies Job);
    const done = await measure(process.execPath, [...nodeFlags(), CHILD, job], process.env);
    if (done.code !== 0) throw new Error(`${name} failed (${done.code}): ${done.stderr.slice(-800)}`);
    const result = JSON.parse(done.stdout) as Done;
    this.#parts.set(name, { parts: result.parts, peakBytes: done.peakBytes });
    return result;
  }
}

/** What `npm run backstop` gives to Node: the vault is measured as it is run. */
function nodeFlags(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { backstop: string } };
  return scripts.backstop.split(' ').filter((word) => word.startsWith('--'));
}

class Times {
  readonly #seconds = new Map<string, number[]>();

  add({ name }: Contender, seconds: number): void {
    this.#seconds.set(name, [...(this.#seconds.get(name) ?? []), seconds]);
  }

  get medians(): Map<string, number> {
    return new Map([...this.#seconds].map(([name, seconds]) => [name, median(seconds)]));
  }
}

/** Reads everything once, so that nobody has to wait for the disk where another one did not. */
function warm(dir: string): void {
  const buffer = Buffer.allocUnsafe(4 * 1024 * 1024);
  for (const item of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, item.name);
    if (item.isDirectory()) warm(path);
    else if (item.isFile()) {
      const fd = openSync(path, 'r');
      while (readSync(fd, buffer) > 0);
      closeSync(fd);
    }
  }
}

/**
 * Gives the disk its room back and leaves the files there: for minutes after many were deleted, ext4 makes new ones ten
 * times slower (it passes over every inode that was in use lately).
 */
function empty(dir: string): void {
  for (const item of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, item.name);
    if (item.isDirectory()) empty(path);
    else truncateSync(path);
  }
}

/** What earlier steps wrote is on the disk before the next one begins. */
async function settle(place: string): Promise<void> {
  await measure('sync', ['-f', place], process.env);
}

async function volume(place: string): Promise<string> {
  const { stdout } = await measure('df', ['--output=source,fstype,avail', '--block-size=1G', place], process.env);
  const [, facts = ''] = stdout.trim().split('\n');
  return `${facts.trim().split(/\s+/).join(' ')} GB free`;
}
