export { createBackupService } from './agent-service.ts';
export type { AgentSettings } from './settings.ts';
