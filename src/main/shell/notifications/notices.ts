import type { JobResult, JobView, PhoneView, VaultView } from '../../../shared/contract/procedures/index.ts';
import { isBackingUp } from '../../../shared/contract/procedures/index.ts';
import { catalogue, type ErrorCode } from '../../../shared/errors/index.ts';
import { formatBytes } from '../../../shared/text/index.ts';
import { dateInSentence, shellCount, shellText, whenInSentence } from '../../../shared/text/shell/index.ts';
import type { Facts } from '../facts/facts.ts';

/** Which notifications of ux.md § 18 follow from what changed. Facts in, words out; showing them is the notifier's job. */

export interface ShellNotice {
  /** The same key is shown once, ever; it says what the notice is about and how bad that is. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  readonly action: string | null;
  /** Where a click leads. */
  readonly route: string;
  readonly isLoud: boolean;
  /** Good news is of no interest to somebody who looks at the window. */
  readonly isGoodNews: boolean;
}

export interface NoticeContext {
  readonly now: Date;
  readonly locale?: string | undefined;
}

export function noticesOf(now: Facts, before: Facts, context: NoticeContext): readonly ShellNotice[] {
  if (now.settings === null) return [];
  const { notifyProblems } = now.settings;
  return [
    ...now.jobs.flatMap((job) => ofJob(job, before.jobs.find(({ id }) => id === job.id) ?? null, now, context)),
    ...(notifyProblems ? [...ofPhones(now, before, context), ...ofVaults(now)] : []),
  ];
}

function ofJob(job: JobView, old: JobView | null, facts: Facts, context: NoticeContext): readonly ShellNotice[] {
  // A job that the shell sees for the first time at its end ended before the shell looked: Activity tells of it.
  if (old === null && job.endedAt !== null) return [];
  if (job.passcodeSince !== null && (old === null || old.passcodeSince === null)) return [passcodeWanted(job, facts)];
  if (old === null || old.state === job.state) return [];
  if (job.state === 'failed') return failed(job, facts, context);
  if (job.state === 'done' && job.result !== null) return ended(job, job.result, facts);
  return [];
}

function passcodeWanted(job: JobView, facts: Facts): ShellNotice {
  const phone = phoneOf(facts, job.udid);
  const isUsb = phone?.connections.includes('usb') === true;
  return notice(`n1:${job.id}`, shellText('n1.title', { name: nameOf(facts, job.udid) }), {
    body: shellText(isUsb ? 'n1.body.usb' : 'n1.body.wifi'),
    route: jobRoute(job),
    isLoud: true,
  });
}

function failed(job: JobView, facts: Facts, { now, locale }: NoticeContext): readonly ShellNotice[] {
  if (!isBackingUp(job) || facts.settings?.notifyProblems === false) return [];
  const name = nameOf(facts, job.udid);
  const code = job.failure?.code ?? 'internal/bug';
  if (code === 'backup/passcode-not-entered') {
    const body = shellText('n2.body');
    const title = shellText('n2.title', { name });
    return [notice(`n2:${job.id}`, title, { body, action: shellText('n2.action'), route: jobRoute(job) })];
  }
  const title = Object.hasOwn(catalogue, code) ? catalogue[code as ErrorCode].title : catalogue['internal/bug'].title;
  const cause = `${title}.`;
  const until = phoneOf(facts, job.udid)?.health.protectedUntil ?? null;
  const body = until === null ? cause : shellText('n5.safe', { cause, time: whenInSentence(until, now, locale) });
  const action = shellText('n5.action');
  return [
    notice(`n5:${job.id}`, shellText('n5.title', { name }), { body, action, route: jobRoute(job), isLoud: true }),
  ];
}

function ended(job: JobView, result: JobResult, facts: Facts): readonly ShellNotice[] {
  const isWanted = facts.settings?.notifyProblems !== false;
  if (result.kind === 'backup') return backupEnded(job, result.backup, facts);
  if (result.kind === 'verify' && !result.report.ok && isWanted) {
    return [damaged(`n10:${job.id}`, facts, job, errorsIn(result.report))];
  }
  if (result.kind === 'cleanup-review' && result.unexpected > 0 && isWanted) {
    const route = `/cleanup?${new URLSearchParams({ udid: job.udid ?? '' })}`;
    const rest = { body: shellText('n17.body'), action: shellText('n17.action'), route, isLoud: true };
    return [notice(`n17:${job.id}`, shellCount('n17.title', result.unexpected), rest)];
  }
  if (result.kind === 'repair' && result.report.repaired.length > 0) {
    const body = shellCount('n11.body', result.report.repaired.length);
    return [notice(`n11:${job.id}`, shellText('n11.title'), { body, route: jobRoute(job), isGoodNews: true })];
  }
  return [];
}

