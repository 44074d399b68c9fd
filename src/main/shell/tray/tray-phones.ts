import type { FaceTold } from '../../../shared/contract/face.ts';
import type { PhoneView } from '../../../shared/contract/procedures/index.ts';
import { shellText, whenInSentence } from '../../../shared/text/shell/index.ts';
import { type Facts, liveJobs } from '../facts/facts.ts';

type PhoneRow = Extract<FaceTold, { told: 'status' }>['phones'][number];

/** More would be a window. */
const MOST_ROWS = 5;

/** The popover's rows: what each phone has, and its button where it is connected and nothing of it runs. */
export function phoneRows(facts: Facts, now: Date, locale: string | undefined): PhoneRow[] {
  const live = liveJobs(facts);
  return (facts.phones ?? [])
    .filter(({ udid }) => !live.some((job) => job.udid === udid && job.state !== 'waiting'))
    .slice(0, MOST_ROWS)
    .map((phone) => {
      const isWaiting = live.some(({ udid }) => udid === phone.udid);
      const act = { id: `back-up:${phone.udid}`, label: shellText('tray.phone.backUp') };
      return {
        name: shellText('menu.named', { name: phone.name }),
        line: isWaiting ? shellText('tray.phone.waiting') : lineOf(phone, now, locale),
        act: phone.isConnected && !isWaiting && live.length === 0 ? act : null,
      };
    });
}

function lineOf({ newest, lastVerifiedAt }: PhoneView, now: Date, locale: string | undefined): string {
  if (newest === null) return shellText('tray.phone.none');
  if (newest.verified?.ok === true && lastVerifiedAt !== null) {
    return shellText('tray.phone.verified', { when: whenInSentence(lastVerifiedAt, now, locale) });
  }
  return shellText('tray.phone.notVerified', { when: whenInSentence(newest.finishedAt, now, locale) });
}
