import type { PhoneView, VaultView } from '../../../shared/contract/procedures/index.ts';
import { t } from '../../text/index.ts';

/** Home's headline, from counts. It never says "protected" of a phone whose newest verified backup is too old. */

export type Need =
  | 'cable'
  | 'passcode'
  | 'failed'
  | 'damaged'
  | 'unencrypted'
  | 'unverified'
  | 'running'
  | 'first'
  | 'you';

const NEEDS: Readonly<Record<PhoneView['health']['rule'], Need | null>> = {
  'backing-up': 'running',
  'passcode-wanted': 'passcode',
  'no-backup': 'first',
  'newest-damaged': 'damaged',
  'last-attempt-failed': 'failed',
  'pairing-expired': 'cable',
  'trust-withdrawn': 'cable',
  'not-seen': 'cable',
  unencrypted: 'unencrypted',
  'not-verified': 'unverified',
  'nearly-full': null,
  well: null,
};

const DAY_MS = 86_400_000;

/** What this phone needs before it may be called protected; null: it is. */
export function needOf(phone: PhoneView, limitDays: number, now: Date = new Date()): Need | null {
  const { rule, protectedUntil } = phone.health;
  const isRecent = protectedUntil !== null && now.getTime() - new Date(protectedUntil).getTime() <= limitDays * DAY_MS;
  const need = NEEDS[rule];
  if (need === null) return isRecent ? null : 'you';
  // A backup that runs, waits or just failed takes nothing from what an earlier one proved.
  const keepsProtection = need === 'running' || need === 'failed' || need === 'unverified';
  return keepsProtection && isRecent && phone.encrypted !== false ? (need === 'failed' ? 'you' : null) : need;
}

export function headline(
  phones: readonly PhoneView[],
  vaults: readonly VaultView[],
  limitDays: number,
  now: Date = new Date(),
): string {
  const main = vaults.find((one) => one.isMain) ?? vaults[0];
  if (main !== undefined && !main.isOnline) return t('home.headline.missing', { disk: main.name });
  const needs = phones.map((phone) => needOf(phone, limitDays, now));
  const open = needs.filter((need) => need !== null);
  const count = needs.length - open.length;
  if (open.length === 0) return t('home.headline.all', { count });
  if (open.every((need) => need === 'first')) {
    return count === 0 ? t('home.headline.nothing') : t('home.headline.mixed', mixed(count, open, 'first'));
  }
  const [first] = open;
  const shared = first !== undefined && open.every((need) => need === first) ? first : 'you';
  if (count > 0) return t('home.headline.mixed', mixed(count, open, shared));
  return phones.length === 1 ? t('home.headline.one', { need: shared }) : t('home.headline.none', { need: shared });
}

function mixed(count: number, open: readonly Need[], need: Need) {
  return { count, others: open.length, need };
}
