export type { PairRecord } from './lockdown/index.ts';
export {
  isPaired,
  type Pairing,
  type PairingState,
  type PairOptions,
  type PairRecordStore,
  pairPhone,
  pairRecordFolder,
} from './pairing/index.ts';
export {
  type BackupSettings,
  type ConnectedPhone,
  choosePhone,
  inspectPhone,
  listPhones,
  type OpenPhoneOptions,
  openPhone,
  Phone,
  type PhoneFacts,
  watchPhones,
} from './phones/index.ts';
export { AFC_MODE, AfcClient, type AfcHandle, type AfcReader, type AfcStat } from './services/afc/index.ts';
export type { AppSize, InstalledApp } from './services/installation-proxy/index.ts';
export {
  type BackupRequest,
  type ConversationEvent,
  type ConversationOptions,
  type ConversationProgress,
  type FinalAnswer,
  FOLDER_STATUS,
  FolderError,
  type FolderFile,
  type FolderListing,
  type FolderStatus,
  type FolderUpload,
  type HostFolder,
  MobileBackup2Client,
  type Outcome,
  type PasswordChange,
  type Refusal,
} from './services/mobilebackup2/index.ts';
export { NOTIFICATION, NotificationProxyClient } from './services/notification-proxy/index.ts';
export {
  type MuxEndpoint,
  muxEndpoint,
  PhoneLink,
  parseMuxAddress,
  parseUdid,
  sameUdid,
  type Udid,
} from './usbmux/index.ts';
