export { createBackupService } from './agent-service.ts';
