import { createPhoneContent, type PhoneContent, type PhoneSpec } from './content/index.ts';
import type { PhoneService } from './services/types.ts';

export function makeContent(spec: PhoneSpec, places: { readonly scratchDir: string }): Promise<PhoneContent> {
  return Promise.resolve(createPhoneContent(spec, places));
}

export function makeBackupService(_options: {
  readonly kdfIterations: number;
  readonly seed: number;
}): PhoneService | null {
  return null;
}
