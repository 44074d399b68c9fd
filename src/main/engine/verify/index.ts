export { type DomainSummary, listDomains } from './domains.ts';
export { cleanScratch } from './scratch.ts';
export { type VerifyRequest, verifySnapshot } from './verify-snapshot.ts';
