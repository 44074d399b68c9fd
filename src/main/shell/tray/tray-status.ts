import type { FaceCommand } from '../../../shared/contract/face.ts';
import type { JobView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { isBackingUp } from '../../../shared/contract/procedures/index.ts';
import { dateInSentence, shellCount, shellText, whenInSentence } from '../../../shared/text/shell/index.ts';
import { type Facts, isLive, phoneName } from '../facts/facts.ts';

/** What the menu bar and the tray show: ux.md § 17, the first that fits. Facts in, words out; nothing else. */

export type TrayIcon =
  | 'no-iphone'
  | 'idle'
  | 'verified'
  | 'backing-up'
  | 'verifying'
  | 'needs-you'
  | 'failed'
  | 'paused';

/** What choosing an item does. The window opens for everything that needs a look or a question. */
export type TrayAction =
  | { readonly kind: 'open' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'quit-later'; readonly isOn: boolean }
  | { readonly kind: 'go'; readonly route: string }
  | { readonly kind: 'command'; readonly route: string; readonly command: FaceCommand }
  | { readonly kind: 'back-up'; readonly udid: string }
  | { readonly kind: 'verify'; readonly vault: string; readonly snapshot: string }
  | { readonly kind: 'skip-verification'; readonly job: string }
  | { readonly kind: 'update' };

export interface TrayItem {
  readonly id: string;
  readonly label: string;
  readonly action: TrayAction;
}

export interface TrayStatus {
  readonly icon: TrayIcon;
  readonly first: string;
  readonly second: string;
  readonly percent: number | null;
  /** Of this state; "Open", "Settings" and "Quit" follow in every state. */
  readonly items: readonly TrayItem[];
}

export interface TrayContext {
  readonly now: Date;
  readonly locale?: string | undefined;
  /** The owner asked to quit as soon as nothing runs. */
  readonly isQuittingLater: boolean;
}

export function trayStatus(facts: Facts, context: TrayContext): TrayStatus {
  return (
    ofEngine(facts) ??
    ofWork(facts, context) ??
    ofSetup(facts) ??
    ofFailures(facts, context) ??
    ofNeeds(facts, context) ??
    ofRest(facts, context)
  );
}

export function alwaysItems(): readonly TrayItem[] {
  return [
    item('open', shellText('tray.item.open'), { kind: 'open' }),
    item('settings', shellText('tray.item.settings'), { kind: 'go', route: '/settings' }),
    item('quit', shellText('tray.item.quit'), { kind: 'quit' }),
  ];
}

function ofEngine({ engine }: Facts): TrayStatus | null {
  if (engine === 'failed') return status('failed', shellText('tray.engineFailed'), shellText('tray.engineFailedMore'));
  if (engine === 'restarting') return status('needs-you', shellText('tray.engineRestarting'), '');
  return null;
}

/** Phases in which everything has come from the phone. */
const READING_BACK: ReadonlySet<string> = new Set([
  'checking-structure',
  'checking-manifest',
  'rereading',
  'decrypting',
  'opening-databases',
]);

function ofWork(facts: Facts, context: TrayContext): TrayStatus | null {
  const live = facts.jobs.filter(isLive);
  const backup = live.find((job) => isBackingUp(job) && job.state !== 'waiting');
  if (backup !== undefined) return ofBackup(facts, backup, context);
  const verify = live.find(({ kind }) => kind === 'verify' || kind === 'scrub');
  if (verify !== undefined) return readingBack(facts, verify, context);
  const waiting = live.find(isBackingUp);
  if (waiting === undefined) return null;
  return status('backing-up', text('tray.waiting', facts, waiting.udid), '', workItems(waiting, context));
}

function ofBackup(facts: Facts, job: JobView, context: TrayContext): TrayStatus {
  const items = workItems(job, context);
  if (job.state === 'cancelling') return status('backing-up', text('tray.cancelling', facts, job.udid), '');
  if (job.passcodeSince !== null) {
    return status('needs-you', text('tray.passcode', facts, job.udid), shellText('tray.passcodeMore'), items);
  }
  const phase = job.progress?.phase ?? '';
  if (READING_BACK.has(phase)) return readingBack(facts, job, context);
  if (phase !== 'receiving' && phase !== 'moving' && phase !== 'committing') {
    return status('backing-up', text('tray.preparing', facts, job.udid), '', items);
  }
  return {
    ...status('backing-up', text('tray.backingUp', facts, job.udid), percentLine(job), items),
    percent: job.percent,
  };
}

function readingBack(facts: Facts, job: JobView, context: TrayContext): TrayStatus {
  const items = [...workItems(job, context)];
  if (job.kind === 'backup') {
    const skip = { kind: 'skip-verification', job: job.id } as const;
    items.splice(1, 1, item('skip', shellText('tray.item.skip'), skip));
  }
  return status('verifying', text('tray.verifying', facts, job.udid), shellText('tray.verifyingMore'), items);
}

function workItems(job: JobView, { isQuittingLater }: TrayContext): readonly TrayItem[] {
  const route = `/job?${new URLSearchParams({ job: job.id })}`;
  const later = shellText(isQuittingLater ? 'tray.item.stayOpen' : 'tray.item.quitLater');
  return [
    item('progress', shellText('tray.item.progress'), { kind: 'go', route }),
    ...(isBackingUp(job)
      ? [item('cancel', shellText('tray.item.cancel'), { kind: 'command', route, command: 'cancel-backup' } as const)]
      : []),
    item('quit-later', later, { kind: 'quit-later', isOn: !isQuittingLater }),
  ];
}

/** No time left is told where the engine tells none: a guess would be worse. */
function percentLine({ percent, progress }: JobView): string {
  if (percent === null) return '';
  const rounded = Math.floor(percent);
  const seconds = progress?.secondsLeft ?? null;
  if (seconds === null) return shellText('tray.percent', { percent: rounded });
  const left = shellCount('tray.minutes', Math.max(1, Math.round(seconds / 60)));
  return shellText('tray.percentLeft', { percent: rounded, left });
}

function ofSetup({ phones, settings }: Facts): TrayStatus | null {
  if (phones === null) return status('idle', 'Backstop', '');
  const hasBackups = phones.some(({ backups }) => backups > 0);
  const step = settings?.firstRunStep ?? 'done';
  if (!hasBackups && phones.length > 0 && step !== 'done') {
    const more = shellText('tray.setupMore', { step: shellText(`tray.step.${step}`) });
    const go = item('continue', shellText('tray.item.continue'), { kind: 'go', route: '/first-run' });
    return status('no-iphone', shellText('tray.setup'), more, [go]);
  }
  if (phones.length > 0) return null;
  const go = item('set-up', shellText('tray.item.setUp'), { kind: 'go', route: '/first-run' });
  return status('no-iphone', shellText('tray.noPhone'), shellText('tray.noPhoneMore'), [go]);
}

function ofFailures(facts: Facts, { now, locale }: TrayContext): TrayStatus | null {
  const phones = facts.phones ?? [];
  const damaged = (facts.vaults ?? []).reduce((sum, { damagedBackups }) => sum + damagedBackups, 0);
  if (damaged > 0 || phones.some(({ health }) => health.rule === 'newest-damaged')) {
    const more = damaged > 0 ? shellCount('tray.damagedMore', damaged) : '';
    const go = item('damage', shellText('tray.item.damage'), { kind: 'go', route: '/destinations' });
    return status('failed', shellText('tray.damaged'), more, [go]);
  }
  const failed = phones.find(({ health }) => health.rule === 'last-attempt-failed');
  if (failed === undefined) return null;
  const { protectedUntil } = failed.health;
  const safe =
    protectedUntil === null ? '' : shellText('tray.safeUntil', { time: whenInSentence(protectedUntil, now, locale) });
  return status('failed', shellText('tray.failed'), safe, [
    item('happened', shellText('tray.item.happened'), { kind: 'go', route: '/activity' }),
    item('again', shellText('tray.item.again'), { kind: 'back-up', udid: failed.udid }),
  ]);
}

const NEEDS = {
  'pairing-expired': 'tray.cable',
  'trust-withdrawn': 'tray.trust',
  'not-seen': 'tray.overdue',
  'passcode-wanted': 'tray.passcode',
} as const;

function ofNeeds(facts: Facts, { now, locale }: TrayContext): TrayStatus | null {
  const phones = facts.phones ?? [];
  for (const [rule, key] of Object.entries(NEEDS)) {
    const phone = phones.find(({ health }) => health.rule === rule);
    if (phone === undefined) continue;
    const until = phone.health.protectedUntil;
    const more =
      until === null
        ? shellText('tray.nothingProtected')
        : shellText('tray.nothingNewer', { date: dateInSentence(until, now, locale) });
    return status('needs-you', text(key, facts, phone.udid), more, [historyItem(facts, phone)]);
  }
  const missing = (facts.vaults ?? []).find(({ isMain, isOnline }) => isMain && !isOnline);
  if (missing !== undefined) {
    const go = item('disk', shellText('tray.item.disk'), { kind: 'go', route: '/destinations' });
    return status('needs-you', shellText('tray.disk', { disk: missing.name }), shellText('tray.diskMore'), [go]);
  }
  const none = phones.find(({ health }) => health.rule === 'no-backup');
  if (none === undefined) return null;
  return status('needs-you', none.name, shellText('tray.nothingProtected'), [...backUpItems(facts), cleanupItem()]);
}

function ofRest(facts: Facts, { now, locale }: TrayContext): TrayStatus {
  const phones = facts.phones ?? [];
  const items = [...backUpItems(facts)];
  items.push(cleanupItem());
  const newest = newestOf(phones);
  if (newest !== null) {
    const route = `/browse?${new URLSearchParams({ udid: newest.udid, kind: 'photos' })}`;
    items.push(item('browse', shellText('tray.item.browse'), { kind: 'go', route }));
  }
  const unverified = phones.find(({ health }) => health.rule === 'not-verified');
  if (unverified?.newest) {
    const { vault, snapshot } = unverified.newest;
    items.unshift(item('verify', shellText('tray.item.verify'), { kind: 'verify', vault, snapshot }));
    return status('idle', shellText('tray.idle'), shellText('tray.idleMore'), items);
  }
  const unencrypted = phones.find(({ health }) => health.rule === 'unencrypted');
  if (unencrypted !== undefined) return status('idle', text('tray.unencrypted', facts, unencrypted.udid), '', items);
  const full = phones.find(({ health }) => health.rule === 'nearly-full');
  if (full !== undefined) {
    const disk = String(full.health.facts['disk'] ?? shellText('n.disk'));
    return status('needs-you', shellText('tray.nearlyFull', { disk }), '', items);
  }
  const until = phones.map(({ health }) => health.protectedUntil).reduce(earliest, undefined);
  const safe = until == null ? '' : shellText('tray.safeUntil', { time: whenInSentence(until, now, locale) });
  return until == null
    ? status('idle', shellText('tray.idle'), '', items)
    : status('verified', shellText('tray.verified'), safe, items);
}

/** The claim is only as good as its oldest part; one phone without any is no claim. */
function earliest(one: string | null | undefined, other: string | null): string | null {
  if (one === undefined) return other;
  return one === null || other === null ? null : one < other ? one : other;
}

function backUpItems(facts: Facts): readonly TrayItem[] {
  return (facts.phones ?? [])
    .filter(({ isConnected }) => isConnected)
    .map(({ udid }) => item(`back-up:${udid}`, text('tray.item.backUp', facts, udid), { kind: 'back-up', udid }));
}

function cleanupItem(): TrayItem {
  return item('cleanup', shellText('tray.item.cleanup'), { kind: 'go', route: '/cleanup' });
}

function historyItem(facts: Facts, { udid }: PhoneView): TrayItem {
  const route = `/history?${new URLSearchParams({ udid })}`;
  return item('history', text('tray.item.history', facts, udid), { kind: 'go', route });
}

function newestOf(phones: readonly PhoneView[]): PhoneView | null {
  const withBackups = phones.filter(({ newest }) => newest !== null);
  withBackups.sort((a, b) => (b.newest?.finishedAt ?? '').localeCompare(a.newest?.finishedAt ?? ''));
  return withBackups[0] ?? null;
}

type NamedKey = Extract<Parameters<typeof shellText>[0], `tray.${string}`>;

function text(key: NamedKey, facts: Facts, udid: string | null): string {
  return shellText(key, { name: phoneName(facts, udid) ?? shellText('n.phone') });
}

function status(icon: TrayIcon, first: string, second: string, items: readonly TrayItem[] = []): TrayStatus {
  return { icon, first, second, percent: null, items };
}

function item(id: string, label: string, action: TrayAction): TrayItem {
  return { id, label, action };
}
