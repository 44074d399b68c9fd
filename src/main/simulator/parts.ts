import type { PhoneContent, PhoneSpec } from './content/types.ts';
import type { PhoneService } from './services/types.ts';
import { makeTinyContent } from './test-support/tiny-content.ts';

export function makeContent(spec: PhoneSpec, _places: { readonly scratchDir: string }): Promise<PhoneContent> {
  return Promise.resolve(makeTinyContent(spec));
}

export function makeBackupService(_options: {
  readonly kdfIterations: number;
  readonly seed: number;
}): PhoneService | null {
  return null;
}
