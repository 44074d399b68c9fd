export { LockdownClient, type StartServiceOptions } from './client.ts';
export { LOCKDOWN_PORT, LockdownConnection } from './connection.ts';
export { printable, refusalError, refusalIn } from './errors.ts';
export { encodePairRecord, type PairRecord, parsePairRecord } from './pair-record.ts';
