import { createHash, randomUUID } from 'node:crypto';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { errnoOf, hashFile, syncFolders, type VaultIo, writeAll } from '../io/index.ts';
import { DESCRIPTION_COPY, DESCRIPTION_FILE } from '../layout/description.ts';
import { makeMissingFolders } from '../layout/folders.ts';
import { FOLDERS, isIgnoredName, VaultPaths } from '../layout/names.ts';
import { vaultTexts } from '../layout/texts-in-vault.ts';

/**
 * Carries a vault to another folder or disk. Every file is copied, synced, read back and compared; `vault.json` comes
 * last, so that until the very end the new folder is no vault. A move that was cut off goes on where it stopped. The
 * old folder keeps all of its files; it only stops being a vault, so that nobody goes on writing there by mistake.
 */

const COPY_BYTES = 1024 * 1024;
/** In a new folder whose vault is still on its way. */
const MOVING_FILE = 'moving.json';
/** What `vault.json` is called in a folder that its vault has left. */
const MOVED_SUFFIX = '.moved-away';

export interface MoveContext {
  readonly io: VaultIo;
  readonly paths: VaultPaths;
  readonly vaultId: string;
  readonly signal: AbortSignal;
  readonly onProgress?:
    | ((done: { readonly files: number; readonly bytes: number; readonly totalBytes: number }) => void)
    | undefined;
}

export interface MoveReport {
  readonly files: number;
  readonly bytes: number;
}

/** Copies everything but `vault.json`; `finishMove` follows when the copy was looked at. */
export async function copyVault(context: MoveContext, target: string): Promise<MoveReport> {
  const { io, paths, vaultId, signal } = context;
  await prepareTarget(io, target, paths, vaultId);
  const files = await filesOf(io, paths.root);
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  await refuseWithoutSpace(io, target, totalBytes);
  const folders = new Set<string>();
  let bytes = 0;
  let done = 0;
  for (const file of files) {
    signal.throwIfAborted();
    const to = join(target, file.path);
    await makeFolders(io, target, dirname(file.path));
    await copyFile(io, join(paths.root, file.path), to, join(target, 'tmp', randomUUID()), signal);
    folders.add(dirname(to));
    bytes += file.sizeBytes;
    done += 1;
    context.onProgress?.({ files: done, bytes, totalBytes });
  }
  await syncFolders(io, [...folders, ...FOLDERS.map((name) => join(target, name)), target]);
  return { files: done, bytes };
}

/** Makes the new folder the vault, then takes the name from the old one. */
export async function finishMove({ io, paths, signal }: MoveContext, target: string): Promise<void> {
  for (const name of [DESCRIPTION_COPY, DESCRIPTION_FILE]) {
    await copyFile(io, join(paths.root, name), join(target, name), join(target, 'tmp', randomUUID()), signal);
  }
  await io.syncFolder(target);
  for (const name of [DESCRIPTION_FILE, DESCRIPTION_COPY]) {
    const from = join(paths.root, name);
    if ((await io.stat(from)) !== null) await io.rename(from, `${from}${MOVED_SUFFIX}`);
  }
  await io.syncFolder(paths.root);
  await unlink(io, join(target, MOVING_FILE));
}

