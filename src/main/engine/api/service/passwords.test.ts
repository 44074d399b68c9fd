import { describe, expect, it } from 'vitest';
import { type Keychain, MemorySecrets } from '../../platform/index.ts';
import { Events } from './events.ts';
import { Lock } from './lock.ts';
import { Passwords } from './passwords.ts';

const UDID = '00008110-000A1B2C3D4E5F67';

function make(keychain: Keychain | null) {
  const remembered: object[] = [];
  const library = {
    settings: () => ({ lockBrowsing: false }) as never,
    rememberPhone: (_udid: string, facts: object) => void remembered.push(facts),
  };
  const vaults = { ids: async () => [], isOnline: async () => false, use: () => Promise.reject(new Error('none')) };
  return new Passwords({ library, vaults, keychain, lock: new Lock(library, new Events()) });
}

function keychain(): Keychain {
  return { kind: 'keychain', store: new MemorySecrets() };
}

const closed: Keychain = {
  kind: 'secret-service',
  store: {
    get: () => Promise.reject(new Error('closed')),
    set: () => Promise.reject(new Error('closed')),
    remove: () => Promise.reject(new Error('closed')),
  },
};

describe('backup passwords', () => {
  it('stay in the keychain when the owner wants that, and are found again', async () => {
    const chain = keychain();
    const first = make(chain);
    await first.keep(UDID, 'pässword', true);
    expect(await first.has(UDID)).toBe('keychain');
    const second = make(chain);
    expect(await second.has(UDID)).toBe('keychain');
    expect(await second.asker(UDID)('backup-password')).toBe('pässword');
    expect(await second.get(UDID.replace('-', '').toLowerCase())).toBe('pässword');
  });

  it('stay in memory only otherwise', async () => {
    const chain = keychain();
    const first = make(chain);
    await first.keep(UDID, 'one', true);
    await first.keep(UDID, 'two', false);
    expect(await first.has(UDID)).toBe('memory');
    expect(await make(chain).get(UDID)).toBeNull();
  });

  it('say honestly where they are when there is no keychain, or it is closed', async () => {
    for (const chain of [null, closed]) {
      const passwords = make(chain);
      await passwords.keep(UDID, 'one', true);
      expect(await passwords.has(UDID)).toBe('memory');
      expect(await passwords.get(UDID)).toBe('one');
      expect(await passwords.has('other')).toBe('none');
    }
    expect(make(null).keychainKind).toBe('none');
    expect(make(keychain()).keychainKind).toBe('keychain');
  });

  it('are gone when they are forgotten', async () => {
    const chain = keychain();
    const passwords = make(chain);
    await passwords.keep(UDID, 'one', true);
    await passwords.forget(UDID);
    expect(await passwords.has(UDID)).toBe('none');
    expect(await passwords.get(UDID)).toBeNull();
    expect(await make(chain).get(UDID)).toBeNull();
  });

  it('are kept untried where there is no version to try them on', async () => {
    const passwords = make(null);
    expect(await passwords.give(UDID, 'one', false)).toEqual({ fits: null, opens: 0, otherVersions: 0 });
    expect(await passwords.has(UDID)).toBe('memory');
    expect(await passwords.test(UDID)).toBeNull();
  });

  it('answer for no phone that is not named', async () => {
    expect(await make(null).asker(null)('backup-password')).toBeNull();
  });
});
