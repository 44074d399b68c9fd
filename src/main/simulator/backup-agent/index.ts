export { backupFaultKinds } from './faults.ts';
export { createBackupService } from './service.ts';
