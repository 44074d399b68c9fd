import { isBackingUp, type JobView, type PhoneView, type VaultView } from '../../shared/contract/procedures/index.ts';
import type { MarkKind } from '../components/Mark.tsx';
import { needOf } from '../screens/home/headline.ts';
import { whenInSentence } from '../text/formats.ts';
import { t } from '../text/index.ts';
import type { Route } from './navigation.tsx';

/** The one most important live fact: running, then what needs somebody, then failures, disks, age, and quiet. */
export interface FooterFact {
  readonly mark: MarkKind;
  /** Of a running backup, for the ring. */
  readonly percent: number | null;
  readonly first: string;
  readonly second: string;
  readonly route: Route;
}

export interface FooterParts {
  readonly phones: readonly PhoneView[];
  readonly vaults: readonly VaultView[];
  readonly jobs: readonly JobView[];
  /** The phone in focus: of two cleanups its own is told. */
  readonly udid?: string | null;
  /** False until the engine has said which phones there are. */
  readonly isKnown: boolean;
  readonly limitDays: number;
  /** "About 4 minutes"; null: not known yet. */
  readonly left: string | null;
}

const LIVE: ReadonlySet<JobView['state']> = new Set<JobView['state']>(['running', 'cancelling', 'waiting']);

export function footerFact(parts: FooterParts, now: Date = new Date()): FooterFact {
  const { phones, vaults, limitDays } = parts;
  const job = jobFact(parts);
  if (job !== null) return job;
  const home: Route = { screen: 'home' };
  if (!parts.isKnown) {
    return { mark: 'todo', percent: null, first: t('nav.checking'), second: '', route: home };
  }
  const needs = phones.map((phone) => needOf(phone, limitDays, now));
  const protectedCount = needs.filter((need) => need === null).length;
  const second = t('foot.protected', { count: protectedCount });
  const plain = { percent: null, second, route: home };
  const asks = phones.find((one) => one.health.rule === 'passcode-wanted');
  if (asks !== undefined) {
    return { ...plain, mark: 'warn', first: t('foot.passcode'), second: t('foot.passcodeMore', { name: asks.name }) };
  }
  const damaged = phones.find((one) => one.health.rule === 'newest-damaged');
  if (damaged !== undefined) {
    return { ...plain, mark: 'bad', first: t('foot.damaged'), second: damaged.name };
  }
  const failed = phones.find((one) => one.health.rule === 'last-attempt-failed');
  if (failed !== undefined) return { ...plain, mark: 'warn', first: t('foot.failed'), second: failed.name };
  const main = vaults.find((one) => one.isMain) ?? vaults[0];
  if (main !== undefined && !main.isOnline) {
    const route: Route = { screen: 'destinations' };
    return {
      ...plain,
      mark: 'warn',
      first: t('foot.missing', { disk: main.name }),
      second: t('foot.missingMore'),
      route,
    };
  }
  const cable = needs.filter((need) => need === 'cable').length;
  if (cable > 0) return { ...plain, mark: 'warn', first: t('foot.cable', { count: cable }) };
  const overdue = needs.filter((need) => need === 'you' || need === 'first' || need === 'unencrypted').length;
  if (overdue > 0) return { ...plain, mark: 'warn', first: t('foot.overdue', { count: overdue }) };
  const cleanup = cleanupFact(phones, parts.udid ?? null);
  if (cleanup !== null) return cleanup;
  if (phones.length === 0) return { ...plain, mark: 'todo', first: t('foot.none'), second: t('foot.noneMore') };
  if (needs.includes('unverified')) return { ...plain, mark: 'idle', first: t('foot.unverified') };
  return { ...plain, mark: 'ok', first: t('foot.quiet') };
}

/** A cleanup under way: until when it is safe, or that it is not. */
function cleanupFact(phones: readonly PhoneView[], udid: string | null): FooterFact | null {
  const isOpen = ({ cleanup }: PhoneView): boolean => cleanup?.stage === 'cleaning' || cleanup?.stage === 'refused';
  const phone = phones.find((one) => one.udid === udid && isOpen(one)) ?? phones.find(isOpen);
  if (phone?.cleanup == null) return null;
  const { stage, verdict, validUntil, standing } = phone.cleanup;
  const fact = { percent: null, route: { screen: 'cleanup', udid: phone.udid } as const };
  if (stage === 'refused') {
    return { ...fact, mark: 'bad', first: t('foot.cleanup.refused'), second: t('foot.cleanup.reasons') };
  }
  if (standing !== 'valid' || validUntil === null) {
    const isOver = standing === 'lapsed';
    const first = t(isOver ? 'foot.cleanup.ended' : 'foot.cleanup.open');
    return { ...fact, mark: 'warn', first, second: t(isOver ? 'foot.cleanup.endedMore' : 'foot.cleanup.openMore') };
  }
  const second = t('foot.cleanup.until', { when: whenInSentence(validUntil) });
  return verdict === 'safe'
    ? { ...fact, mark: 'ok', first: t('foot.cleanup.safe'), second }
    : { ...fact, mark: 'warn', first: t('foot.cleanup.limits'), second };
}

/** What runs: a backup before other work, and one that waits for its passcode before all. */
function jobFact({ jobs, phones, left }: FooterParts): FooterFact | null {
  const live = jobs.filter((one) => LIVE.has(one.state));
  const job =
    live.find((one) => one.passcodeSince !== null) ??
    live.find((one) => isBackingUp(one) && one.state !== 'waiting') ??
    live.find((one) => one.state !== 'waiting') ??
    live[0];
  if (job === undefined) return null;
  const name = phones.find((one) => one.udid === job.udid)?.name ?? '';
  const route: Route = { screen: 'job', job: job.id };
  if (job.passcodeSince !== null) {
    return { mark: 'warn', percent: null, first: t('foot.passcode'), second: t('foot.passcodeMore', { name }), route };
  }
  const second = job.state === 'waiting' ? t('foot.waiting') : left === null ? name : t('foot.left', { left });
  if (!isBackingUp(job)) return { mark: 'run', percent: null, first: t(`work.${job.kind}`), second, route };
  if (job.cancelCosts === 'verification') {
    return { mark: 'run', percent: null, first: t('foot.verifying'), second, route };
  }
  const percent = job.percent === null ? null : Math.round(job.percent);
  return {
    mark: 'run',
    percent,
    first: t('foot.running', { percent: percent === null ? 'none' : String(percent) }),
    second,
    route,
  };
}
