import { writeClassedKey } from '../crypto/key-wrap.ts';
import type { MbFile } from './mb-file.ts';

/**
 * Writes an MBFile archive as a phone does: the same keys in the same order, those of null fields left out.
 *
 * The simulated phone writes one for each of its files. What is the same in every archive is encoded once, and there are
 * never more than 255 objects, so a reference is one byte: this takes a third of the general writer's time.
 */
export function encodeMbFile(file: MbFile): Buffer {
  const objects = new ObjectList();
  const top = objects.reserve();
  const list = objects.reserve();
  const root = objects.reserve();
  const classKey = objects.add(CLASS_KEY);

  // What `$objects` lists; a UID is a place in it.
  const listed = [objects.add(NULL), root];
  const archive = (object: Buffer): Buffer => uid(listed.push(objects.add(object)) - 1);
  const archiveClass = (names: readonly Buffer[]): Buffer => {
    const members = array(names.map((name) => objects.add(name)));
    return archive(dict(objects.addAll([CLASSNAME, CLASSES]), [objects.add(names[0] ?? NULL), objects.add(members)]));
  };
  const archiveKey = (key: NonNullable<MbFile['encryptionKey']>): Buffer => {
    const dataClass = objects.add(archiveClass(DATA_CLASS));
    const bytes = objects.add(data(writeClassedKey(key.classId, key.wrapped)));
    return archive(dict([classKey, objects.add(NS_DATA)], [dataClass, bytes]));
  };

  const keys = [classKey];
  const values = [objects.add(archiveClass(FILE_CLASS))];
  const put = <Value>(key: Buffer, value: Value | null, encode: (value: Value) => Buffer): void => {
    if (value === null) return;
    keys.push(objects.add(key));
    values.push(objects.add(encode(value)));
  };
  put(LAST_MODIFIED, file.modified, integer);
  put(FLAGS, file.flags, integer);
  put(EXTENDED_ATTRIBUTES, file.extendedAttributes, (bytes) => archive(data(bytes)));
  put(GROUP_ID, file.groupId, integer);
  put(TARGET, file.target, (path) => archive(text(path)));
  put(LAST_STATUS_CHANGE, file.statusChanged, integer);
  put(RELATIVE_PATH, file.relativePath, (path) => archive(text(path)));
  put(BIRTH, file.birth, integer);
  put(ENCRYPTION_KEY, file.encryptionKey, archiveKey);
  put(SIZE, file.size, integer);
  put(MODE, file.mode, integer);
  put(USER_ID, file.userId, integer);
  put(DIGEST, file.digest, (bytes) => archive(data(bytes)));
  put(INODE_NUMBER, file.inode, integer);
  put(PROTECTION_CLASS, file.protectionClass, integer);

  objects.set(root, dict(keys, values));
  objects.set(list, array(listed));
  const entryPoint = objects.add(dict([objects.add(ROOT)], [objects.add(uid(1))]));
  const [version, archiver] = objects.addAll([ARCHIVE_VERSION, ARCHIVER_NAME]);
  objects.set(top, dict(objects.addAll(TOP_KEYS), [version ?? 0, archiver ?? 0, entryPoint, list]));
  return objects.join();
}

/** Encoded objects by number. Containers know their members only when those are in, so their place is kept free. */
class ObjectList {
  readonly #objects: Buffer[] = [];

  add(object: Buffer): number {
    return this.#objects.push(object) - 1;
  }

  addAll(objects: readonly Buffer[]): number[] {
    return objects.map((object) => this.add(object));
  }

  reserve(): number {
    return this.add(NULL);
  }

  set(number: number, object: Buffer): void {
    this.#objects[number] = object;
  }

