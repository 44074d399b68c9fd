export { type ExportOutcome, type ExportRequest, exportSnapshot } from './export-snapshot.ts';
