/** Looking into versions and backup folders: files, kinds of data, exports. Read-only. */
export { bytesOf, compareBackups } from './compare/compare-backups.ts';
export { exportGone } from './compare/export-gone.ts';
export { coverageOf } from './coverage/coverage.ts';
export { exportKind } from './exports/export-kind.ts';
export { type Extracted, type ExtractRequest, extractFiles } from './exports/extract.ts';
export { ITEM_KINDS, type ItemKind } from './items/item.ts';
export { listKind } from './items/list-kind.ts';
export { nameFiles } from './items/name-files.ts';
export { openItems } from './items/open-items.ts';
export { indexBackup } from './search/index-backup.ts';
export { SEARCHED_KINDS } from './search/search-index.ts';
export { Keyring } from './source/keyring.ts';
export { ManifestCache } from './source/manifest-cache.ts';
export { openFolderBackup } from './source/open-folder.ts';
export { openSnapshotBackup } from './source/open-snapshot.ts';
export { cleanPrivateFiles } from './source/private-file.ts';
export type { Backup, BackupFile } from './source/types.ts';
export { usageOf } from './usage/usage.ts';
