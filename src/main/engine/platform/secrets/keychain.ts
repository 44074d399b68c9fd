import type { SecretStore } from '../secret-store.ts';
import { withTimeout } from '../time.ts';

/** The system's own store of secrets, by what its owner knows it as. */
export type KeychainKind = 'keychain' | 'credential-manager' | 'secret-service';

export interface Keychain {
  readonly kind: KeychainKind;
  readonly store: SecretStore;
}

const SERVICE = 'Backstop';
/** A keychain that asks its owner something may take long; one that hangs must not hold the engine. */
const OPEN_MS = 3_000;

/**
 * Null where there is none that keeps secrets over a restart: no add-on for this computer, no service, or it is closed.
 * Loaded only when it is needed. On Linux the kernel's own keyring is not taken for one: it forgets.
 */
export async function openKeychain(platform: NodeJS.Platform = process.platform): Promise<Keychain | null> {
  const kind = KINDS[platform];
  if (kind === undefined) return null;
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    const options = platform === 'linux' ? ({ linux: { store: 'secret-service' } } as const) : null;
    const entry = (name: string) => new AsyncEntry(SERVICE, name, options as never);
    await withTimeout(entry('is-there').getSecret(), OPEN_MS, 'internal/cancelled');
    return {
      kind,
      store: {
        async get(name) {
          const secret = await entry(name).getSecret();
          return secret === null ? null : Buffer.from(secret);
        },
        set: (name, secret) => entry(name).setSecret(secret),
        async remove(name) {
          await entry(name).deleteCredential();
        },
      },
    };
  } catch {
    return null;
  }
}

const KINDS: Partial<Record<NodeJS.Platform, KeychainKind>> = {
  darwin: 'keychain',
  win32: 'credential-manager',
  linux: 'secret-service',
};
