export { type BackupRequest, MobileBackup2Client, type PasswordChange } from './client.ts';
export type { ConversationEvent, ConversationOptions, ConversationProgress } from './events.ts';
export {
  FOLDER_STATUS,
  FolderError,
  type FolderFile,
  type FolderListing,
  type FolderStatus,
  type FolderUpload,
  type HostFolder,
} from './host-folder.ts';
export { MOBILEBACKUP2_SERVICE } from './messages.ts';
export type { FinalAnswer, Outcome, Refusal } from './outcome.ts';
