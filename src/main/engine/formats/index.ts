/** Bytes of phone backups ↔ values: pure, and safe on hostile input. Property lists have their own door, `plist/`. */
export {
  type ClassedKey,
  openClassedKey,
  readClassedKey,
  wrapKey,
  wrapMany,
  writeClassedKey,
} from './crypto/key-wrap.ts';
export {
  createPayloadEncryptor,
  type DecryptOptions,
  decryptCbc,
  decryptCbcStream,
  type PaddingVerdict,
  type PayloadEncryptor,
  storedSizeOf,
} from './crypto/payload.ts';
export { unwrapMany } from './crypto/unwrap-many.ts';
export { type BuiltKeybag, buildKeybag, type KeybagPlan } from './keybag/build.ts';
export { deriveKek, type KdfParameters } from './keybag/derive.ts';
export { type Keybag, type KeybagClass, keybagFingerprint, parseKeybag } from './keybag/keybag.ts';
export { type UnlockedKeybag, type UnlockResult, unlockKeybag, unlockWithKek } from './keybag/unlock.ts';
export { createManifestEncryptor, decryptManifestDb, plainManifestChunks } from './manifest/cipher.ts';
export { type ManifestDb, type ManifestRow, manifestOver, openManifestDb } from './manifest/database.ts';
export {
  createManifestDb,
  type ManifestWriter,
  manifestInto,
  type NewManifestRow,
} from './manifest/database-writer.ts';
export { fileIdOf, isFileId } from './manifest/file-id.ts';
export { decodeMbFile, type MbFile } from './manifest/mb-file.ts';
export { encodeMbFile } from './manifest/mb-file-writer.ts';
export { mbdbRows } from './manifest/mbdb.ts';
export {
  type InfoPlist,
  type ManifestLockdown,
  type ManifestPlist,
  readInfoPlist,
  readManifestPlist,
  readStatusPlist,
  type StatusPlist,
} from './manifest/plists.ts';