  /** The whole file; the top object is the first. */
  join(): Buffer {
    let table = HEADER.length;
    for (const object of this.#objects) table += object.length;
    const offsetSize = table <= 0xffff ? 2 : 4;
    const count = this.#objects.length;
    const out = Buffer.alloc(table + count * offsetSize + 32);
    out.set(HEADER);
    let at = HEADER.length;
    for (let number = 0; number < count; number += 1) {
      out.writeUIntBE(at, table + number * offsetSize, offsetSize);
      const object = this.#objects[number] ?? NULL;
      out.set(object, at);
      at += object.length;
    }
    out[out.length - 26] = offsetSize;
    out[out.length - 25] = 1;
    out.writeUInt32BE(count, out.length - 20);
    out.writeUInt32BE(table, out.length - 4);
    return out;
  }
}

const HEADER = Buffer.from('bplist00');

/** Marker and length of an object of `kind`, before `bytes` more of room. */
function object(kind: number, length: number, bytes: number): { readonly out: Buffer; readonly at: number } {
  if (length < 15) {
    const out = Buffer.allocUnsafe(1 + bytes);
    out[0] = (kind << 4) | length;
    return { out, at: 1 };
  }
  const out = Buffer.allocUnsafe(6 + bytes);
  out[0] = (kind << 4) | 0xf;
  out[1] = 0x12;
  out.writeUInt32BE(length, 2);
  return { out, at: 6 };
}

function data(bytes: Uint8Array): Buffer {
  const { out, at } = object(0x4, bytes.length, bytes.length);
  out.set(bytes, at);
  return out;
}

function text(value: string): Buffer {
  if (Buffer.byteLength(value) === value.length) {
    const { out, at } = object(0x5, value.length, value.length);
    out.write(value, at, 'latin1');
    return out;
  }
  const { out, at } = object(0x6, value.length, 2 * value.length);
  out.write(value, at, 'utf16le');
  out.subarray(at).swap16();
  return out;
}

function array(members: readonly number[]): Buffer {
  const { out, at } = object(0xa, members.length, members.length);
  out.set(members, at);
  return out;
}

function dict(keys: readonly number[], values: readonly number[]): Buffer {
  const { out, at } = object(0xd, keys.length, 2 * keys.length);
  out.set(keys, at);
  out.set(values, at + keys.length);
  return out;
}

function uid(place: number): Buffer {
  return Buffer.from([0x80, place]);
}

/** As short as it goes: up to four bytes unsigned, eight signed. */
function integer(value: number): Buffer {
  if (value >= 0 && value <= 0xff) return Buffer.from([0x10, value]);
  const size = value >= 0 && value <= 0xffff ? 2 : value >= 0 && value <= 0xffff_ffff ? 4 : 8;
  const out = Buffer.allocUnsafe(1 + size);
  out[0] = 0x10 | Math.log2(size);
  if (size === 8) out.writeBigInt64BE(BigInt(value), 1);
  else out.writeUIntBE(value, 1, size);
  return out;
}

const NULL = text('$null');
const TOP_KEYS = ['$version', '$archiver', '$top', '$objects'].map(text);
const ARCHIVE_VERSION = integer(100_000);
const ARCHIVER_NAME = text('NSKeyedArchiver');
const ROOT = text('root');
const CLASS_KEY = text('$class');
const CLASSNAME = text('$classname');
const CLASSES = text('$classes');
const NS_DATA = text('NS.data');
const DATA_CLASS = ['NSMutableData', 'NSData', 'NSObject'].map(text);
const FILE_CLASS = ['MBFile', 'NSObject'].map(text);
const LAST_MODIFIED = text('LastModified');
const FLAGS = text('Flags');
const EXTENDED_ATTRIBUTES = text('ExtendedAttributes');
const GROUP_ID = text('GroupID');
const TARGET = text('Target');
const LAST_STATUS_CHANGE = text('LastStatusChange');
const RELATIVE_PATH = text('RelativePath');
const BIRTH = text('Birth');
const ENCRYPTION_KEY = text('EncryptionKey');
const SIZE = text('Size');
const MODE = text('Mode');
const USER_ID = text('UserID');
const DIGEST = text('Digest');
const INODE_NUMBER = text('InodeNumber');
const PROTECTION_CLASS = text('ProtectionClass');
