import type {
  AtRiskResult,
  BytesFigure,
  LossMeter,
  OnlyInICloud,
  PhoneAtRisk,
  PhoneStorage,
  RescueResult,
} from '../../shared/contract/index.ts';
import { formatBytes } from '../../shared/text/index.ts';

const APPS_SHOWN = 5;

const KINDS = {
  media: 'photos and videos',
  apps: 'apps',
  system: 'iOS',
  other: 'everything else',
} as const;

/** The loss meter of each phone, then what takes its room. */
export function atRiskText({ phones, maps }: AtRiskResult): string {
  if (phones.length === 0 && maps.length === 0)
    return 'No iPhone is connected. Connect one with a cable and unlock it.';
  return [...phones.map(phoneText), ...maps.map(mapText)].join('\n\n');
}

const LOST = {
  'comes-back': 'comes back',
  partly: 'comes back in part',
  hoped: 'only where somebody says it is',
  unknown: 'nobody knows',
  lost: 'would be lost',
} as const;

/** Where each group of data is, and what becomes of it without the phone. */
function mapText({ udid, map }: AtRiskResult['maps'][number]): string {
  const width = Math.max(...map.rows.map(({ id }) => id.length));
  const rows = map.rows.map(({ id, cells, ifLost }) => {
    const places = (['vault', 'second-copy', 'icloud', 'other'] as const).map((place) => {
      const { state, at } = cells[place];
      return `${place} ${state}${at === null ? '' : ` ${at.slice(0, 10)}`}`;
    });
    return `  ${id.padEnd(width)}  ${LOST[ifLost]} (${places.join(', ')})`;
  });
  return [`Without ${udid} today:`, ...rows].join('\n');
}

function phoneText({ udid, name, loss, storage }: PhoneAtRisk): string {
  const lines = [`${name || udid}: ${lossSentence(loss)}`];
  if (loss.unread > 0) lines.push(`  ${loss.unread} files could not be looked at; more may be at risk.`);
  return [...lines, ...(storage === null ? [] : storageLines(storage))].join('\n');
}

function lossSentence(loss: LossMeter): string {
  const { photos, videos, changed, bytes, since, how, reason } = loss;
  if (how === 'unknown') return `what is at risk is not known (${reason}).`;
  const when = since === null ? 'no version of it is verified yet' : `since the version of ${since.takenAt}`;
  if (photos === 0 && videos === 0 && changed === 0) return `no photo and no video is at risk ${when}.`;
  const edits = changed === null || changed === 0 ? '' : `, ${counted(changed, 'changed item')}`;
  const guess = how === 'estimated' ? ' (by dates; with the password they are compared one by one)' : '';
  const count = `${counted(photos, 'photo')}, ${counted(videos, 'video')}${edits}`;
  return `${count}, ${formatBytes(bytes ?? 0)} are at risk: ${when}${guess}.`;
}

const PROBLEMS_SHOWN = 20;

export function rescueText(result: RescueResult): string {
  const { outcome, photos, videos, live, edited, files, bytes, copied, kept, path, sums } = result;
  const head =
    outcome === 'complete'
      ? `Everything ${result.name || result.udid} lists is in ${path}, read back and found equal.`
      : `Not everything ${result.name || result.udid} lists could be copied to ${path}.`;
  const problems = result.problems.slice(0, PROBLEMS_SHOWN).map((one) => `  not copied: ${one.path} (${one.code})`);
  const more = result.problemCount - problems.length;
  return [
    head,
    `  ${counted(photos, 'photo')} (${live} of them live), ${counted(videos, 'video')}, ${edited} edited`,
    `  ${counted(files, 'file')}, ${formatBytes(bytes)}; this run brought ${copied.files} with ${formatBytes(copied.bytes)}`,
    ...(kept === 0
      ? []
      : [`  ${counted(kept, 'file')} from before stay: they are no longer on the iPhone, or changed there`]),
    `  ${iCloudText(result.onlyInICloud)}`,
    `  the sums are in ${sums}`,
    ...problems,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

function iCloudText({ how, reason, photos, videos, list }: OnlyInICloud): string {
  if (how === 'unknown') return `what is in iCloud only is not known (${reason})`;
  if (photos === 0 && videos === 0) return 'no photo and no video is in iCloud only';
  return `in iCloud only, so not copied: ${counted(photos, 'photo')}, ${counted(videos, 'video')}; named in “${list}”`;
}

function storageLines(storage: PhoneStorage): string[] {
  const { totalBytes, freeBytes, byKind, apps } = storage;
  const kinds = byKind.map(({ kind, size }) => `  ${KINDS[kind]}: ${sizeText(size)}`);
  const largest = apps
    .slice(0, APPS_SHOWN)
    .map((app) => `    ${app.name ?? app.bundleId}: ${formatBytes((app.appBytes ?? 0) + (app.dataBytes ?? 0))}`);
  return [`  free: ${sizeText(freeBytes)} of ${sizeText(totalBytes)}`, ...kinds, ...largest];
}

function sizeText({ bytes, how, reason }: BytesFigure): string {
  if (bytes === null) return `not known (${reason})`;
  return how === 'estimated' ? `about ${formatBytes(bytes)}` : formatBytes(bytes);
}

function counted(count: number | null, word: string): string {
  return `${(count ?? 0).toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
}
