export { buildInfoPlist, type InfoPlistFacts, type InstalledApp, type PhoneExtras } from './build.ts';
