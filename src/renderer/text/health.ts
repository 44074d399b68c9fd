import type { JobView, PhoneView } from '../../shared/contract/procedures/index.ts';
import type { MarkKind } from '../components/Mark.tsx';
import { dateText, dayInSentence, timeText } from './formats.ts';
import { type TextKey, t } from './index.ts';

/** What may be said of a phone: the engine picks the rule and gives the facts, this makes the mark and the sentence. */

export interface HealthSentence {
  readonly mark: MarkKind;
  readonly text: string;
}

const MARKS: Readonly<Record<PhoneView['health']['rule'], MarkKind>> = {
  'backing-up': 'run',
  'passcode-wanted': 'warn',
  'no-backup': 'warn',
  'newest-damaged': 'bad',
  'last-attempt-failed': 'warn',
  'pairing-expired': 'warn',
  'trust-withdrawn': 'warn',
  'not-seen': 'warn',
  unencrypted: 'warn',
  'not-verified': 'idle',
  'nearly-full': 'warn',
  well: 'ok',
};

/** `job`: the phone's running backup, whose figure is newer than the list's. */
export function healthSentence(phone: PhoneView, job: JobView | null = null, now: Date = new Date()): HealthSentence {
  const { rule, facts, protectedUntil } = phone.health;
  if (job !== null && job.state === 'running' && rule !== 'passcode-wanted') {
    const key: TextKey = job.passcodeSince === null ? 'health.backing-up' : 'health.passcode-wanted';
    return {
      mark: job.passcodeSince === null ? 'run' : 'warn',
      text: t(key, percentValues(job.percent)),
    };
  }
  const point = rule === 'not-verified' || rule === 'unencrypted' ? phone.newest?.finishedAt : protectedUntil;
  const values = {
    ...when(point ?? null, now),
    ...(rule === 'backing-up' ? percentValues(facts['percent']) : {}),
    seen: phone.lastSeenAt === null ? '' : dateText(phone.lastSeenAt, now),
    disk: textOr(facts['disk'], t('health.disk')),
    room: typeof facts['room'] === 'number' ? facts['room'] : 0,
  };
  // Green is earned: without a point in time that was read back there is nothing to promise.
  const mark = rule === 'well' && protectedUntil === null ? 'idle' : MARKS[rule];
  return { mark, text: t(keyOf(phone), values) };
}

function keyOf({ health: { rule, facts }, isConnected, lastSeenAt, newest }: PhoneView): TextKey {
  if (rule === 'not-seen' && (isConnected || lastSeenAt === null)) return 'health.overdue';
  if (rule === 'not-verified' && typeof facts['disk'] === 'string' && newest !== null) return 'health.waiting-for-disk';
  if (rule === 'unencrypted' && facts['newest'] === 'encrypted') return 'health.turned-off';
  if (rule === 'nearly-full' && typeof facts['room'] !== 'number') return 'health.nearly-full-open';
  return `health.${rule}`;
}

function when(point: string | null, now: Date) {
  if (point === null) return { known: 'no', time: '', day: '', date: '' };
  return { known: 'yes', time: timeText(point), day: dayInSentence(point, now), date: dateText(point, now) };
}

function percentValues(percent: unknown) {
  return typeof percent === 'number' ? { known: 'yes', percent: Math.round(percent) } : { known: 'no', percent: 0 };
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
