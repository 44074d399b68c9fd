import { encodeMbFile, type MbFile } from '../../../engine/formats/index.ts';
import { encodePlist } from '../../../engine/formats/plist/index.ts';
import type { PhoneFile } from '../../content/types.ts';
import { FLAGS, type IndexedRow } from './backup-index.ts';

/** What a backup compares to know whether a file has changed. */
export function rowOf(file: PhoneFile): IndexedRow {
  return {
    flags: FLAGS[file.kind],
    sizeBytes: file.sizeBytes,
    manifestSizeBytes: file.manifestSizeBytes,
    modified: file.modified,
    inode: file.inode,
    revision: file.revision,
  };
}

/** The archive that stands in Manifest.db. */
export function archiveOf(
  file: PhoneFile,
  {
    size,
    key,
    digest,
  }: { readonly size?: number } & Partial<Pick<MbFile, 'digest'>> & {
      readonly key?: MbFile['encryptionKey'];
    } = {},
): Buffer {
  const attributes = file.extendedAttributes;
  return encodeMbFile({
    size: size ?? file.manifestSizeBytes,
    mode: file.mode,
    relativePath: file.relativePath,
    modified: file.modified,
    statusChanged: file.statusChanged,
    birth: file.birth,
    userId: file.userId,
    groupId: file.groupId,
    inode: file.inode,
    flags: 0,
    protectionClass: file.protectionClass,
    encryptionKey: key ?? null,
    digest: digest ?? null,
    extendedAttributes: attributes.size === 0 ? null : encodePlist(Object.fromEntries(attributes), 'binary'),
    target: file.target,
  });
}
