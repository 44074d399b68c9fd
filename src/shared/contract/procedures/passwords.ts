import { z } from 'zod';
import { done, nothing, password, udid } from './common.ts';
import { procedure } from './procedure.ts';

/** Backup passwords: in this program's memory, or in the keychain of the system where the owner wants that. */

export const passwordsProcedures = {
  /**
   * Takes the password of a phone's backups. `fits`: it opened the newest encrypted version that could be tried; null:
   * there is none to try it on. One that opens none is not kept; one that opens older versions only is kept for those.
   */
  'passwords.give': procedure(
    z.strictObject({ udid, password, remember: z.boolean() }),
    z.object({
      fits: z.boolean().nullable(),
      kept: z.enum(['keychain', 'memory', 'none']),
      opensVersions: z.number().int().nonnegative(),
      /** How many of the phone's versions need another one, as after a change of password. */
      otherVersions: z.number().int().nonnegative(),
    }),
  ),
  /** Tries the password that is kept on the newest version. */
  'passwords.test': procedure(z.strictObject({ udid }), z.object({ fits: z.boolean().nullable() })),
  'passwords.forget': procedure(z.strictObject({ udid }), done),
  /** Looking into backups may need the owner at the computer. */
  'lock.state': procedure(
    nothing,
    z.object({ isOn: z.boolean(), isLocked: z.boolean(), systemUnlock: z.enum(['touch-id', 'none']) }),
  ),
  'lock.lock': procedure(nothing, done),
  /** With a backup password that fits any version of any phone; the desktop may unlock with the system's own way. */
  'lock.unlock': procedure(z.strictObject({ password }), z.object({ unlocked: z.boolean() })),
} as const;
