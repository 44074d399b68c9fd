import { takesPhotos } from '../options.ts';
import type { CleanupFacts, Exclusion } from '../types.ts';
import { type Answer, exception, type Finding, finding, type Situation } from './finding.ts';

/** What does not decide by itself, and limits a certificate: a warning, or what is not known, becomes an exception. */

export function advisoryFindings(situation: Situation): Finding[] {
  const { facts, options } = situation;
  const { phone } = facts;
  const has = (needs: string): boolean => options.some((one) => one.needs === needs);
  const findings: Finding[] = [];
  const add = (id: Finding['check']['id'], answer: Answer): void => {
    findings.push(finding(id, 'advisory', answer));
  };
  if (options.some(takesPhotos)) {
    add('icloud-photos', syncs(phone.icloudPhotos, 'icloud-photos-sync', { optimiseStorage: phone.optimiseStorage }));
    // Only where somebody relies on it and it could be counted: the version has what is not uploaded.
    if (phone.icloudPhotos !== false && phone.notUploaded !== null) add('photos-uploaded', uploaded(phone.notUploaded));
  }
  if (has('attachments')) add('messages-in-icloud', syncs(phone.messagesInICloud, 'messages-in-icloud-sync', {}));
  if (has('apps')) add('local-only-apps', localOnlyApps(facts));
  const beyond = notInBackups(situation);
  if (beyond !== null) add('not-in-backups', beyond);
  if (facts.version !== null) add('second-copy', secondCopy(facts));
  return findings;
}

/** A sync repeats a deletion everywhere. */
function syncs(isOn: boolean | null, what: Exclusion['what'], more: Answer['evidence']): Answer {
  const evidence = { on: isOn, ...more };
  if (isOn === false) return { status: 'pass', reason: 'off', evidence };
  const excludes = [exception(what)];
  return isOn === true
    ? { status: 'warn', reason: 'deletions-sync', evidence, excludes }
    : { status: 'unknown', reason: 'not-known', evidence, excludes };
}

function uploaded(notUploaded: number): Answer {
  const evidence = { notUploaded };
  if (notUploaded === 0) return { status: 'pass', reason: 'all-uploaded', evidence };
  return { status: 'warn', reason: 'not-uploaded', evidence, excludes: [exception('not-uploaded', notUploaded)] };
}

function localOnlyApps({ version }: CleanupFacts): Answer {
  const without = version?.appsWithoutData ?? null;
  if (without === null) {
    return { status: 'unknown', reason: 'not-looked', next: 'run', excludes: [exception('apps-without-data')] };
  }
  if (without.length === 0) return { status: 'pass', reason: 'all-have-data', evidence: { apps: [] } };
  const names = without.map(({ id, name }) => name ?? id);
  return {
    status: 'warn',
    reason: 'without-data',
    evidence: { apps: names, ids: without.map(({ id }) => id) },
    next: 'show-apps',
    excludes: [exception('apps-without-data', names.length, names)],
  };
}

/** Apple's list of what no backup holds (requirement R39), as far as a reset takes it. */
const NEVER_IN_A_BACKUP = ['face-id', 'apple-pay', 'mail', 'store-media', 'synced-media'];

function notInBackups({ options }: Situation): Answer | null {
  const ids = new Set(options.map(({ id }) => id));
  if (ids.has('icloud-drive-files')) {
    const excludes = [exception('icloud-drive-files')];
    return { status: 'warn', reason: 'icloud-drive', next: 'copy-icloud-drive', excludes };
  }
  const what = [
    ...(ids.has('streamed-media') ? ['downloads'] : []),
    ...(ids.has('system-cleanup') ? NEVER_IN_A_BACKUP : []),
  ];
  if (what.length === 0) return null;
  // It comes back by itself or is set up again: nothing to be afraid of, and to be said.
  const excludes: Exclusion[] = [{ what: 'not-in-any-backup', count: null, names: what, isException: false }];
  return { status: 'pass', reason: 'comes-back-otherwise', evidence: { what }, excludes };
}

function secondCopy({ version, secondCopy: copy }: CleanupFacts): Answer {
  const next = 'add-second-copy';
  const excludes = [exception('no-second-copy')];
  if (copy === null) return { status: 'unknown', reason: 'not-known', next, excludes };
  if (copy === 'none') return { status: 'warn', reason: 'no-copy', next, excludes };
  const isAfter = version !== null && Date.parse(copy.at) >= Date.parse(version.finishedAt);
  const evidence = { at: copy.at };
  if (!isAfter) return { status: 'warn', reason: 'copy-is-older', evidence, next, excludes };
  return { status: 'pass', reason: 'copied', evidence };
}
