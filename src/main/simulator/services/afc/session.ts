import type { MediaNode } from '../../media-tree.ts';
import type { SimulatedPhone } from '../../phone.ts';
import { diskOf } from '../../phone-disk.ts';
import { AfcFaults } from './faults.ts';
import { OpenFile } from './open-file.ts';
import {
  AFC_OPERATION,
  AFC_STATUS,
  type AfcRequest,
  encodeAfcReply,
  joinStrings,
  splitStrings,
  u64,
} from './packets.ts';

/** A single READ answers at most this much; hosts ask for 64 KiB to 4 MiB. */
const MAX_READ_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 4096;
const LOCK_SHARED = 5;
const LOCK_EXCLUSIVE = 6;
const LOCK_RELEASE = 12;

type Answer =
  | { readonly status: number }
  | { readonly operation: number; readonly argument: Buffer; readonly bulk?: readonly Buffer[] };

const status = (number: number): Answer => ({ status: number });
const data = (bulk: readonly Buffer[]): Answer => ({ operation: AFC_OPERATION.data, argument: Buffer.alloc(0), bulk });

/** The files of one AFC connection. Closing it closes them and lets their locks go. */
export class AfcSession {
  readonly #phone: SimulatedPhone;
  readonly #faults: AfcFaults;
  readonly #files = new Map<bigint, OpenFile>();
  #lastHandle = 0n;

  constructor(phone: SimulatedPhone, faults: AfcFaults = new AfcFaults()) {
    this.#phone = phone;
    this.#faults = faults;
  }

  /** The whole reply, ready to send. */
  reply(request: AfcRequest): Buffer[] {
    const what = this.#written(request);
    const answer = this.#perform(request);
    if (what !== null) {
      const outcome = 'status' in answer && answer.status !== AFC_STATUS.ok ? 'refused' : 'done';
      this.#phone.hostWrites.record({ service: 'com.apple.afc', ...what, outcome });
    }
    if ('status' in answer) return encodeAfcReply(request.number, AFC_OPERATION.status, u64(answer.status));
    return encodeAfcReply(request.number, answer.operation, answer.argument, answer.bulk);
  }

  close(): void {
    for (const file of this.#files.values()) this.#phone.media.unlock(file.path, file);
    this.#files.clear();
  }

  /** What a request would change, and where; null for one that only looks. */
  #written({ operation, argument }: AfcRequest): { readonly operation: string; readonly what: string } | null {
    if (operation === AFC_OPERATION.openFile) {
      const mode = argument.length < 8 ? 0n : argument.readBigUInt64LE(0);
      return mode === 1n ? null : { operation: 'open-to-write', what: splitStrings(argument.subarray(8))[0] ?? '' };
    }
    const word = WRITING[operation];
    if (word === undefined) return null;
    if (FILE_OPERATIONS.has(operation)) {
      const file = argument.length < 8 ? undefined : this.#files.get(argument.readBigUInt64LE(0));
      return { operation: word, what: file === undefined ? '' : `/${file.path}` };
    }
    const names = operation === AFC_OPERATION.setModificationTime ? argument.subarray(8) : argument;
    return { operation: word, what: splitStrings(names).join(' → ') };
  }

