/** Looking into versions and backup folders: files, kinds of data, exports. Read-only. */
export { type Extracted, type ExtractRequest, extractFiles } from './exports/extract.ts';
export { Keyring } from './source/keyring.ts';
export { openFolderBackup } from './source/open-folder.ts';
export { openSnapshotBackup } from './source/open-snapshot.ts';
export { cleanPrivateFiles } from './source/private-file.ts';
export type { Backup, BackupFile } from './source/types.ts';
