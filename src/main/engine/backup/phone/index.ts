export { type BackupPhone, OBSERVED, type PhoneCallOptions } from './backup-phone.ts';
export { type ConverseListener, converse } from './converse.ts';
export { TrustedPhone } from './trusted-phone.ts';
