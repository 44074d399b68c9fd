import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Vault } from '../../src/main/engine/vault/index.ts';
import { roundContent } from '../support/vault/backup-child.ts';
import { Random } from '../support/vault/random.ts';
import { commitVersion, differenceFrom, UDID } from '../support/vault/versions.ts';

/**
 * What the vault promises of any disk, on the disk at hand. The scripts beside this file prepare one and call it.
 *
 *   exercise-disk.ts info  FOLDER            what is known about the disk, and a test of it
 *   exercise-disk.ts kill  FOLDER [KILLS]    a process that makes versions is killed again and again; then everything is read
 *   exercise-disk.ts write FOLDER            makes versions until the power goes; each is told in a line {"id","round"}
 *   exercise-disk.ts check FOLDER [LOG]      every version of LOG is there and every listed one whole; then one more backup
 *
 * FOLDER is a vault, or a place for one. LOG must lie on another disk than FOLDER.
 */

const CHILD = join(import.meta.dirname, '../support/vault/backup-child.ts');
const LONGEST_LIFE_MS = 1_500;
/** Who this computer is, kept over restarts: only it may take the claims of its own dead runs for dead at once. */
const STATE = join(homedir(), '.cache', 'backstop-exercise');

interface Told {
  readonly id: string;
  readonly round: number;
}

/** With a cache of its own: nothing of the vault is remembered but what the disk itself holds. */
async function withVault<T>(dir: string, work: (vault: Vault) => Promise<T>): Promise<T> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'backstop-exercise-'));
  try {
    await using vault = await Vault.openOrCreate(dir, { cacheDir, stateDir: STATE });
    return await work(vault);
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
}

async function info(dir: string): Promise<void> {
  await withVault(dir, async (vault) => {
    console.log(JSON.stringify(await vault.describeDestination({ probe: true }), null, 2));
    const left = readdirSync(dir).filter((name) => name.startsWith('.backstop-probe-'));
    if (left.length > 0) throw new Error(`the test of the disk left ${left.join(', ')}`);
  });
}

/** Throws at the first promise that is not kept. */
async function check(dir: string, told: readonly Told[]): Promise<void> {
  await withVault(dir, async (vault) => {
    const { snapshots, unreadable } = await vault.snapshots();
    if (unreadable.length > 0) throw new Error(`unreadable: ${unreadable[0]?.file} ${unreadable[0]?.reason}`);
    const listed = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
    for (const { id, round } of told) {
      const snapshot = listed.get(id);
      if (snapshot === undefined) throw new Error(`LOST: round ${round}, version ${id}`);
      const difference = await differenceFrom(vault, snapshot, roundContent(round));
      if (difference !== null) throw new Error(`DAMAGED: round ${round}, version ${id}: ${difference}`);
    }
    for (const snapshot of snapshots) {
      const { problems } = await vault.checkStructure(snapshot);
      if (problems.length > 0) throw new Error(`DAMAGED: version ${snapshot.id}: ${problems[0]?.detail}`);
      await using view = await vault.view(snapshot);
      const { ok, damaged } = await vault.rehash([...view.entries(), ...view.tops()]);
      if (!ok) throw new Error(`DAMAGED: version ${snapshot.id}: ${damaged[0]?.reason}`);
    }
    const date = new Date().toISOString();
    await using session = await vault.openSession({ udid: UDID, label: 'child' });
    if (session.parent.damaged !== null) throw new Error(`damaged parent: ${session.parent.damaged.reason}`);
    await commitVersion(session, null, roundContent(1_000_000), date);
    console.log(`ok: ${told.length} versions told, ${snapshots.length} listed, all whole; the next backup succeeds`);
  });
}

function start(dir: string, round: number, output: 'pipe' | 'inherit'): ChildProcess {
  return spawn(process.execPath, [CHILD, dir, STATE, String(round)], { stdio: ['ignore', output, 'inherit'] });
}

async function kill(dir: string, kills: number): Promise<void> {
  await withVault(dir, async () => undefined);
  const random = new Random(20261123);
  const told: Told[] = [];
  for (let turn = 0; turn < kills; turn += 1) {
    const victim = start(dir, (told.at(-1)?.round ?? turn * 1000) + 1, 'pipe');
    const gone = once(victim, 'exit');
    const lines = victim.stdout === null ? [] : createInterface(victim.stdout);
    const listening = (async () => {
      for await (const line of lines) told.push(JSON.parse(line) as Told);
    })();
    await pause(200 + random.below(LONGEST_LIFE_MS));
    victim.kill('SIGKILL');
    await gone;
    await listening;
  }
  if (told.length === 0) throw new Error('no version was made before a kill: the disk is too slow for this');
  await check(dir, told);
}

async function write(dir: string): Promise<void> {
  await withVault(dir, async () => undefined);
  const known = await withVault(dir, async (vault) => (await vault.snapshots()).snapshots.length);
  const child = start(dir, known * 1000, 'inherit');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill('SIGKILL'));
  await once(child, 'exit');
}

function readLog(path: string): Told[] {
  // The last line may have been cut off with the power.
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Told);
}

const [command = '', folder = '', extra] = process.argv.slice(2);
const dir = resolve(folder);
if (folder === '' || !['info', 'kill', 'write', 'check'].includes(command)) {
  console.error('usage: exercise-disk.ts info|kill|write|check FOLDER [KILLS|LOG]');
  process.exitCode = 2;
} else {
  if (command === 'info') await info(dir);
  else if (command === 'kill') await kill(dir, Number(extra ?? 100));
  else if (command === 'write') await write(dir);
  else await check(dir, extra === undefined ? [] : readLog(extra));
}
