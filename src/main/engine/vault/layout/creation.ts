import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { Destination } from '../destination/destination.ts';
import { PROBE_PREFIX } from '../destination/probe.ts';
import { createDurably, errnoOf, syncFolders, type VaultIo, writeNewFile } from '../io/index.ts';
import {
  DESCRIPTION_COPY,
  DESCRIPTION_FILE,
  encodeDescription,
  readDescription,
  VAULT_FORMAT,
  VAULT_VERSION,
  type VaultDescription,
} from './description.ts';
import { FOLDERS, isIgnoredName, VaultPaths } from './names.ts';
import { policyFor } from './policy.ts';
import { Space } from './space.ts';
import { vaultTexts } from './texts-in-vault.ts';

/** Makes a new vault in an empty or missing folder, or finishes one whose creation was cut off. */

const OWN_FILES = new Set([
  'README.txt',
  'RECOVER.txt',
  'recover.py',
  'recover.mjs',
  'ballast.bin',
  DESCRIPTION_FILE,
  DESCRIPTION_COPY,
]);

export interface CreateOptions {
  /** The disk, which refuses what is not fit for a vault and chooses how to write to it. */
  readonly destination: Destination;
  readonly createdAt: Date;
  /** For tests and benches; by default chosen for the file system. */
  readonly policy?: VaultDescription['policy'] | undefined;
  readonly fanOut?: VaultDescription['fanOut'] | undefined;
}

export async function createVault(io: VaultIo, root: string, options: CreateOptions): Promise<VaultDescription> {
  await options.destination.refuseUnfit();
  await makeFolders(io, root);
  await refuseForeign(io, root);
  const policy = policyFor(await options.destination.probeNew());
  const description: VaultDescription = {
    format: VAULT_FORMAT,
    version: VAULT_VERSION,
    id: randomUUID(),
    created: options.createdAt.toISOString(),
    features: { required: [], readonly_compatible: [], optional: [] },
    fanOut: options.fanOut ?? policy.fanOut,
    policy: options.policy ?? policy.policy,
  };
  const paths = new VaultPaths(root, description.fanOut);
  const folders = FOLDERS.map((name) => paths.folder(name));
  for (const folder of folders) await makeFolder(io, folder);
  if (description.fanOut === 'two-hex') {
    const fans = [...paths.fans('packs'), ...paths.fans('objects')];
    for (let at = 0; at < fans.length; at += 32) {
      await Promise.all(fans.slice(at, at + 32).map((folder) => makeFolder(io, folder)));
    }
  }
  for (const [name, bytes] of vaultTexts()) await replaceOwn(io, join(root, name), bytes);
  await new Space(io, root).refillBallast();
  await syncFolders(io, [...folders, root]);
  const bytes = encodeDescription(description);
  const temporary = join(paths.folder('tmp'), `creation-${randomUUID()}`);
  for (const name of [DESCRIPTION_COPY, DESCRIPTION_FILE]) {
    const path = join(root, name);
    if ((await io.stat(path)) !== null) await io.unlink(path);
    await createDurably(io, temporary, path, bytes);
  }
  return description;
}

/** The folder itself and what is missing above it, made durable from the top. */
async function makeFolders(io: VaultIo, root: string): Promise<void> {
  if ((await io.stat(root)) !== null) return;
  const above = dirname(root);
  if (above !== root) await makeFolders(io, above);
  await makeFolder(io, root);
  await io.syncFolder(above);
}

async function makeFolder(io: VaultIo, path: string): Promise<void> {
  try {
    await io.mkdir(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

/** Nothing is ever begun in a folder that holds somebody's things, or versions that have lost their `vault.json`. */
async function refuseForeign(io: VaultIo, root: string): Promise<void> {
  const refuse = (name: string): BackstopError =>
    new BackstopError('vault/not-a-vault', { message: `${root} holds ${name}`, data: { path: root, found: name } });
  const own = new Set<string>(FOLDERS);
  for (const item of await io.readdir(root)) {
    if (isIgnoredName(item.name) || item.name.startsWith(PROBE_PREFIX)) continue;
    const isOwn = item.kind === 'folder' ? own.has(item.name) : OWN_FILES.has(item.name);
    if (!isOwn) throw refuse(item.name);
  }
  if ((await readDescription(io, root)).kind === 'found') throw refuse(DESCRIPTION_FILE);
  for (const name of ['packs', 'objects', 'catalogs', 'snapshots', 'events']) {
    const found = await firstFile(io, join(root, name), 2);
    if (found !== null) throw new BackstopError('vault/damaged-description', { data: { path: root, found } });
  }
}

async function firstFile(io: VaultIo, folder: string, depth: number): Promise<string | null> {
  if ((await io.stat(folder)) === null) return null;
  for (const item of await io.readdir(folder)) {
    if (isIgnoredName(item.name)) continue;
    const path = join(folder, item.name);
    if (item.kind !== 'folder') return path;
    const below = depth > 1 ? await firstFile(io, path, depth - 1) : null;
    if (below !== null) return below;
  }
  return null;
}

async function replaceOwn(io: VaultIo, path: string, bytes: Buffer): Promise<void> {
  if ((await io.stat(path)) !== null) await io.unlink(path);
  await writeNewFile(io, path, bytes);
}
