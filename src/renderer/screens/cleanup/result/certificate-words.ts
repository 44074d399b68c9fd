import type { Certificate, CheckId, CleanupOption, Exclusion } from '../../../../shared/rules/guidance/index.ts';
import { en } from '../../../text/en/index.ts';
import { dayInSentence, timeText } from '../../../text/formats.ts';
import { type TextKey, t } from '../../../text/index.ts';

/** What a certificate says: its heading, what it does not cover, and what can be brought back. */

export function headingOf({ verdict, excludes }: Certificate): string | null {
  if (verdict === 'safe') return null;
  const exceptions = excludes.filter(({ isException }) => isException);
  const counted = exceptions.find(({ what, count }) => count !== null && count > 0 && NAMED.has(what));
  if (counted?.count != null) {
    return t('cleanup.certificate.except', { count: counted.count, what: thingsOf(counted) });
  }
  return t('cleanup.certificate.limits', { count: exceptions.length });
}

/** Exceptions that are things somebody could leave out of the cleanup. */
const NAMED: ReadonlySet<Exclusion['what']> = new Set<Exclusion['what']>([
  'originals-only-in-icloud',
  'originals-missing',
  'apps-without-data',
  'added-since',
]);

const PHOTOS: readonly string[] = [
  'delete-unreviewed-photos',
  'screenshots',
  'reviewed-duplicates',
  'bulk-duplicates',
] satisfies CleanupOption[];

function thingsOf({ what, names }: Exclusion): 'apps' | 'photos' | 'videos' | 'attachments' | 'added' | 'items' {
  if (what === 'apps-without-data') return 'apps';
  if (what === 'added-since') return 'added';
  if (names.length > 0 && names.every((name) => PHOTOS.includes(name))) return 'photos';
  if (names.length === 1 && names[0] === 'large-videos') return 'videos';
  return names.length === 1 && names[0] === 'message-attachments' ? 'attachments' : 'items';
}

const SYNCS: Partial<Record<Exclusion['what'], CheckId>> = {
  'icloud-photos-sync': 'icloud-photos',
  'messages-in-icloud-sync': 'messages-in-icloud',
};

/** Most apps are told apart by name only as long as there are few. */
const FEW = 3;

export function exclusionText(exclusion: Exclusion, { coversUntil, checks }: Certificate): string {
  const { what, count, names } = exclusion;
  const isFewApps = what === 'apps-without-data' && names.length > 0 && names.length <= FEW;
  return t(`cleanup.excludes.${what}`, {
    count: count ?? 0,
    known: count === null ? 'no' : 'yes',
    things: thingsOf(exclusion),
    names: isFewApps ? new Intl.ListFormat('en').format(names) : 'none',
    // What could not be seen is not told as if it had been.
    sync: checks.some(({ id, reason }) => id === SYNCS[what] && reason === 'deletions-sync') ? 'on' : 'unknown',
    copy: checks.some(({ id, reason }) => id === 'second-copy' && reason === 'no-copy') ? 'none' : 'unknown',
    reset: names.includes('apple-pay') ? 'yes' : 'no',
    time: timeText(coversUntil),
    day: dayInSentence(coversUntil),
  });
}

export function coversText({ option, items }: Certificate['covers'][number]): string {
  const key = `cleanup.covers.${option}`;
  return t(isKey(key) ? key : 'cleanup.covers.other', { count: items ?? 0, known: items === null ? 'no' : 'yes' });
}

/** Everything else is in the same backup. */
export function restText({ coversUntil }: Certificate): string {
  return t('cleanup.coversRest', { time: timeText(coversUntil) });
}

/** "7F3A 91C4 0E2B". */
export function idText(id: string): string {
  return (id.toUpperCase().match(/.{1,4}/g) ?? [id]).join(' ');
}

function isKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}
