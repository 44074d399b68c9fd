/** Property lists inside the rows of sms.db. Pure, and safe on hostile input. */
export { type AppPayload, readAppPayload } from './app-payload.ts';
export { type EditVersion, type PartEdits, readSummaryInfo, type SummaryInfo } from './summary-info.ts';