type BackupOutcome = Extract<JobResult, { kind: 'backup' }>['backup'];

function backupEnded(job: JobView, backup: BackupOutcome, facts: Facts): readonly ShellNotice[] {
  const { verification, snapshot, losses } = backup;
  const isWanted = facts.settings?.notifyProblems !== false;
  const name = nameOf(facts, job.udid);
  const notices: ShellNotice[] = [];
  if (verification.checked > 0 && !verification.ok) {
    if (isWanted) notices.push(damaged(`n10:${job.id}`, facts, job, errorsIn(verification)));
  } else if (verification.ok) notices.push(...verified(job, backup, facts, name));
  const loss = losses[0];
  if (loss !== undefined && isWanted) {
    const fewer = loss.before - loss.after;
    const isVanished = loss.kind === 'app' || loss.kind === 'conversation';
    notices.push(
      notice(
        `n19:${job.id}`,
        isVanished ? shellText('n19.gone', { name }) : shellCount('n19.title', fewer, { what: loss.kind }),
        {
          body: shellText('n19.body'),
          action: shellText('n19.action'),
          route: `/changes?${new URLSearchParams({ udid: snapshot.udid })}`,
          isLoud: true,
        },
      ),
    );
  }
  if (!snapshot.encrypted && isWanted) {
    const body = shellText('n20.body');
    const title = shellText('n20.title', { name });
    notices.push(
      notice(`n20:${snapshot.udid}`, title, {
        body,
        action: shellText('n20.action'),
        route: '/settings?section=phone',
      }),
    );
  }
  return notices;
}

function verified(job: JobView, backup: BackupOutcome, facts: Facts, name: string): readonly ShellNotice[] {
  const { verification, snapshot } = backup;
  const route = `/contents?${new URLSearchParams({
    udid: snapshot.udid,
    version: JSON.stringify({ vault: job.vault ?? '', snapshot: snapshot.id }),
  })}`;
  const rest = { action: shellText('n3.action'), route, isGoodNews: true };
  const all = (facts.phones ?? []).reduce((sum, { backups }) => sum + backups, 0);
  if (all <= 1) {
    const { filesPresent, filesReread } = verification.scope;
    const key = filesReread >= filesPresent ? 'n4.body' : 'n4.body.present';
    return [notice('n4', shellText('n4.title'), { ...rest, body: shellCount(key, verification.checked) })];
  }
  if (facts.settings?.notifyDone !== true) return [];
  const body = shellText('n3.body', { size: formatBytes(snapshot.newBytes) });
  return [notice(`n3:${job.id}`, shellText('n3.title', { name }), { ...rest, body })];
}

/** Warnings do not make a version damaged. Of what was not listed the worse is believed. */
function errorsIn({ problems, moreProblems }: BackupOutcome['verification']): number {
  return problems.filter(({ severity }) => severity === 'error').length + moreProblems;
}

function damaged(key: string, facts: Facts, job: JobView, files: number): ShellNotice {
  return notice(key, shellText('n10.title', { name: nameOf(facts, job.udid) }), {
    body: shellCount('n10.body', files),
    action: shellText('n10.action'),
    route: jobRoute(job),
    isLoud: true,
  });
}

/** Days after which the alarm rings again (promise 15); the first is the owner's own limit. */
const LATER_DAYS = [7, 14, 21, 28] as const;
const DAY_MS = 86_400_000;
const UNPROTECTED: ReadonlySet<string> = new Set([
  'not-seen',
  'pairing-expired',
  'trust-withdrawn',
  'last-attempt-failed',
]);

function ofPhones(now: Facts, before: Facts, context: NoticeContext): readonly ShellNotice[] {
  return (now.phones ?? []).flatMap((phone) => {
    const old = before.phones?.find(({ udid }) => udid === phone.udid) ?? null;
    return [
      ...overdue(phone, now.settings?.limitDays ?? 3, context),
      ...encryptionOff(phone, old),
      ...certificate(phone, old, context),
    ];
  });
}

