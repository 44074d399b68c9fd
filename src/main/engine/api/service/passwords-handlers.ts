import type { Handlers, Of } from './handlers.ts';
import type { LiveParts } from './live-parts.ts';
import { opensAny } from './passwords-trial.ts';
import { note } from './phones-handlers.ts';

/** Backup passwords, and the lock before what is inside backups. */
export function passwordsHandlers(parts: LiveParts): Handlers<Of<'passwords'> | Of<'lock'>> {
  const { passwords, lock, vaults, events } = parts;
  return {
    'passwords.give': async ({ udid, password, remember }) => {
      const { fits, opens, otherVersions } = await passwords.give(udid, password, remember);
      const kept = await passwords.has(udid);
      if (fits !== false && kept === 'keychain') note(parts, 'password-kept', udid, {});
      events.changed('phones');
      return { fits, kept, opensVersions: opens, otherVersions };
    },
    'passwords.test': async ({ udid }) => {
      const fits = await passwords.test(udid);
      events.changed('phones');
      return { fits };
    },
    'passwords.forget': async ({ udid }) => {
      await passwords.forget(udid);
      note(parts, 'password-forgotten', udid, {});
      events.changed('phones');
      return { done: true };
    },
    'lock.state': async () => ({
      isOn: lock.isOn,
      isLocked: lock.isLocked,
      // The face around the engine knows better where it has the system's own way.
      systemUnlock: 'none',
    }),
    'lock.lock': async () => {
      lock.lock();
      return { done: true };
    },
    'lock.unlock': async ({ password }) => {
      const unlocked = !lock.isLocked || (await opensAny(vaults, password));
      if (unlocked) lock.unlock();
      return { unlocked };
    },
  };
}
