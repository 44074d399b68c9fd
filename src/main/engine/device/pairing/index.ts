export { makePairingCertificates, type PairingCertificates } from './certificates.ts';
export type { FoundRecord } from './find-record.ts';
export { type Pairing, type PairingState, type PairOptions, pairPhone } from './pair.ts';
export { type PairRecordStore, pairRecordFolder } from './record-store.ts';
export { isDeadRecord, isPaired, openTrustedSession, type TrustedSession } from './trust.ts';