  #perform(request: AfcRequest): Answer {
    const { argument, bulk } = request;
    switch (request.operation) {
      case AFC_OPERATION.readDirectory:
        return this.#list(pathOf(argument));
      case AFC_OPERATION.getFileInfo:
        return this.#fileInfo(pathOf(argument));
      case AFC_OPERATION.getDeviceInfo:
        return this.#deviceInfo();
      case AFC_OPERATION.makeDirectory:
        return this.#makeDirectory(pathOf(argument));
      case AFC_OPERATION.removePath:
        return this.#remove(pathOf(argument), false);
      case AFC_OPERATION.removeRecursive:
        return this.#remove(pathOf(argument), true);
      case AFC_OPERATION.rename:
        return this.#rename(splitStrings(argument));
      case AFC_OPERATION.setModificationTime:
        return argument.length < 8 ? status(AFC_STATUS.invalidArgument) : this.#exists(pathOf(argument.subarray(8)));
      case AFC_OPERATION.setBlockSize:
      case AFC_OPERATION.setSocketBlockSize:
        return status(AFC_STATUS.ok);
      case AFC_OPERATION.openFile:
        return this.#open(argument);
      default:
        return this.#performOnFile(request.operation, argument, bulk);
    }
  }

  #performOnFile(operation: number, argument: Buffer, bulk: Buffer): Answer {
    if (!FILE_OPERATIONS.has(operation)) return status(AFC_STATUS.unsupported);
    if (argument.length < 8) return status(AFC_STATUS.badHeader);
    const handle = argument.readBigUInt64LE(0);
    const file = this.#files.get(handle);
    if (file === undefined) return status(AFC_STATUS.invalidArgument);
    const number = argument.length >= 16 ? argument.readBigUInt64LE(8) : null;
    switch (operation) {
      case AFC_OPERATION.read:
        return readFile(file, number);
      case AFC_OPERATION.write:
        return this.#changed(file.write(this.#phone.media, bulk));
      case AFC_OPERATION.setSize:
        if (number === null) return status(AFC_STATUS.invalidArgument);
        return this.#changed(file.resize(this.#phone.media, Number(number)));
      case AFC_OPERATION.seek:
        return seek(file, argument);
      case AFC_OPERATION.tell:
        return { operation: AFC_OPERATION.tellResult, argument: u64(file.position) };
      case AFC_OPERATION.lock:
        return this.#lock(file, Number(number ?? 0n));
      default:
        this.#phone.media.unlock(file.path, file);
        this.#files.delete(handle);
        return status(AFC_STATUS.ok);
    }
  }

  #list(path: string | null): Answer {
    const refusal = path === null ? null : this.#faults.refusal(path);
    if (refusal !== null) return status(refusal);
    const names = path === null ? null : this.#phone.media.list(this.#faults.meant(path));
    if (path === null || names === null) return status(AFC_STATUS.notFound);
    return data([joinStrings(['.', '..', ...names, ...this.#faults.extraNames(this.#faults.meant(path))])]);
  }

  #exists(path: string | null): Answer {
    return status(path !== null && this.#phone.media.lookup(path) !== null ? AFC_STATUS.ok : AFC_STATUS.notFound);
  }

  #fileInfo(asked: string | null): Answer {
    const path = asked === null ? null : this.#faults.meant(asked);
    const refusal = path === null ? null : this.#faults.refusal(path);
    if (refusal !== null) return status(refusal);
    const node = path === null ? null : this.#phone.media.lookup(path);
    if (node === null || path === null) return status(AFC_STATUS.notFound);
    const children = this.#phone.media.list(path);
    const { modifiedNs, birthNs, ...described } = describeNode(node);
    const sizeBytes = this.#faults.saidSize(path) ?? described.sizeBytes;
    return data([
      joinStrings([
        ...['st_size', `${sizeBytes}`],
        ...['st_blocks', `${Math.ceil(sizeBytes / 512)}`],
        ...['st_nlink', `${children === null ? 1 : children.length + 2}`],
        ...['st_ifmt', children === null ? 'S_IFREG' : 'S_IFDIR'],
        ...['st_mtime', `${modifiedNs}`],
        ...['st_birthtime', `${birthNs}`],
      ]),
    ]);
  }

  #deviceInfo(): Answer {
    const { totalBytes, freeBytes } = diskOf(this.#phone);
    return data([
      joinStrings([
        ...['Model', this.#phone.identity.productType],
        ...['FSTotalBytes', `${totalBytes}`],
        ...['FSFreeBytes', `${freeBytes}`],
        ...['FSBlockSize', `${BLOCK_BYTES}`],
      ]),
    ]);
  }

  #makeDirectory(path: string | null): Answer {
    if (path === null) return status(AFC_STATUS.invalidArgument);
    const { media } = this.#phone;
    const parts = path.split('/').filter((part) => part !== '');
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const folder = parts.slice(0, depth).join('/');
      const node = media.lookup(folder);
      if (node === null) media.createDirectory(folder);
      else if (node.kind === 'file' || node.kind === 'content-file') return status(AFC_STATUS.exists);
    }
    return status(AFC_STATUS.ok);
  }

  #remove(path: string | null, recursive: boolean): Answer {
    const { media } = this.#phone;
    const node = path === null || path === '' ? null : media.lookup(path);
    if (node === null || path === null) return status(AFC_STATUS.notFound);
    if (node.kind === 'content-file' || node.kind === 'content-directory') return status(AFC_STATUS.denied);
    for (const name of media.list(path) ?? []) {
      if (!recursive) return status(AFC_STATUS.notEmpty);
      this.#remove(`${path}/${name}`, true);
    }
    media.remove(path);
    return status(AFC_STATUS.ok);
  }

  #rename(names: readonly string[]): Answer {
    const [from, to] = names.map(normalisePath);
    if (from == null || to == null || from === '' || to === '') return status(AFC_STATUS.invalidArgument);
    const node = this.#phone.media.lookup(from);
    if (node === null) return status(AFC_STATUS.notFound);
    return status(this.#phone.media.rename(from, to) ? AFC_STATUS.ok : AFC_STATUS.denied);
  }

  #open(argument: Buffer): Answer {
    const path = argument.length < 9 ? null : pathOf(argument.subarray(8));
    const mode = argument.length < 8 ? 0 : Number(argument.readBigUInt64LE(0));
    if (path === null || mode < 1 || mode > 6) return status(AFC_STATUS.invalidArgument);
    const refusal = this.#faults.refusal(path);
    if (refusal !== null) return status(refusal);
    const { media } = this.#phone;
    let node = media.lookup(path);
    if (node === null) {
      if (mode === 1 || media.list(parentOf(path)) === null) return status(AFC_STATUS.notFound);
      node = media.createFile(path);
    }
    if (node.kind === 'directory' || node.kind === 'content-directory') return status(AFC_STATUS.isDirectory);
    if (node.kind === 'content-file' && mode !== 1) return status(AFC_STATUS.denied);
    if (node.kind === 'file' && (mode === 3 || mode === 4)) media.resize(node, 0);
    this.#lastHandle += 1n;
    this.#files.set(this.#lastHandle, new OpenFile(path, node, mode));
    return { operation: AFC_OPERATION.openFileResult, argument: u64(this.#lastHandle) };
  }

  #changed(outcome: 'ok' | 'denied' | 'no-space'): Answer {
    if (outcome === 'ok') return status(AFC_STATUS.ok);
    return status(outcome === 'denied' ? AFC_STATUS.denied : AFC_STATUS.noSpace);
  }

  #lock(file: OpenFile, operation: number): Answer {
    const { media, events } = this.#phone;
    if (operation === LOCK_RELEASE) {
      media.unlock(file.path, file);
      return status(AFC_STATUS.ok);
    }
    if (operation !== LOCK_SHARED && operation !== LOCK_EXCLUSIVE) return status(AFC_STATUS.invalidArgument);
    if (media.lock(file.path, file, operation === LOCK_EXCLUSIVE)) return status(AFC_STATUS.ok);
    events.record('afc.lock-busy', { path: `/${file.path}` });
    return status(AFC_STATUS.wouldBlock);
  }
}

