import type { AskPassword } from '../../../../shared/contract/index.ts';
import type { InputOf } from '../../../../shared/contract/procedures/index.ts';
import { isBackingUp } from '../../../../shared/contract/procedures/index.ts';
import { parseUdid } from '../../device/index.ts';
import type { Handlers, Of } from './handlers.ts';
import type { LiveParts } from './live-parts.ts';
import { phoneKey } from './phones-live.ts';
import { phoneViews } from './phones-view.ts';

/** Phones: the list, trust, encryption, and the demo phone. */
export function phonesHandlers(parts: LiveParts): Handlers<Of<'phones'>> {
  const { engine, jobs, library, events, passwords, live, demo } = parts;
  let stopDemoWatch: (() => Promise<void>) | null = null;

  const askerOf = (input: InputOf<'phones.encryption'>): AskPassword => {
    return async (purpose) => {
      if (purpose === 'new-backup-password') return 'newPassword' in input ? input.newPassword : null;
      return 'oldPassword' in input ? input.oldPassword : null;
    };
  };

  return {
    'phones.list': async () => {
      await live.firstWord();
      const [{ backups }, { vaults }] = await Promise.all([parts.listBackups(), parts.listVaults()]);
      const phones = await phoneViews({
        live: live.list(),
        memories: library.phones(),
        backups,
        vaults,
        running: (udid) => runningOf(parts, udid),
        password: (udid) => passwords.has(udid),
        cleanup: parts.cleanupOf,
        limitDays: library.settings().limitDays,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        now: new Date(),
      });
      return { phones, muxer: live.muxer };
    },

    'phones.pair': async ({ udid }) => {
      const job = jobs.start({ kind: 'pair', udid, holds: ['phone'] }, async ({ options }) => {
        const { name, created } = await engine.pair({ udid }, options);
        live.refresh(udid);
        if (created) note(parts, 'paired', udid, {});
        return { kind: 'pair', name };
      });
      return { job };
    },

    'phones.rename': async ({ udid, name }) => {
      library.rememberPhone(udid, { ownName: name });
      note(parts, 'phone-renamed', udid, {});
      events.changed('phones');
      return { done: true };
    },

    'phones.forget': async ({ udid }) => {
      await passwords.forget(udid);
      const known = parseUdid(udid);
      if (known !== null) await parts.pairRecords.remove(known);
      library.forgetPhone(udid);
      live.refresh(udid);
      note(parts, 'phone-forgotten', udid, {});
      events.changed('phones');
      return { done: true };
    },

    'phones.encryption': async (input) => {
      const { udid, action } = input;
      const askPassword = askerOf(input);
      const job = jobs.start({ kind: 'encryption', udid, holds: ['phone'] }, async ({ options }) => {
        const { encrypted, confirmed } = await engine.encryption({ udid, action, askPassword }, options);
        // One that the phone did not confirm may not be the one it has.
        if (action !== 'off' && confirmed !== false) await passwords.keep(udid, input.newPassword, input.remember);
        library.rememberPhone(udid, { encrypted });
        live.refresh(udid);
        note(parts, action === 'change' ? 'encryption-changed' : `encryption-${action}`, udid, {});
        events.changed('phones');
        return { kind: 'encryption', encrypted, confirmed };
      });
      return { job };
    },

    'phones.startDemo': async () => {
      const { udid, endpoint } = await demo.start();
      if (parts.muxers.add(endpoint)) {
        stopDemoWatch = live.watch(endpoint, true);
        note(parts, 'demo-started', udid, {});
      }
      await live.firstWord();
      return { udid };
    },

    'phones.stopDemo': async () => {
      const stopped = await demo.stop();
      if (stopped === null) return { done: true };
      parts.muxers.remove(stopped.endpoint);
      await stopDemoWatch?.();
      stopDemoWatch = null;
      // What has no backup leaves the list with the phone.
      const { backups } = await parts.listBackups();
      const hasBackups = backups.some((row) => phoneKey(row.udid) === phoneKey(stopped.udid));
      if (!hasBackups) library.forgetPhone(stopped.udid);
      note(parts, 'demo-stopped', stopped.udid, {});
      events.changed('phones');
      return { done: true };
    },

    'phones.changeDemo': async () => {
      await demo.change();
      return { done: true };
    },
  };
}

/** A backup of the phone that runs now. One that waits for its turn copies nothing yet. */
function runningOf({ jobs }: Pick<LiveParts, 'jobs'>, udid: string) {
  const job = jobs
    .list()
    .find(
      (one) =>
        isBackingUp(one) &&
        one.snapshot === null &&
        one.state === 'running' &&
        one.udid !== null &&
        phoneKey(one.udid) === phoneKey(udid),
    );
  return job === undefined ? null : { percent: job.percent, wantsPasscode: job.passcodeSince !== null };
}

/** Activity is a help: what cannot be written down does not undo what was done. */
export function note(
  { library }: Pick<LiveParts, 'library'>,
  what: string,
  udid: string | null,
  about: {
    readonly vault?: string;
    readonly snapshot?: string | null;
    readonly facts?: Record<string, string | number | boolean | null>;
  },
): void {
  try {
    library.note({
      what,
      udid,
      vault: about.vault ?? null,
      snapshot: about.snapshot ?? null,
      facts: about.facts ?? {},
    });
  } catch {
    // A full disk: the backup it would tell of is worth more.
  }
}
