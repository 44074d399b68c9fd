import { randomBytes } from 'node:crypto';
import { type ClassedKey, wrapMany } from '../../../engine/formats/index.ts';
import type { BackupKeys } from '../agent-keys.ts';

const KEY_BYTES = 32;
/** NSFileProtectionCompleteUntilFirstUserAuthentication, the most frequent one. */
const DEFAULT_CLASS = 3;

/** A new key of its own for a file, and how the manifest has it. */
export interface FileKey {
  readonly key: Buffer;
  readonly classed: ClassedKey;
}

/** Keys for files with these protection classes, in order. All of one class are wrapped together: one by one it would take longer than the files. */
export function newFileKeys(keys: BackupKeys, classIds: readonly number[]): FileKey[] {
  const random = randomBytes(KEY_BYTES * classIds.length);
  const plain = classIds.map((_class, index) => random.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES));
  const byClass = new Map<number, number[]>();
  for (const [index, wanted] of classIds.entries()) {
    const classId = keys.classKeys.has(wanted) ? wanted : DEFAULT_CLASS;
    const members = byClass.get(classId);
    if (members === undefined) byClass.set(classId, [index]);
    else members.push(index);
  }
  const made: FileKey[] = new Array(classIds.length);
  for (const [classId, members] of byClass) {
    const classKey = keys.classKeys.get(classId);
    if (classKey === undefined) throw new Error(`there is no class key ${classId}`);
    const wrapped = wrapMany(
      classKey,
      members.map((index) => plain[index] ?? Buffer.alloc(KEY_BYTES)),
    );
    for (const [at, index] of members.entries()) {
      made[index] = {
        key: plain[index] ?? Buffer.alloc(KEY_BYTES),
        classed: { classId, wrapped: wrapped[at] ?? Buffer.alloc(0) },
      };
    }
  }
  return made;
}
