import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Where things lie in a vault, and which names are none of its business. */

export const FOLDERS = [
  'packs',
  'objects',
  'catalogs',
  'snapshots',
  'events',
  'gc',
  'leases',
  'parity',
  'tmp',
] as const;

/** 256 folders by the first byte of the hash on local file systems; none on exFAT, where folders are slow. */
export type FanOut = 'two-hex' | 'flat';

export class VaultPaths {
  readonly root: string;
  readonly fanOut: FanOut;

  constructor(root: string, fanOut: FanOut) {
    this.root = root;
    this.fanOut = fanOut;
  }

  folder(name: (typeof FOLDERS)[number]): string {
    return join(this.root, name);
  }

  packFolder(hash: string): string {
    return this.#fan('packs', hash);
  }

  pack(hash: string): string {
    return join(this.packFolder(hash), `${hash}.pack`);
  }

  objectFolder(hash: string): string {
    return this.#fan('objects', hash);
  }

  object(hash: string): string {
    return join(this.objectFolder(hash), hash);
  }

  /** Flat everywhere: there are few. */
  catalog(hash: string): string {
    return join(this.root, 'catalogs', `${hash}.db`);
  }

  device(device: string): string {
    return join(this.root, 'snapshots', device);
  }

  tmp(session: string): string {
    return join(this.root, 'tmp', session);
  }

  /** The folders that packs or objects are spread over. */
  fans(kind: 'packs' | 'objects'): string[] {
    if (this.fanOut === 'flat') return [join(this.root, kind)];
    return Array.from({ length: 256 }, (_, byte) => join(this.root, kind, byte.toString(16).padStart(2, '0')));
  }

  #fan(kind: 'packs' | 'objects', hash: string): string {
    return this.fanOut === 'flat' ? join(this.root, kind) : join(this.root, kind, hash.slice(0, 2));
  }
}

const DEVICE_TAG_BYTES = 16;
const DEVICE_SUFFIX_CHARACTERS = 8;
const LABEL_CHARACTERS = 40;

/** First 16 bytes of SHA-256(text of the vault's id ‖ device id): marks packs, leases and the folder of records. */
export function deviceTag(vaultId: string, udid: string): Buffer {
  return createHash('sha256').update(vaultId).update(udid).digest().subarray(0, DEVICE_TAG_BYTES);
}

/** The part of a device folder's name by which it is found. */
export function deviceSuffix(tag: Buffer): string {
  return tag.toString('hex').slice(0, DEVICE_SUFFIX_CHARACTERS);
}

/** A readable folder name, fixed at the first backup: what is left of the label in `[A-Za-z0-9-]`, then the suffix. */
export function deviceFolderName(label: string, tag: Buffer): string {
  const readable = label
    .normalize('NFKD')
    .replace(/['’]/g, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LABEL_CHARACTERS)
    .replace(/-+$/, '');
  return `${readable === '' ? 'device' : readable}-${deviceSuffix(tag)}`;
}

const IGNORED = [
  /^\._/, // AppleDouble files
  /^\.nfs/,
  /^\.DS_Store$/,
  /^\.Spotlight-V100$/,
  /^\.Trashes$/,
  /^\.fseventsd$/,
  /^\.TemporaryItems$/,
  /^\.apdisk$/,
  /^\.fuse_hidden/,
  /^lost\+found$/,
  /^desktop\.ini$/i,
  /^Thumbs\.db$/i,
  /^System Volume Information$/i,
  /^\$RECYCLE\.BIN$/i,
  /conflicted copy/i,
  / \(\d+\)(\.[a-z]+)?$/, // a sync program's "name (1).json"
];

/** Names that systems and sync programs leave behind: passed over everywhere, never deleted. */
export function isIgnoredName(name: string): boolean {
  return IGNORED.some((pattern) => pattern.test(name));
}

const PACK_NAME = /^([0-9a-f]{64})\.pack$/;
const OBJECT_NAME = /^[0-9a-f]{64}$/;

export function parsePackName(name: string): string | null {
  return PACK_NAME.exec(name)?.[1] ?? null;
}

export function parseObjectName(name: string): string | null {
  return OBJECT_NAME.test(name) ? name : null;
}
