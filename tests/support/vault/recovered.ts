import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { exportSnapshot } from '../../../src/main/engine/export/index.ts';
import type { Snapshot, Vault } from '../../../src/main/engine/vault/index.ts';
import { type Content, fileId, UDID } from './versions.ts';

/** What comes out of a vault by any of its ways, in a form that can be compared. */

/** Path → SHA-256; folders that hold nothing end in "/". With `dates` the modification time in seconds stands after it. */
export function tree(root: string, dates = false): Map<string, string> {
  const found = new Map<string, string>();
  for (const item of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(item.parentPath, item.name);
    const name = relative(root, path);
    if (item.isDirectory() && readdirSync(path).length === 0) found.set(`${name}/`, 'folder');
    if (!item.isFile()) continue;
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    found.set(name, dates ? `${hash} ${Math.floor(statSync(path).mtimeMs / 1000)}` : hash);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The tree that a version of this content must come out as. */
export function expectedTree(content: Content): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, bytes] of content) {
    const id = fileId(name).toString('hex');
    const path = `${UDID}/${name.includes('.') ? name : `${id.slice(0, 2)}/${id}`}`;
    found.set(path, name.endsWith('/') ? 'folder' : createHash('sha256').update(bytes).digest('hex'));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The app's own export, into a new folder. */
export async function exportTo(vault: Vault, snapshot: Snapshot, directory: string): Promise<void> {
  await using view = await vault.view(snapshot);
  const { udid, bytes } = snapshot.record;
  await exportSnapshot({ view, udid, directory, vaultDirectory: vault.dir, bytes });
}

export const PROGRAMS = [
  ['recover.py', 'python3'],
  ['recover.mjs', process.execPath],
] as const;

/** Runs a recovery program of the project on a vault. Its stdout and its stderr come apart. */
export function recover(
  program: (typeof PROGRAMS)[number],
  vault: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const [name, runner] = program;
  const script = join(import.meta.dirname, '../../../resources', name);
  const [command = '', ...rest] = words;
  const result = spawnSync(runner, [script, command, vault, ...rest], { encoding: 'utf8', env, maxBuffer: 1 << 28 });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** What RECOVER.txt may use, and nothing else: what POSIX has, and the tools that it names. */
const STOCK_TOOLS =
  'bash cat cp cut dirname find fold grep head ls mkdir mv od paste rm sed sha256sum sort sqlite3 tail tr wc zstd'.split(
    ' ',
  );

export function missingTools(tools: readonly string[]): string[] {
  return tools.filter((tool) => whereIs(tool) === null);
}

export const missingByHand = missingTools(STOCK_TOOLS);

/**
 * Does what RECOVER.txt of the vault says: its lines that begin with four spaces, with stock tools only on the path.
 * `choice`: what a person types after step 2 for another version than the newest.
 */
export function recoverByHand(vault: string, home: string, choice = ''): { readonly output: string } {
  const bin = join(home, 'stock tools');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(bin, { recursive: true });
  for (const tool of STOCK_TOOLS) symlinkSync(whereIs(tool) as string, join(bin, tool));
  const lines = readFileSync(join(vault, 'RECOVER.txt'), 'utf8').split('\n');
  const script: string[] = [];
  for (const line of lines) {
    if (line.startsWith('3. ')) script.push(choice);
    if (line.startsWith('    ')) script.push(line.slice(4));
  }
  const result = spawnSync(join(bin, 'bash'), ['-c', script.join('\n')], {
    cwd: vault,
    env: { HOME: home, PATH: bin, LC_ALL: 'C.UTF-8' },
    encoding: 'utf8',
  });
  return { output: result.stdout + result.stderr };
}

function whereIs(tool: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const path = join(folder, tool);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
  }
  return null;
}