function overdue(phone: PhoneView, limitDays: number, { now, locale }: NoticeContext): readonly ShellNotice[] {
  const until = phone.health.protectedUntil;
  if (until === null || phone.isDemo || !UNPROTECTED.has(phone.health.rule)) return [];
  const days = (now.getTime() - Date.parse(until)) / DAY_MS;
  const step = [limitDays, ...LATER_DAYS.filter((later) => later > limitDays)].findLast((one) => days >= one);
  if (step === undefined) return [];
  const date = dateInSentence(until, now, locale);
  return [
    notice(`n6:${phone.udid}:${until.slice(0, 10)}:${step}`, shellText('n6.title', { name: phone.name }), {
      body: shellText('n6.body', { date }),
      action: shellText('n6.action'),
      route: '/home',
    }),
  ];
}

function encryptionOff(phone: PhoneView, old: PhoneView | null): readonly ShellNotice[] {
  if (old?.encrypted !== true || phone.encrypted !== false) return [];
  return [
    notice(`n21:${phone.udid}:${phone.lastSeenAt ?? ''}`, shellText('n21.title', { name: phone.name }), {
      body: shellText('n21.body'),
      action: shellText('n21.action'),
      route: '/settings?section=phone',
      isLoud: true,
    }),
  ];
}

const ENDING_MS = 2 * 60 * 60_000;

/** Of a certificate: that it is there, that it ends soon, that it no longer holds. */
function certificate(phone: PhoneView, old: PhoneView | null, { now, locale }: NoticeContext): readonly ShellNotice[] {
  const { cleanup, name, udid } = phone;
  if (cleanup === null || cleanup.validUntil === null || cleanup.stage !== 'cleaning') return [];
  const { validUntil, coversUntil } = cleanup;
  const route = `/cleanup?${new URLSearchParams({ udid })}`;
  const key = `${udid}:${validUntil}`;
  if (cleanup.standing === 'lapsed') {
    // That its time is over was said before it was; one that had lapsed before anybody looked is told where it is shown.
    if (cleanup.reason === 'time' || old?.cleanup?.standing !== 'valid') return [];
    const since = whenInSentence(coversUntil ?? validUntil, now, locale);
    const body = cleanup.reason === 'added' ? shellText('n16.added', { since }) : shellText('n16.body');
    const rest = { body, action: shellText('n16.action'), route, isLoud: true };
    return [notice(`n16:${key}`, shellText('n16.title'), rest)];
  }
  if (cleanup.standing !== 'valid') return [];
  const left = Date.parse(validUntil) - now.getTime();
  const time = whenInSentence(validUntil, now, locale);
  if (left > 0 && left <= ENDING_MS) {
    const rest = { body: shellText('n15.body', { time }), action: shellText('n15.action'), route };
    return [notice(`n15:${key}`, shellText('n15.title', { name }), rest)];
  }
  if (old?.cleanup?.standing === 'valid' && old.cleanup.validUntil === validUntil) return [];
  if (old === null || left <= 0) return [];
  const rest = { body: shellText('n14.body', { time }), action: shellText('n14.action'), route, isLoud: true };
  return [notice(`n14:${key}`, shellText('n14.title', { name }), { ...rest, isGoodNews: true })];
}

const FEW_BACKUPS = 2;

function ofVaults(now: Facts): readonly ShellNotice[] {
  return (now.vaults ?? []).flatMap((vault: VaultView) => {
    const { roomForBackups } = vault;
    if (!vault.isOnline || roomForBackups === null || roomForBackups > FEW_BACKUPS) return [];
    const title = shellCount('n9.title', roomForBackups, { disk: vault.name });
    const action = shellText('n9.action');
    return [notice(`n9:${vault.id}:${roomForBackups}`, title, { body: '', action, route: '/destinations' })];
  });
}

function notice(
  key: string,
  title: string,
  rest: { readonly body: string; readonly route: string } & Partial<ShellNotice>,
): ShellNotice {
  return { action: null, isLoud: false, isGoodNews: false, ...rest, key, title };
}

function phoneOf(facts: Facts, udid: string | null): PhoneView | null {
  return facts.phones?.find((phone) => phone.udid === udid) ?? null;
}

function nameOf(facts: Facts, udid: string | null): string {
  return phoneOf(facts, udid)?.name ?? shellText('n.phone');
}

function jobRoute(job: JobView): string {
  return `/job?${new URLSearchParams({ job: job.id })}`;
}
