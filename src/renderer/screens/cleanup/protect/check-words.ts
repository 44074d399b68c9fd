import type { Check, CleanupOption, RiskLevel } from '../../../../shared/rules/guidance/index.ts';
import { en } from '../../../text/en/index.ts';
import { bytesText, dateText, whenInSentence } from '../../../text/formats.ts';
import { type TextKey, type TextValues, t } from '../../../text/index.ts';

/** A check in words: by its id and reason, with the facts of its evidence. A reason that is not known here says so. */

export interface CheckWords {
  readonly title: string;
  readonly text: string;
}

/** What the plan asks for, for sentences about what comes. */
export interface CheckContext {
  readonly level: RiskLevel;
  readonly pinDays: number;
}

export function checkWords(check: Check, { level, pinDays }: CheckContext): CheckWords {
  const { id, reason, status } = check;
  const values = { ...valuesOf(check), risk: level, pinDays };
  const say = (key: string): string | null => (isKey(key) ? t(key, values) : null);
  return {
    title: say(`check.${id}.${reason}.title`) ?? say(`check.${id}`) ?? t('check.other'),
    text: say(`check.${id}.${reason}`) ?? t(`check.other.${status}`),
  };
}

function isKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}

/** Every value that any of the sentences names. What is not known is `none`, and the sentence goes without it. */
function valuesOf({ evidence }: Check): TextValues {
  const word = (name: string): string | null => {
    const value = evidence[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const number = (name: string): number | null => {
    const value = evidence[name];
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
  };
  const answer = (name: string): 'yes' | 'no' | 'unknown' => {
    const value = evidence[name];
    return value === true ? 'yes' : value === false ? 'no' : 'unknown';
  };
  const size = (name: string): string => {
    const value = number(name);
    return value === null ? 'none' : bytesText(value);
  };
  const time = (name: string): string | null => {
    const value = word(name);
    return value === null || Number.isNaN(Date.parse(value)) ? null : value;
  };
  const at = time('finishedAt') ?? time('at');
  const until = time('until');
  const apps = evidence['apps'];
  const names = Array.isArray(apps) ? apps : [];
  const percent = number('batteryPercent');
  return {
    when: at === null ? 'none' : whenInSentence(at),
    date: at === null ? 'none' : dateText(at),
    until: until === null ? 'none' : dateText(until),
    added: number('addedItems') ?? 0,
    addedSize: size('addedBytes'),
    level: word('level') ?? 'none',
    disk: word('name') ?? t('health.disk'),
    needed: size('neededBytes'),
    free: size('freeBytes'),
    short: size('short'),
    fileSystem: word('fileSystem')?.toUpperCase() ?? 'none',
    connection: word('connection') ?? 'none',
    charge: percent === null ? 'none' : t('home.percent', { percent }),
    phone: answer('phone'),
    optimise: answer('optimiseStorage'),
    apps: names.length,
    notUploaded: number('notUploaded') ?? 0,
    ...originals(evidence),
  };
}

/** Photos may be counted for several options at once: a sum is told only where it is exact. */
function originals(evidence: Check['evidence']): TextValues {
  const exact = (what: 'present' | 'onlyInICloud' | 'missing'): number => {
    const counts = new Map<string, number>();
    for (const [name, value] of Object.entries(evidence)) {
      if (name.endsWith(`.${what}`) && typeof value === 'number' && value > 0) {
        counts.set(name.slice(0, -what.length - 1), value);
      }
    }
    for (const all of ['system-cleanup', 'delete-unreviewed-photos'] satisfies CleanupOption[]) {
      const whole = counts.get(all);
      if (whole !== undefined && (all === 'system-cleanup' || [...counts.keys()].every(isOfPhotos))) return whole;
    }
    const [only, ...more] = [...counts.values()];
    return only === undefined ? 0 : more.length === 0 ? only : SEVERAL;
  };
  return { present: exact('present'), onlyInICloud: exact('onlyInICloud'), missing: exact('missing') };
}

/** Stands for "some", in the plural forms of a sentence. */
const SEVERAL = -1;

const PHOTOS: readonly string[] = [
  'delete-unreviewed-photos',
  'large-videos',
  'screenshots',
  'reviewed-duplicates',
  'bulk-duplicates',
] satisfies CleanupOption[];
const isOfPhotos = (name: string): boolean => PHOTOS.includes(name);
