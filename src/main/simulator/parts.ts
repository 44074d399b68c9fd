import { type AgentSettings, createBackupService } from './backup-agent/index.ts';
import { createPhoneContent, type PhoneContent, type PhoneSpec } from './content/index.ts';
import type { PhoneService } from './services/types.ts';

/** Where the simulator's parts meet: what a phone holds, and the program that backs it up. */
export function makeContent(spec: PhoneSpec, places: { readonly scratchDir: string }): Promise<PhoneContent> {
  return Promise.resolve(createPhoneContent(spec, places));
}

export function makeBackupService(options: Partial<AgentSettings>): PhoneService {
  return createBackupService(options);
}
