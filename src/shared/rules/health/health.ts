/** The one honest sentence about a phone, as a rule and the facts it needs. Pure: time comes in, words are made elsewhere. */

export type HealthRule =
  | 'backing-up'
  | 'passcode-wanted'
  | 'no-backup'
  | 'newest-damaged'
  | 'last-attempt-failed'
  | 'pairing-expired'
  | 'trust-withdrawn'
  | 'not-seen'
  | 'unencrypted'
  | 'not-verified'
  | 'nearly-full'
  | 'well';

export interface HealthVersion {
  readonly finishedAt: string;
  readonly encrypted: boolean;
  /** The check that counts; null: never checked. */
  readonly verified: { readonly ok: boolean; readonly level: string } | null;
  readonly isDamaged: boolean;
}

export interface HealthFacts {
  /** All of the phone's versions, in any order. */
  readonly versions: readonly HealthVersion[];
  /** A backup of it that runs now; `percent` null: not known. */
  readonly running: { readonly percent: number | null; readonly wantsPasscode: boolean } | null;
  readonly lastFailure: { readonly at: string; readonly code: string } | null;
  readonly isConnected: boolean;
  readonly connections: readonly ('usb' | 'wifi')[];
  readonly pairing: 'paired' | 'not-paired' | 'locked' | 'unknown';
  readonly lastSeenAt: string | null;
  /** What the phone says now; null: not known. */
  readonly encrypted: boolean | null;
  /** Where its backups go; null: nowhere yet. */
  readonly disk: {
    readonly name: string;
    readonly isOnline: boolean;
    /** How many more typical backups fit; null: not known. */
    readonly room: number | null;
  } | null;
  readonly limitDays: number;
}

export interface PhoneHealth {
  readonly rule: HealthRule;
  readonly facts: Record<string, string | number | boolean | null>;
  readonly protectedUntil: string | null;
}

const DAY_MS = 86_400_000;
/** Fewer backups than this still fit: nearly full. */
const LITTLE_ROOM = 2;

/** Its bytes were read back, at least in part, and nothing is known against it. */
export function isProven({ verified, isDamaged }: HealthVersion): boolean {
  return verified?.ok === true && verified.level !== 'structure' && !isDamaged;
}

/** The end of the newest version that could be brought back for certain. */
export function protectedUntil(versions: readonly HealthVersion[]): string | null {
  return newestOf(versions.filter(isProven))?.finishedAt ?? null;
}

/** The table of sentences, from the top: the first rule that fits. */
export function healthOf(facts: HealthFacts, now: Date): PhoneHealth {
  const until = protectedUntil(facts.versions);
  const found = ruleOf(facts, until, now);
  return { rule: found.rule, facts: found.facts ?? {}, protectedUntil: until };
}

interface Found {
  readonly rule: HealthRule;
  readonly facts?: PhoneHealth['facts'];
}

function ruleOf(facts: HealthFacts, until: string | null, now: Date): Found {
  const { running, versions, disk } = facts;
  if (running !== null && !running.wantsPasscode) return { rule: 'backing-up', facts: { percent: running.percent } };
  if (running !== null) return { rule: 'passcode-wanted' };
  const newest = newestOf(versions);
  if (newest === null) return { rule: 'no-backup' };
  if (newest.isDamaged || newest.verified?.ok === false) return { rule: 'newest-damaged' };
  if (hasFailedSince(facts, newest))
    return { rule: 'last-attempt-failed', facts: { code: facts.lastFailure?.code ?? '' } };
  if (until === null || isOlder(until, facts.limitDays, now)) {
    const why = whyTooOld(facts, newest, now);
    if (why !== null) return why;
  }
  if (!newest.encrypted || facts.encrypted === false) {
    // Encryption that was turned off since takes nothing from what there is.
    return { rule: 'unencrypted', facts: { newest: newest.encrypted ? 'encrypted' : 'open' } };
  }
  if (!isProven(newest)) {
    return { rule: 'not-verified', facts: disk !== null && !disk.isOnline ? { disk: disk.name } : {} };
  }
  if (disk?.room != null && disk.room < LITTLE_ROOM) {
    return { rule: 'nearly-full', facts: { disk: disk.name, room: Math.max(0, Math.floor(disk.room)) } };
  }
  return { rule: 'well' };
}

/**
 * Why nothing newer is protected. A version that is new but not yet verified is no matter of the phone: null, and the rows
 * below tell of it.
 */
function whyTooOld(facts: HealthFacts, newest: HealthVersion, now: Date): Found | null {
  if (!isOlder(newest.finishedAt, facts.limitDays, now)) return null;
  const seen = { seen: facts.lastSeenAt };
  if (facts.pairing === 'not-paired') {
    const isByAir = facts.isConnected && !facts.connections.includes('usb');
    return { rule: isByAir ? 'pairing-expired' : 'trust-withdrawn', facts: seen };
  }
  return { rule: 'not-seen', facts: seen };
}

/** A failure that came before the newest version is over. */
function hasFailedSince({ lastFailure }: HealthFacts, newest: HealthVersion): boolean {
  return lastFailure !== null && Date.parse(lastFailure.at) > Date.parse(newest.finishedAt);
}

/** A time ahead of this clock is not old: which of the two clocks is wrong is not known. */
function isOlder(at: string, days: number, now: Date): boolean {
  return now.getTime() - Date.parse(at) > days * DAY_MS;
}

function newestOf(versions: readonly HealthVersion[]): HealthVersion | null {
  let newest: HealthVersion | null = null;
  for (const version of versions) {
    if (newest === null || Date.parse(version.finishedAt) >= Date.parse(newest.finishedAt)) newest = version;
  }
  return newest;
}
