import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createManifestDb, encodeMbFile } from '../../src/main/engine/formats/index.ts';
import { encodePlist } from '../../src/main/engine/formats/plist/index.ts';
import { mbFile } from '../support/browse/loose-backup.ts';

/** An extraction that is killed leaves whole files only, and the next one goes on where it was. */

const SMALL = 1200;
const CHILD = fileURLToPath(new URL('../support/browse/extract-in-child.ts', import.meta.url));

let dir: string;
let folder: string;
/** Path below the target → size and sum. */
const wanted = new Map<string, { readonly bytes: number; readonly sha256: string }>();

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-extract-killed-'));
  folder = join(dir, 'backup');
  mkdirSync(folder);
  writeFileSync(join(folder, 'Manifest.plist'), encodePlist({ IsEncrypted: false }, 'binary'));
  writeFileSync(join(folder, 'Status.plist'), encodePlist({ SnapshotState: 'finished' }, 'binary'));
  using manifest = createManifestDb(join(folder, 'Manifest.db'));
  // Small ones go to threads together, middle ones alone, and the long one piece by piece.
  const sizes = [70e6, ...Array.from({ length: 24 }, () => 2e6), ...Array.from({ length: SMALL }, (_, at) => 500 + at)];
  for (const [at, size] of sizes.entries()) {
    const path = `Library/${at % 7}/file ${at}.dat`;
    const content = Buffer.alloc(size, `${at} `);
    const file = encodeMbFile(mbFile(path, { size, modified: 1_600_000_000 + at }));
    const fileId = manifest.put({ domain: 'HomeDomain', relativePath: path, flags: 1, file });
    mkdirSync(join(folder, fileId.slice(0, 2)), { recursive: true });
    writeFileSync(join(folder, fileId.slice(0, 2), fileId), content);
    wanted.set(`HomeDomain/${path}`, { bytes: size, sha256: sumOf(content) });
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it.each([1, 20, 300, 900])(
  'killed after %i files: none of them is half, and a second run completes them',
  async (count) => {
    const to = join(dir, `out ${count}`);
    const killed = await run(to, count);
    expect(killed).toBe('SIGKILL');
    const left = filesIn(to);
    const whole = left.filter((name) => !isUnfinished(name));
    expect(whole.length).toBeGreaterThanOrEqual(count);
    expect(whole.length).toBeLessThan(wanted.size);
    for (const name of whole) expectWhole(to, name);
    // A list of sums would say that all is well.
    expect(existsSync(join(to, 'SHA256SUMS'))).toBe(false);

    const kept = new Map(whole.map((name) => [name, statSync(join(to, name)).ino]));
    expect(await run(to, null)).toBe(0);
    const found = filesIn(to);
    expect(found.filter(isUnfinished)).toEqual([]);
    expect(found.sort()).toEqual([...wanted.keys(), 'SHA256SUMS'].sort());
    for (const name of wanted.keys()) expectWhole(to, name);
    for (const [name, inode] of kept) expect(statSync(join(to, name)).ino, name).toBe(inode);
    const sums = readFileSync(join(to, 'SHA256SUMS'), 'utf8').trim().split('\n');
    expect(sums.sort()).toEqual([...wanted].map(([name, { sha256 }]) => `${sha256}  ${name}`).sort());
  },
);

/** Exit code, or the signal that ended it: after so many files have their names. */
async function run(to: string, killAfter: number | null): Promise<number | string | null> {
  const child = spawn(process.execPath, [CHILD, folder, join(dir, 'work'), to], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  if (killAfter !== null) {
    while (child.exitCode === null && filesIn(to).filter((name) => !isUnfinished(name)).length < killAfter)
      await pause(2);
    child.kill('SIGKILL');
  }
  const [code, signal] = await ended;
  return signal ?? code;
}

function expectWhole(to: string, name: string): void {
  const content = readFileSync(join(to, name));
  const { bytes, sha256 } = wanted.get(name) ?? { bytes: -1, sha256: 'not wanted' };
  expect([name, content.length, sumOf(content)]).toEqual([name, bytes, sha256]);
}

function filesIn(to: string): string[] {
  if (!existsSync(to)) return [];
  const entries = readdirSync(to, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name).slice(to.length + 1));
}

function isUnfinished(name: string): boolean {
  return /(^|\/)\.backstop-[^/]*$/.test(name);
}

function sumOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
