import type {
  CleanupCertificateResult,
  CleanupCheckResult,
  CleanupPlanResult,
  CleanupReviewResult,
  CleanupUndoResult,
  GoneFromPhone,
} from '../../shared/contract/index.ts';
import { formatBytes } from '../../shared/text/index.ts';

const LEVELS = {
  low: 'Low risk. No new backup is needed.',
  medium: 'Medium risk. A backup is recommended.',
  high: 'High risk. A full encrypted backup is strongly recommended.',
} as const;
const MARKS = { pass: '✓', warn: '!', fail: '✗', unknown: '?' } as const;
const MOST_SHOWN = 50;

type Checks = CleanupPlanResult['checks'];

export function planText({ level, reasons, checks, missing }: CleanupPlanResult): string {
  const lines = [LEVELS[level], `Because of: ${reasons.join(', ')}.`];
  if (level === 'low') return lines.join('\n');
  lines.push('', ...checkLines(checks), '');
  lines.push(
    missing.length === 0
      ? 'Nothing is missing: “backstop cleanup certificate …” decides.'
      : `Missing: ${missing.join(', ')}. “backstop cleanup run …” does it.`,
  );
  return lines.join('\n');
}

function checkLines(checks: Checks): string[] {
  const width = Math.max(0, ...checks.map(({ id }) => id.length));
  return checks.map(({ id, status, reason, required, evidence, next }) => {
    const facts = Object.entries(evidence)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`);
    const about = facts.length === 0 ? '' : ` (${facts.join('; ')})`;
    const step = next === null ? '' : ` → ${next}`;
    return `  ${MARKS[status]} ${id.padEnd(width)}  ${reason}${about}${required ? '' : ' · advice'}${step}`;
  });
}

export function certificateText({ issued, certificate, reasons, level }: CleanupCertificateResult): string {
  if (certificate === null || !issued) {
    if (level === 'low') return 'Go ahead. You do not need a new backup for this.';
    const why = reasons.map(
      ({ id, status, reason, next }) => `  ${id}: ${status}, ${reason}${next === null ? '' : ` → ${next}`}`,
    );
    return [
      'Not safe to clean. Please do not delete anything yet.',
      ...why,
      'Your earlier backups are untouched.',
    ].join('\n');
  }
  const exceptions = certificate.excludes.map(
    ({ what, count, names }) =>
      `  not covered: ${what}${count === null ? '' : ` (${count})`}${names.length === 0 ? '' : `: ${names.join(', ')}`}`,
  );
  const covers = certificate.covers.map(
    ({ option, items }) => `  covered: ${option}${items === null ? '' : ` (${items} items)`}`,
  );
  return [
    `${certificate.verdict === 'safe' ? 'Safe to clean' : 'Safe to clean, with limits,'} until ${certificate.validUntil}.`,
    ...exceptions,
    `Anything added to the phone after ${certificate.coversUntil} is not covered.`,
    ...covers,
    `Certificate ${certificate.id}, version ${certificate.snapshot.slice(0, 12)}, kept until ${certificate.pinnedUntil ?? 'you take its pin back'}.`,
  ].join('\n');
}

export function checkText({ standing, certificate }: CleanupCheckResult): string {
  if (standing === null || certificate === null) return 'There is no certificate for this phone.';
  if (standing.state === 'valid') {
    const note = standing.reason === 'not-counted' ? ' What was added since could not be counted.' : '';
    return `The certificate ${certificate.id} holds until ${certificate.validUntil}.${note}`;
  }
  const words = standing.state === 'lapsed' ? 'no longer holds' : 'cannot be proved now';
  return `The certificate ${certificate.id} ${words}: ${standing.reason ?? 'unknown'}. Please do not delete anything.`;
}

export function reviewText({ expected, unexpected, certain, inTrash, unreadable }: CleanupReviewResult): string {
  const total = expected.length + unexpected.length;
  const lines = [
    `The cleanup removed ${total} items. ${expected.length} were in your plan.`,
    unexpected.length === 0 ? 'Everything that went was in your plan.' : `${unexpected.length} were not:`,
    ...itemLines(unexpected),
  ];
  if (inTrash > 0) lines.push(`${inTrash} photos are still in Recently Deleted on the iPhone. Recover them there.`);
  if (!certain) lines.push('One of the two versions could not be read whole, so something may only look gone:');
  lines.push(...unreadable.map(({ what, reason }) => `  ${what}: ${reason}`));
  if (total > 0)
    lines.push('“backstop cleanup undo DIR” takes back what was not in the plan; with --part all everything.');
  return lines.join('\n');
}

function itemLines(items: readonly GoneFromPhone[]): string[] {
  const shown = items.slice(0, MOST_SHOWN).map(({ kind, id, title, at, bytes }) => {
    const size = bytes === null ? '' : `, ${formatBytes(bytes)}`;
    return `  ${kind}: ${title ?? id}${at === null ? '' : `, ${at}`}${size}`;
  });
  const more = items.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more`] : shown;
}

export function undoText({ directory, items, files, bytes, failed }: CleanupUndoResult): string {
  return [
    `${items} items are in ${directory}: ${files} files, ${formatBytes(bytes)}.`,
    ...failed.map(({ what, reason }) => `  not taken back: ${what}: ${reason}`),
  ].join('\n');
}
