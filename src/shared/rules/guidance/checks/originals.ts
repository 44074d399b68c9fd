import { isCoverable, type OptionRule } from '../options.ts';
import type { CheckStatus, Evidence, Exclusion, ItemsInVersion, VersionFacts } from '../types.ts';
import { type Answer, exception, type Finding, finding, NO_VERSION, type Situation } from './finding.ts';

/**
 * Are the originals of what is about to go in the version? Counted for each option by itself: what one option has makes
 * up for nothing that another one lacks.
 */

const WORST: readonly CheckStatus[] = ['pass', 'warn', 'unknown', 'fail'];

export function originalsFinding(situation: Situation): Finding {
  const { version } = situation.facts;
  return finding('originals-present', 'required', version === null ? NO_VERSION : originals(version, situation));
}

function originals(version: VersionFacts, situation: Situation): Answer {
  const options = situation.options.filter(isCoverable);
  const evidence: Evidence = { optimiseStorage: situation.facts.phone.optimiseStorage };
  let worst: CheckStatus = 'pass';
  let present = 0;
  for (const option of options) {
    const status = option.needs === 'apps' ? appsStatus(version, situation) : itemsStatus(version.items[option.id]);
    if (WORST.indexOf(status) > WORST.indexOf(worst)) worst = status;
    const counted = version.items[option.id];
    if (counted == null) continue;
    present += counted.present;
    evidence[`${option.id}.present`] = counted.present;
    evidence[`${option.id}.onlyInICloud`] = counted.onlyInICloud;
    evidence[`${option.id}.missing`] = counted.missing;
  }
  const excludes = [
    ...lacking('originals-only-in-icloud', options, version, ({ onlyInICloud }) => onlyInICloud),
    ...lacking('originals-missing', options, version, ({ missing }) => missing),
  ];
  switch (worst) {
    case 'fail':
      return { status: 'fail', reason: 'none-present', evidence, next: nextOf(version, options), excludes };
    case 'unknown':
      return { status: 'unknown', reason: 'not-counted', evidence, next: 'run', excludes };
    case 'warn':
      return { status: 'warn', reason: 'some-lacking', evidence, next: 'show-items', excludes };
    default:
      return { status: 'pass', reason: present === 0 && !hasApps(options) ? 'nothing-there' : 'present', evidence };
  }
}

function itemsStatus(counted: ItemsInVersion | null | undefined): CheckStatus {
  if (counted == null) return 'unknown';
  const lacks = counted.onlyInICloud + counted.missing;
  if (lacks === 0) return 'pass';
  return counted.present > 0 ? 'warn' : 'fail';
}

/** Some apps without data are named by the check `local-only-apps`; if all are without, there is nothing to stand on. */
function appsStatus({ appsWithoutData }: VersionFacts, { choice }: Situation): CheckStatus {
  if (appsWithoutData === null) return 'unknown';
  const without = new Set(appsWithoutData.map(({ id }) => id));
  return choice.apps.length > 0 && choice.apps.every((id) => without.has(id)) ? 'fail' : 'pass';
}

const hasApps = (options: readonly OptionRule[]): boolean => options.some(({ needs }) => needs === 'apps');

function nextOf({ items }: VersionFacts, options: readonly OptionRule[]): 'show-apps' | 'show-items' {
  return options.some(({ id }) => items[id] != null && itemsStatus(items[id]) === 'fail') ? 'show-items' : 'show-apps';
}

/**
 * Options overlap: a large video may be a duplicate too. A number is said where it is exact: one option covers all the
 * others, or only one has any. Otherwise the evidence has them one by one.
 */
function lacking(
  what: Exclusion['what'],
  options: readonly OptionRule[],
  { items }: VersionFacts,
  countOf: (items: ItemsInVersion) => number,
): Exclusion[] {
  const counts = options.flatMap(({ id, needs }) => {
    const counted = items[id];
    return counted == null || countOf(counted) === 0 ? [] : [{ id, needs, count: countOf(counted) }];
  });
  if (counts.length === 0) return [];
  const names = counts.map(({ id }) => id);
  const whole = counts.find(({ needs }) => needs === 'everything');
  if (whole !== undefined) return [exception(what, whole.count, names)];
  const photos = counts.filter(({ needs }) => needs === 'photos');
  const all = photos.find(({ id }) => id === 'delete-unreviewed-photos');
  if (all === undefined && photos.length > 1) return [exception(what, null, names)];
  const distinct = [...counts.filter(({ needs }) => needs !== 'photos'), ...(all === undefined ? photos : [all])];
  return [
    exception(
      what,
      distinct.reduce((sum, { count }) => sum + count, 0),
      names,
    ),
  ];
}
