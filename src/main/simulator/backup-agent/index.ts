export { createBackupService } from './agent-service.ts';
export { backupFaultKinds } from './faults/agent-faults.ts';
export { runScript, type ScriptFile, type ScriptReply, type ScriptStep } from './script.ts';
