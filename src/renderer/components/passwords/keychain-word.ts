import type { OutputOf } from '../../../shared/contract/procedures/index.ts';

/** The keychain's kind as a word that a message can choose by. */
export function keychainWord(kind: OutputOf<'system.info'>['keychain']): string {
  return kind === 'credential-manager' ? 'credentialManager' : kind === 'secret-service' ? 'secretService' : kind;
}
