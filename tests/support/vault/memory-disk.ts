import { basename, dirname } from 'node:path';
import type {
  FileFacts,
  FolderItem,
  VaultFile,
  VaultIo,
  VolumeFacts,
} from '../../../src/main/engine/vault/io/index.ts';
import type { Random } from './random.ts';

/**
 * A disk in memory that knows what a power cut may take: bytes that were not synced, and names whose folder was not.
 * `crash` answers one of the disks that may be found afterwards.
 */

interface FileNode {
  readonly kind: 'file';
  bytes: Buffer;
  size: number;
  /** What a power cut cannot take. */
  durable: Buffer;
  modifiedMs: number;
}

interface FolderNode {
  readonly kind: 'folder';
  names: Map<string, Node>;
  durable: Map<string, Node>;
  modifiedMs: number;
}

type Node = FileNode | FolderNode;

export type Survival = 'nothing-unsynced' | 'everything' | 'data-lost' | 'names-lost' | 'random';

const BLOCK_BYTES = 4096;

function errno(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function newFolder(): FolderNode {
  return { kind: 'folder', names: new Map(), durable: new Map(), modifiedMs: 0 };
}

export class MemoryDisk implements VaultIo {
  #root: FolderNode;
  nowMs = 1_800_000_000_000;
  freeBytes = 1e12;

  constructor() {
    this.#root = newFolder();
  }

  async open(path: string, mode: 'read' | 'create' | 'update'): Promise<VaultFile> {
    const folder = this.#folder(dirname(path));
    const found = folder.names.get(basename(path));
    if (mode !== 'create') {
      if (found === undefined) throw errno('ENOENT', path);
      if (found.kind !== 'file') throw errno('EISDIR', path);
      return this.#handle(found);
    }
    if (found !== undefined) throw errno('EEXIST', path);
    const file: FileNode = {
      kind: 'file',
      bytes: Buffer.alloc(0),
      size: 0,
      durable: Buffer.alloc(0),
      modifiedMs: this.#tick(),
    };
    folder.names.set(basename(path), file);
    return this.#handle(file);
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#folder(dirname(from));
    const node = source.names.get(basename(from));
    if (node === undefined) throw errno('ENOENT', from);
    this.#folder(dirname(to)).names.set(basename(to), node);
    source.names.delete(basename(from));
  }

  async unlink(path: string): Promise<void> {
    const folder = this.#folder(dirname(path));
    if (folder.names.get(basename(path))?.kind !== 'file') throw errno('ENOENT', path);
    folder.names.delete(basename(path));
  }

  async mkdir(path: string): Promise<void> {
    const folder = this.#folder(dirname(path));
    if (folder.names.has(basename(path))) throw errno('EEXIST', path);
    folder.names.set(basename(path), newFolder());
  }

  async rmdir(path: string): Promise<void> {
    const node = this.#folder(path);
    if (node.names.size > 0) throw errno('ENOTEMPTY', path);
    this.#folder(dirname(path)).names.delete(basename(path));
  }

  async readdir(path: string): Promise<readonly FolderItem[]> {
    return [...this.#folder(path).names].map(([name, node]) => ({ name, kind: node.kind }));
  }

  async stat(path: string): Promise<FileFacts | null> {
    const node = this.#find(path);
    if (node === null) return null;
    return { kind: node.kind, sizeBytes: node.kind === 'file' ? node.size : 0, modifiedMs: node.modifiedMs };
  }

  async syncFolder(path: string): Promise<void> {
    const folder = this.#folder(path);
    folder.durable = new Map(folder.names);
  }

  async statfs(): Promise<VolumeFacts> {
    return { freeBytes: this.freeBytes, totalBytes: 1e9, type: 0 };
  }

  /** Everything that is there now survives whatever comes. */
  settle(): void {
    const visit = (node: Node): void => {
      if (node.kind === 'file') node.durable = Buffer.from(node.bytes.subarray(0, node.size));
      else {
        node.durable = new Map(node.names);
        for (const below of node.names.values()) visit(below);
      }
    };
    visit(this.#root);
  }

  /** The disk as it may be found after a power cut at this moment. */
  crash(survival: Survival, random: Random): MemoryDisk {
    const disk = new MemoryDisk();
    disk.nowMs = this.nowMs;
    const copies = new Map<Node, Node>();
    const copy = (node: Node): Node => {
      const known = copies.get(node);
      if (known !== undefined) return known;
      if (node.kind === 'file') {
        const bytes = survivingBytes(node, survival, random);
        const file: FileNode = { kind: 'file', bytes, size: bytes.length, durable: bytes, modifiedMs: node.modifiedMs };
        copies.set(node, file);
        return file;
      }
      const folder = newFolder();
      folder.modifiedMs = node.modifiedMs;
      copies.set(node, folder);
      for (const [name, below] of survivingNames(node, survival, random)) folder.names.set(name, copy(below));
      folder.durable = new Map(folder.names);
      return folder;
    };
    disk.#root = copy(this.#root) as FolderNode;
    return disk;
  }

  /** The paths of all files, sorted. */
  files(): string[] {
    const found: string[] = [];
    const visit = (folder: FolderNode, path: string): void => {
      for (const [name, node] of folder.names) {
        if (node.kind === 'file') found.push(`${path}/${name}`);
        else visit(node, `${path}/${name}`);
      }
    };
    visit(this.#root, '');
    return found.sort();
  }

  bytesOf(path: string): Buffer {
    const node = this.#find(path);
    if (node?.kind !== 'file') throw errno('ENOENT', path);
    return Buffer.from(node.bytes.subarray(0, node.size));
  }

  /** Puts damage or foreign files where no session would. */
  plant(path: string, bytes: Buffer): void {
    const file: FileNode = { kind: 'file', bytes, size: bytes.length, durable: bytes, modifiedMs: this.#tick() };
    const folder = this.#folder(dirname(path));
    folder.names.set(basename(path), file);
    folder.durable.set(basename(path), file);
  }

  /** Loses a file, as a disk or a person does. */
  remove(path: string): void {
    const folder = this.#folder(dirname(path));
    folder.names.delete(basename(path));
    folder.durable.delete(basename(path));
  }

  #handle(file: FileNode): VaultFile {
    return {
      write: async (bytes, position) => {
        const end = position + bytes.length;
        if (end > file.bytes.length) {
          const larger = Buffer.alloc(Math.max(end, file.bytes.length * 2));
          file.bytes.copy(larger, 0, 0, file.size);
          file.bytes = larger;
        }
        file.bytes.set(bytes, position);
        file.size = Math.max(file.size, end);
        file.modifiedMs = this.#tick();
        return bytes.length;
      },
      read: async (into, position) => {
        const part = file.bytes.subarray(position, Math.min(file.size, position + into.length));
        into.set(part);
        return part.length;
      },
      sizeBytes: async () => file.size,
      sync: async () => {
        file.durable = Buffer.from(file.bytes.subarray(0, file.size));
      },
      close: async () => {},
    };
  }

  #tick(): number {
    this.nowMs += 1;
    return this.nowMs;
  }

  #find(path: string): Node | null {
    let node: Node = this.#root;
    for (const part of path.split('/').filter((piece) => piece !== '')) {
      if (node.kind !== 'folder') return null;
      const next = node.names.get(part);
      if (next === undefined) return null;
      node = next;
    }
    return node;
  }

  #folder(path: string): FolderNode {
    const node = this.#find(path);
    if (node === null) throw errno('ENOENT', path);
    if (node.kind !== 'folder') throw errno('ENOTDIR', path);
    return node;
  }
}

function survivingBytes(file: FileNode, survival: Survival, random: Random): Buffer {
  const now = Buffer.from(file.bytes.subarray(0, file.size));
  if (file.durable.equals(now)) return now;
  switch (survival) {
    case 'nothing-unsynced':
    case 'data-lost':
      return Buffer.from(file.durable);
    case 'everything':
    case 'names-lost':
      return now;
    case 'random': {
      if (random.below(3) === 0) return Buffer.from(file.durable);
      // Torn: each block of 4 KiB made it, or its old bytes (or zeros) are there.
      const torn = Buffer.alloc(random.below(4) === 0 ? random.below(now.length + 1) : now.length);
      file.durable.copy(torn);
      for (let at = 0; at < torn.length; at += BLOCK_BYTES) {
        if (random.below(2) === 0) now.copy(torn, at, at, Math.min(at + BLOCK_BYTES, torn.length));
      }
      return torn;
    }
  }
}

function survivingNames(folder: FolderNode, survival: Survival, random: Random): Map<string, Node> {
  switch (survival) {
    case 'nothing-unsynced':
    case 'names-lost':
      return folder.durable;
    case 'everything':
    case 'data-lost':
      return folder.names;
    case 'random': {
      const names = new Map<string, Node>();
      for (const name of new Set([...folder.durable.keys(), ...folder.names.keys()])) {
        const before = folder.durable.get(name);
        const after = folder.names.get(name);
        const kept = before === after || random.below(2) === 0 ? after : before;
        if (kept !== undefined) names.set(name, kept);
      }
      return names;
    }
  }
}
