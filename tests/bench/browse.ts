import { execFileSync } from 'node:child_process';
import { createDecipheriv, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { extractFiles, Keyring, openFolderBackup } from '../../src/main/engine/browse/index.ts';
import {
  decryptManifestDb,
  openClassedKey,
  parseKeybag,
  readManifestPlist,
  unlockKeybag,
} from '../../src/main/engine/formats/index.ts';
import { PASSWORD, writeEncryptedFolder } from './browse/encrypted-folder.ts';
import { median } from './measure.ts';

interface BrowseBenchOptions {
  readonly runs: number;
  readonly quick: boolean;
  readonly dir: string | undefined;
}

interface Opening {
  readonly domains: number;
  readonly domainsMs: number;
  readonly peakBytes: number;
  readonly listed: number;
  readonly listMs: number;
  readonly listAgainMs: number;
  readonly closeMs: number;
}

const CHILD = join(import.meta.dirname, 'browse/opening.ts');

/**
 * Looking into an encrypted backup folder against what the computer could do at best, in the same run and from the page
 * cache. Prints ratios; asserts nothing.
 */
export async function benchBrowse({ runs, quick, dir }: BrowseBenchOptions): Promise<void> {
  const place = await mkdtemp(join(dir ?? tmpdir(), 'backstop-bench-browse-'));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      rmSync(place, { recursive: true, force: true });
      process.exit(1);
    });
  }
  try {
    console.log(`${cpus().length} × ${cpus()[0]?.model}; load ${readFileSync('/proc/loadavg', 'utf8').trim()}`);
    await openings(place, quick ? 50_000 : 500_000, runs);
    await extraction(place, quick ? 2000 : 10_000, runs);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function openings(place: string, files: number, runs: number): Promise<void> {
  const folder = join(place, 'listed');
  await writeEncryptedFolder(folder, { files, bytesOf: null });
  const { size } = statSync(join(folder, 'Manifest.db'));
  console.log(`\nOpening an encrypted backup of ${files} files (Manifest.db of ${mb(size)})`);
  const limits: number[] = [];
  const first: Opening[] = [];
  const second: Opening[] = [];
  for (let run = 0; run < runs; run += 1) {
    limits.push(await openingLimit(place, folder));
    const cache = join(place, `cache-${run}`);
    const open = opener(place, folder, cache);
    first.push(open());
    second.push(open());
    rmSync(cache, { recursive: true, force: true });
  }
  const limit = median(limits);
  const opened = median(first.map(({ domainsMs }) => domainsMs));
  say('limit: decrypt it and read it once', ms(limit));
  say('first opening, to the list of domains', `${ms(opened)}, ${percent(limit / opened)} of the limit (goal 50 %)`);
  say('  first folder, and the next', listed(first));
  say('  closing, which keeps the list for next time', ms(median(first.map(({ closeMs }) => closeMs))));
  const peak = mb(Math.max(...second.map(({ peakBytes }) => peakBytes)));
  const again = ms(median(second.map(({ domainsMs }) => domainsMs)));
  say('second opening, from the cache', `${again}, at most ${peak} (goals 1500 ms, 200 MB)`);
  say('  first folder, and the next', listed(second));
}

/** From the disk through the cipher, and every row of the list once. */
async function openingLimit(place: string, folder: string): Promise<number> {
  const started = performance.now();
  const decipher = createDecipheriv('aes-256-cbc', Buffer.alloc(32, 1), Buffer.alloc(16)).setAutoPadding(false);
  for await (const chunk of createReadStream(join(folder, 'Manifest.db'), { highWaterMark: 1 << 20 })) {
    decipher.update(chunk as Buffer);
  }
  const decrypted = performance.now() - started;
  return decrypted + (await readingOf(place, folder));
}

let readable: string | null = null;

async function readingOf(place: string, folder: string): Promise<number> {
  readable ??= await plainList(place, folder);
  const db = new Database(readable, { readonly: true });
  const started = performance.now();
  let rows = 0;
  for (const _row of db.prepare('SELECT domain, flags FROM Files NOT INDEXED').raw().iterate()) rows += 1;
  const took = performance.now() - started;
  db.close();
  if (rows === 0) throw new Error('an empty list');
  return took;
}

async function plainList(place: string, folder: string): Promise<string> {
  const path = join(place, 'plain.db');
  const { keybag, manifestKey } = readManifestPlist(readFileSync(join(folder, 'Manifest.plist')));
  const unlocked = await unlockKeybag(parseKeybag(keybag ?? Buffer.alloc(0)), PASSWORD);
  if (unlocked.kind !== 'unlocked' || manifestKey === undefined) throw new Error('not opened');
  const key = openClassedKey(unlocked.classKeys, manifestKey);
  await decryptManifestDb(createReadStream(join(folder, 'Manifest.db')), key, path);
  return path;
}

function opener(place: string, folder: string, cache: string): () => Opening {
  const env = { ...process.env, BENCH_CACHE_KEY: randomBytes(32).toString('hex') };
  const args = ['--max-semi-space-size=2', CHILD, folder, join(place, 'work'), cache];
  return () => JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' })) as Opening;
}

async function extraction(place: string, files: number, runs: number): Promise<void> {
  const folder = join(place, 'stored');
  await writeEncryptedFolder(folder, { files, bytesOf: (file) => (file % 50 === 0 ? 3_000_000 : 20_000) });
  const { backup } = await openFolderBackup(folder, {
    keyring: new Keyring(),
    askPassword: async () => PASSWORD,
    workFolder: join(place, 'work'),
  });
  await using opened = backup;
  const ids = [...opened.files()].filter(({ kind }) => kind === 'file').map(({ fileId }) => fileId);
  const limits: number[] = [];
  const taken: number[] = [];
  let bytes = 0;
  for (let run = 0; run < runs; run += 1) {
    const out = join(place, 'out');
    limits.push(extractionLimit(folder, ids, out));
    rmSync(out, { recursive: true });
    const started = performance.now();
    ({ bytes } = await extractFiles(opened, { directory: out }));
    taken.push(performance.now() - started);
    rmSync(out, { recursive: true });
  }
  const [limit, took] = [median(limits), median(taken)];
  console.log(`\nTaking out ${files} files of ${mb(bytes)}`);
  say('limit: read, AES-CBC and write, one after another', `${ms(limit)}, ${mb(bytes / (limit / 1000))}/s`);
  say(
    'extraction, with sums and reading back',
    `${ms(took)}, ${mb(bytes / (took / 1000))}/s, ${percent(limit / took)} of the limit (goal 60 %)`,
  );
}

function extractionLimit(folder: string, ids: readonly string[], out: string): number {
  mkdirSync(out);
  const started = performance.now();
  for (const id of ids) {
    const stored = readFileSync(join(folder, id.slice(0, 2), id));
    const decipher = createDecipheriv('aes-256-cbc', Buffer.alloc(32, 1), Buffer.alloc(16)).setAutoPadding(false);
    writeFileSync(join(out, id), decipher.update(stored));
  }
  return performance.now() - started;
}

function say(what: string, result: string): void {
  console.log(`  ${what}: ${result}`);
}

function listed(openings: readonly Opening[]): string {
  const one = (field: 'listMs' | 'listAgainMs'): string => ms(median(openings.map((opening) => opening[field])));
  return `${one('listMs')}, ${one('listAgainMs')}`;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