async function prepareTarget(
  io: VaultIo,
  target: string,
  { root: source, fanOut }: VaultPaths,
  vaultId: string,
): Promise<void> {
  const refuse = (found: string): BackstopError =>
    new BackstopError('vault/not-a-vault', { data: { path: target, found } });
  if (isWithin(source, target) || isWithin(target, source)) throw refuse('the vault itself');
  const facts = await io.stat(target);
  if (facts !== null && facts.kind !== 'folder') throw refuse('a file');
  if (facts === null) await io.mkdir(target);
  const items = (await io.readdir(target)).filter((item) => !isIgnoredName(item.name));
  const isOurs = items.some((item) => item.name === MOVING_FILE) && (await movingId(io, target)) === vaultId;
  if (!isOurs && items.length > 0) throw refuse(items[0]?.name ?? '');
  if (!isOurs) {
    const file = await io.open(join(target, MOVING_FILE), 'create');
    await writeAll(file, Buffer.from(`${JSON.stringify({ format: 'backstop-moving', vault: vaultId })}\n`), 0);
    await file.sync();
    await file.close();
  }
  await makeMissingFolders(io, new VaultPaths(target, fanOut));
  for (const item of await io.readdir(join(target, 'tmp'))) await io.unlink(join(target, 'tmp', item.name));
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

async function movingId(io: VaultIo, target: string): Promise<string | null> {
  const file = await io.open(join(target, MOVING_FILE), 'read');
  try {
    const bytes = Buffer.alloc(1024);
    const text = bytes.subarray(0, await file.read(bytes, 0)).toString('utf8');
    return /"vault":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? null;
  } finally {
    await file.close();
  }
}

async function refuseWithoutSpace(io: VaultIo, target: string, wanted: number): Promise<void> {
  const { freeBytes } = await io.statfs(target);
  let there = 0;
  for (const file of await filesOf(io, target)) there += file.sizeBytes;
  if (freeBytes + there >= wanted) return;
  throw new BackstopError('vault/disk-full', {
    message: `${target} has room for ${freeBytes + there} of ${wanted} bytes`,
    data: { path: target, reason: 'ENOSPC' },
  });
}

/** Content first, records and events after it, explanations last: the order of a backup. */
async function filesOf(io: VaultIo, root: string): Promise<Array<{ path: string; sizeBytes: number }>> {
  const found: Array<{ path: string; sizeBytes: number }> = [];
  const visit = async (folder: string): Promise<void> => {
    for (const item of [...(await io.readdir(join(root, folder)))].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (isIgnoredName(item.name)) continue;
      const path = join(folder, item.name);
      if (item.kind === 'folder') await visit(path);
      const facts = item.kind === 'file' ? await io.stat(join(root, path)) : null;
      if (facts !== null) found.push({ path, sizeBytes: facts.sizeBytes });
    }
  };
  const there = new Set((await io.readdir(root)).map((item) => item.name));
  for (const folder of ['packs', 'objects', 'catalogs', 'parity', 'gc', 'events', 'snapshots']) {
    if (there.has(folder)) await visit(folder);
  }
  const others = [...vaultTexts().keys(), ...[...there].filter((name) => /^vault\.\d{1,6}\.json$/.test(name))];
  for (const name of others) {
    const facts = there.has(name) ? await io.stat(join(root, name)) : null;
    if (facts !== null) found.push({ path: name, sizeBytes: facts.sizeBytes });
  }
  return found;
}

/** Nothing to do when the same bytes are there already; else copied, synced, read back. */
async function copyFile(io: VaultIo, from: string, to: string, temporary: string, signal: AbortSignal): Promise<void> {
  const present = await io.stat(to);
  if (present !== null) {
    const [old, fresh] = [await hashFile(io, from, signal), await hashFile(io, to, signal)];
    if (old.hash.equals(fresh.hash)) return;
    await io.unlink(to);
  }
  const source = await io.open(from, 'read');
  const hash = createHash('sha256');
  try {
    const file = await io.open(temporary, 'create');
    try {
      const buffer = Buffer.allocUnsafe(COPY_BYTES);
      for (let position = 0; ; ) {
        signal.throwIfAborted();
        const got = await source.read(buffer, position);
        if (got === 0) break;
        const part = buffer.subarray(0, got);
        hash.update(part);
        await writeAll(file, part, position);
        position += got;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await source.close();
  }
  await io.rename(temporary, to);
  const back = await hashFile(io, to, signal);
  if (back.hash.equals(hash.digest())) return;
  throw new BackstopError('vault/disk-error', {
    data: { path: to, reason: 'it does not read back as it was written' },
  });
}

async function makeFolders(io: VaultIo, root: string, path: string): Promise<void> {
  if (path === '.' || path === '') return;
  await makeFolders(io, root, dirname(path));
  try {
    await io.mkdir(join(root, path));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

async function unlink(io: VaultIo, path: string): Promise<void> {
  try {
    await io.unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
