import { type ClassedKey, readClassedKey } from '../crypto/key-wrap.ts';
import { ArchiveReader, MALFORMED } from './archive-reader.ts';

/**
 * What the manifest says about a file: the `file` column, an NSKeyedArchiver archive of Apple's class MBFile. Null is
 * "not said" or not readable, never zero. Source: backup format reference 1.5; real rows of iOS 14.3.
 */
export interface MbFile {
  /** In bytes; often wrong for databases, which change while the phone reads them. 0 for folders and links. */
  readonly size: number;
  /** Full `st_mode`: 0o100000 file, 0o040000 folder, 0o120000 symbolic link. */
  readonly mode: number;
  readonly relativePath: string | null;
  /** Unix seconds, like the two below. */
  readonly modified: number | null;
  readonly statusChanged: number | null;
  readonly birth: number | null;
  readonly userId: number | null;
  readonly groupId: number | null;
  readonly inode: number | null;
  readonly flags: number | null;
  readonly protectionClass: number | null;
  /** In encrypted backups every regular file has one, empty files too. A damaged one is given as it is and opens nothing. */
  readonly encryptionKey: ClassedKey | null;
  /** SHA-1 of the stored bytes, on system domains only. Another length than 20 is an unknown digest. */
  readonly digest: Uint8Array | null;
  /** A nested binary plist: name → data. */
  readonly extendedAttributes: Uint8Array | null;
  /** Of a symbolic link: an absolute path on the phone. */
  readonly target: string | null;
}

/** Null when the archive cannot be read, or lacks size or mode, without which nothing can be said about the file. */
export function decodeMbFile(blob: Uint8Array): MbFile | null {
  try {
    return readMbFile(new ArchiveReader(blob));
  } catch (error) {
    if (error === MALFORMED) return null;
    throw error;
  }
}

type Draft = { -readonly [Field in keyof MbFile]: MbFile[Field] | null };

type IntegerField =
  | 'size'
  | 'mode'
  | 'modified'
  | 'statusChanged'
  | 'birth'
  | 'userId'
  | 'groupId'
  | 'inode'
  | 'flags'
  | 'protectionClass';

const INTEGERS: ReadonlyMap<string, IntegerField> = new Map([
  ['Size', 'size'],
  ['Mode', 'mode'],
  ['LastModified', 'modified'],
  ['LastStatusChange', 'statusChanged'],
  ['Birth', 'birth'],
  ['UserID', 'userId'],
  ['GroupID', 'groupId'],
  ['InodeNumber', 'inode'],
  ['Flags', 'flags'],
  ['ProtectionClass', 'protectionClass'],
]);

function readMbFile(archive: ArchiveReader): MbFile | null {
  const file: Draft = {
    size: null,
    mode: null,
    relativePath: null,
    modified: null,
    statusChanged: null,
    birth: null,
    userId: null,
    groupId: null,
    inode: null,
    flags: null,
    protectionClass: null,
    encryptionKey: null,
    digest: null,
    extendedAttributes: null,
    target: null,
  };
  archive.forEachEntry(archive.root, (key, value) => {
    const place = archive.resolve(value);
    const field = INTEGERS.get(key);
    if (field !== undefined) file[field] = archive.integer(place);
    else if (key === 'RelativePath') file.relativePath = archive.text(place);
    else if (key === 'Target') file.target = archive.text(place);
    else if (key === 'EncryptionKey') file.encryptionKey = readClassedKey(dataOf(archive, place) ?? new Uint8Array());
    else if (key === 'Digest') file.digest = dataOf(archive, place);
    else if (key === 'ExtendedAttributes') file.extendedAttributes = dataOf(archive, place);
  });
  const isComplete = file.size !== null && file.size >= 0 && file.mode !== null;
  return isComplete ? (file as MbFile) : null;
}

/** Data stands in an archive either as it is or as an NSData object `{NS.data}`; writers do both. */
function dataOf(archive: ArchiveReader, place: number): Buffer | null {
  if (!archive.isDict(place)) return archive.data(place);
  const inner = archive.entry(place, 'NS.data');
  return inner === undefined ? null : archive.data(archive.resolve(inner));
}
