export { type TlsCredentials, tlsContext, upgradeToTls } from './upgrade.ts';
