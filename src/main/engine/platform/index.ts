export { appHome } from './app-home.ts';
export { type Clock, systemClock } from './clock.ts';
export { freeBytes } from './free-space.ts';
export { programVersion } from './program-version.ts';
export { releaseBytes } from './release-bytes.ts';
export { MemorySecrets, type SecretStore } from './secret-store.ts';
export { type Keychain, type KeychainKind, openKeychain } from './secrets/keychain.ts';
export { scaledMs, sleep, withTimeout } from './time.ts';
export {
  type Answer,
  type Attachment,
  type DescribeOptions,
  describeVolume,
  mountPoints,
  type TimeMachine,
  type VolumeDescription,
} from './volume/index.ts';
