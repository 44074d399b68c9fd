import { createHash, randomBytes } from 'node:crypto';
import { FolderError, type FolderListing, type HostFolder } from '../../src/main/engine/device/index.ts';

import { isBackstopError } from '../../src/shared/errors/index.ts';

/** Random conversations with a backup folder, repeatable by their seed, and what a folder answered to each request. */

export const UDID = '00008130-0012345678901234';

export type FolderRequest =
  | { readonly kind: 'upload'; readonly path: string; readonly chunks: readonly Buffer[] }
  /** A file whose end never comes. */
  | { readonly kind: 'upload-aborted'; readonly path: string; readonly chunks: readonly Buffer[] }
  | { readonly kind: 'download'; readonly path: string }
  | { readonly kind: 'list'; readonly path: string }
  | { readonly kind: 'create'; readonly path: string }
  | { readonly kind: 'move'; readonly pairs: ReadonlyArray<readonly [string, string]> }
  | { readonly kind: 'remove'; readonly paths: readonly string[] }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string };

/** An answer in a form that two folders can be compared by: dates are left out, listings are sorted. */
export async function ask(folder: HostFolder, request: FolderRequest): Promise<string> {
  try {
    return await answer(folder, request);
  } catch (error) {
    if (error instanceof FolderError) return `status ${error.status}`;
    if (isBackstopError(error, 'backup/hostile-path')) return 'refused';
    throw error;
  }
}

async function answer(folder: HostFolder, request: FolderRequest): Promise<string> {
  switch (request.kind) {
    case 'upload':
    case 'upload-aborted': {
      const upload = await folder.createFile(request.path);
      for (const chunk of request.chunks) {
        const sent = Buffer.from(chunk);
        await upload.write(sent);
        sent.fill(0xee); // the folder must not have kept it
      }
      await (request.kind === 'upload' ? upload.finish() : upload.abort());
      return 'ok';
    }
    case 'download': {
      const file = await folder.openFile(request.path);
      const hash = createHash('sha256');
      for await (const chunk of file.read()) hash.update(chunk);
      await file.close();
      return `${file.sizeBytes} bytes, ${hash.digest('hex')}`;
    }
    case 'list':
      return listingText(await folder.list(request.path));
    case 'create':
      await folder.createDirectory(request.path);
      return 'ok';
    case 'move':
      await folder.moveItems(request.pairs);
      return 'ok';
    case 'remove':
      await folder.removeItems(request.paths);
      return 'ok';
    case 'copy':
      await folder.copyItem(request.from, request.to);
      return 'ok';
  }
}

function listingText(items: readonly FolderListing[]): string {
  return items
    .map(({ name, kind, sizeBytes }) => `${name} ${kind} ${sizeBytes}`)
    .sort()
    .join('\n');
}

/** Every path below `path` with its kind and content, read through the interface itself. */
export async function treeOf(folder: HostFolder, path = ''): Promise<string[]> {
  const lines: string[] = [];
  const items = [...(await folder.list(path))].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, kind } of items) {
    const inside = path === '' ? name : `${path}/${name}`;
    if (kind === 'directory') lines.push(`${inside}/`, ...(await treeOf(folder, inside)));
    else lines.push(`${inside} ${await ask(folder, { kind: 'download', path: inside })}`);
  }
  return lines;
}

export function newSeed(): number {
  return randomBytes(4).readUInt32BE();
}

/** mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Few names, so that requests hit each other: payloads, shards, odd names, places outside the phone's folder. */
export class RandomRequests {
  readonly #random: () => number;
  readonly #ids: readonly string[];

  constructor(random: () => number) {
    this.#random = random;
    this.#ids = ['00', 'ab', 'ff'].flatMap((shard) =>
      [1, 2, 3].map((n) => `${shard}${createHash('sha1').update(`${shard}${n}`).digest('hex').slice(2)}`),
    );
  }

  next(): FolderRequest {
    const roll = this.#random();
    if (roll < 0.3) return { kind: 'upload', path: this.#path(), chunks: this.#content() };
    if (roll < 0.34) return { kind: 'upload-aborted', path: this.#path(), chunks: this.#content() };
    if (roll < 0.44) return { kind: 'download', path: this.#path() };
    if (roll < 0.54) return { kind: 'list', path: this.#pick([this.#path(), this.#folder()]) };
    if (roll < 0.6) return { kind: 'create', path: this.#pick([this.#path(), this.#folder()]) };
    if (roll < 0.86) return { kind: 'move', pairs: this.#pairs() };
    if (roll < 0.94) return { kind: 'remove', paths: this.#some(2, () => this.#rarelyBig()) };
    return { kind: 'copy', from: this.#pick([this.#path(), this.#folder()]), to: this.#rarelyBig() };
  }

  #pairs(): Array<[string, string]> {
    if (this.#random() < 0.5) {
      // As the phone does it: from the Snapshot folder into the shard.
      return this.#distinct(this.#some(4, () => this.#pick(this.#ids))).map((id) => [
        `${UDID}/Snapshot/${id.slice(0, 2)}/${id}`,
        `${UDID}/${id.slice(0, 2)}/${id}`,
      ]);
    }
    const sources = this.#distinct(this.#some(3, () => this.#pick([this.#path(), this.#rarelyBig()])));
    if (sources.length > 1 && this.#random() < 0.2) {
      // A ring: every source is another's target.
      return sources.map((source, index) => [source, sources[(index + 1) % sources.length] ?? source]);
    }
    return sources.map((source) => [source, this.#pick([this.#path(), this.#rarelyBig(), source])]);
  }

  #path(): string {
    const id = this.#pick(this.#ids);
    return this.#pick([
      `${UDID}/${id.slice(0, 2)}/${id}`,
      `${UDID}/${id.slice(0, 2)}/${id}`,
      `${UDID}/Snapshot/${id.slice(0, 2)}/${id}`,
      `${UDID}/Snapshot/${id.slice(0, 2)}/${id}`,
      `${UDID}/${this.#pick(['00', 'ab', 'x'])}/${id}`,
      `${UDID}/${id}`,
      `${UDID}/${this.#pick(['Manifest.db', 'Status.plist', 'x', 'Snapshot/Manifest.db', 'ab/note', 'x/y/z', 'X'])}`,
      `${UDID}/${this.#pick(['ab', 'x'])}/${id}/below`,
      this.#pick(['outside', 'outside/a', 'outside/ab', `outside/${id}`]),
    ]);
  }

  #folder(): string {
    return `${UDID}/${this.#pick(['00', 'ab', 'ff', 'Snapshot', 'Snapshot/00', 'Snapshot/ab', 'x', 'x/y', 'AB'])}`;
  }

  /** Sometimes the phone's whole folder or the root, which would soon leave nothing to play with. */
  #rarelyBig(): string {
    const roll = this.#random();
    if (roll < 0.01) return '';
    if (roll < 0.03) return UDID;
    if (roll < 0.3) return this.#folder();
    return this.#path();
  }

  #content(): Buffer[] {
    return this.#some(3, () => Buffer.alloc(Math.floor(this.#random() * 20), Math.floor(this.#random() * 256)));
  }

  #some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + Math.floor(this.#random() * most) }, make);
  }

  #distinct<T>(items: readonly T[]): T[] {
    return [...new Set(items)];
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}