/** Operations that change something, whether this phone knows them or not. Opening a file is told by its mode. */
const WRITING: Readonly<Record<number, string>> = {
  [AFC_OPERATION.writeWholeFile]: 'write',
  [AFC_OPERATION.writePart]: 'write',
  [AFC_OPERATION.writeAtomically]: 'write',
  [AFC_OPERATION.write]: 'write',
  [AFC_OPERATION.truncate]: 'resize',
  [AFC_OPERATION.setSize]: 'resize',
  [AFC_OPERATION.removePath]: 'remove',
  [AFC_OPERATION.removeRecursive]: 'remove',
  [AFC_OPERATION.makeDirectory]: 'make-folder',
  [AFC_OPERATION.rename]: 'rename',
  [AFC_OPERATION.makeLink]: 'link',
  [AFC_OPERATION.setModificationTime]: 'set-date',
  [AFC_OPERATION.lock]: 'lock',
};

const FILE_OPERATIONS = new Set<number>([
  AFC_OPERATION.read,
  AFC_OPERATION.write,
  AFC_OPERATION.seek,
  AFC_OPERATION.tell,
  AFC_OPERATION.close,
  AFC_OPERATION.setSize,
  AFC_OPERATION.lock,
]);

function readFile(file: OpenFile, count: bigint | null): Answer {
  if (count === null) return status(AFC_STATUS.invalidArgument);
  const wanted = count > BigInt(MAX_READ_BYTES) ? MAX_READ_BYTES : Number(count);
  const parts = file.read(wanted);
  return parts === null ? status(AFC_STATUS.readError) : data(parts);
}

/** Handle, whence (0 start, 1 here, 2 end), signed offset. */
function seek(file: OpenFile, argument: Buffer): Answer {
  if (argument.length < 24) return status(AFC_STATUS.invalidArgument);
  const whence = argument.readBigUInt64LE(8);
  const offset = argument.readBigInt64LE(16);
  const base = whence === 0n ? 0n : whence === 1n ? file.position : BigInt(file.sizeBytes);
  if (whence > 2n || base + offset < 0n) return status(AFC_STATUS.invalidArgument);
  file.position = base + offset;
  return status(AFC_STATUS.ok);
}

function describeNode(node: MediaNode): { sizeBytes: number; modifiedNs: bigint; birthNs: bigint } {
  if (node.kind === 'content-file') {
    const { file } = node;
    return { sizeBytes: file.sizeBytes, modifiedNs: secondsToNs(file.modified), birthNs: secondsToNs(file.birth) };
  }
  if (node.kind === 'content-directory') return { sizeBytes: 0, modifiedNs: 0n, birthNs: 0n };
  const modifiedNs = BigInt(Math.round(node.modifiedMs)) * 1_000_000n;
  return { sizeBytes: node.kind === 'file' ? node.sizeBytes : 0, modifiedNs, birthNs: modifiedNs };
}

function secondsToNs(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1000)) * 1_000_000n;
}

function pathOf(argument: Buffer): string | null {
  return normalisePath(splitStrings(argument)[0] ?? '');
}

/** Relative to the media folder, without `.`, `..` and empty parts; null when it would leave the folder. */
function normalisePath(path: string): string | null {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
