export {
  createDurably,
  hashFile,
  publish,
  readFully,
  readSmallFile,
  syncFolders,
  writeAll,
  writeNewFile,
} from './durable.ts';
export { asVaultError, errnoOf, isDiskFull, isMediaError } from './errors.ts';
export { nodeIo } from './node-io.ts';
export type { FileFacts, FolderItem, VaultFile, VaultIo, VolumeFacts } from './types.ts';
