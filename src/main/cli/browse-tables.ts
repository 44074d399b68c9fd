import type {
  CoverageResult,
  DiffResult,
  ExportItemsResult,
  ExtractResult,
  ItemsResult,
  ListFilesResult,
  SearchResult,
  UsageResult,
  WhereResult,
} from '../../shared/contract/index.ts';
import { formatBytes } from '../../shared/text/index.ts';
import { table } from './tables.ts';

/** What the commands that look into a backup say to people. */

export function entriesText({ entries }: ListFilesResult): string {
  if (entries.length === 0) return 'Nothing is in there.';
  if (entries[0]?.kind === 'domain') {
    return table(
      ['DOMAIN', 'FILES', 'SIZE'],
      entries.map((one) => [one.domain, (one.files ?? 0).toLocaleString('en'), sizeText(one.size)]),
    );
  }
  return table(
    ['SIZE', 'MODIFIED', 'PATH'],
    entries.map((one) => [
      one.kind === 'folder' ? '' : sizeText(one.size),
      one.mtime ?? '',
      printable(one.kind === 'folder' ? `${one.path}/` : one.path),
    ]),
  );
}

export function extractText({ directory, files, bytes, sums, renamed, links, failed }: ExtractResult): string {
  const lines = [`${files.toLocaleString('en')} files, ${formatBytes(bytes)}, in ${directory}.`];
  if (sums !== null) lines.push(`Each was read back; their sums are in ${sums}.`);
  for (const { domain, path, name } of renamed.slice(0, 20)) {
    lines.push(`Under another name: ${printable(`${domain}/${path}`)} → ${printable(name)}`);
  }
  if (renamed.length > 20) lines.push(`… and ${renamed.length - 20} more under other names.`);
  if (links.length > 0) lines.push(`${links.length} links lead out of this folder and were not made.`);
  for (const { domain, path, reason } of failed.slice(0, 20)) {
    lines.push(`NOT taken out: ${printable(`${domain}/${path}`)}: ${printable(reason)}`);
  }
  if (failed.length > 20) lines.push(`… and ${failed.length - 20} more that were not taken out.`);
  return lines.join('\n');
}

/** Facts that name an item best, in this order; which of them a kind has differs. */
const NAMES = [
  'originalFileName',
  'fileName',
  'title',
  'name',
  'text',
  'summary',
  'ssid',
  'username',
  'sender',
  'address',
  'url',
];
const DATES = ['taken', 'sent', 'date', 'start', 'due', 'visited', 'created', 'last'];
const MOST_LINES = 200;
const MOST_CHARACTERS = 100;

export function itemsText({ kind, present, items, unreadable }: ItemsResult): string {
  const lines: string[] = [];
  if (!present) lines.push(`There is nothing of this kind (${kind}) in the backup.`);
  else lines.push(`${items.length.toLocaleString('en')} items.`);
  if (items.length > 0) {
    const shown = items
      .slice(0, MOST_LINES)
      .map((item) => [
        firstText(item, DATES).slice(0, 19),
        printable(firstText(item, NAMES).replace(/\s+/g, ' ').slice(0, MOST_CHARACTERS)),
        printable(item.id),
      ]);
    lines.push(table(['DATE', 'WHAT', 'ID'], shown));
  }
  if (items.length > MOST_LINES) lines.push(`… and ${items.length - MOST_LINES} more. --json has them all.`);
  return [...lines, ...unreadableLines(unreadable)].join('\n');
}

function firstText(item: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  for (const name of names) {
    const value = item[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

export function exportItemsText({ items, files, bytes, directory, sums, unreadable }: ExportItemsResult): string {
  const lines = [
    `${items.toLocaleString('en')} items in ${files.toLocaleString('en')} files, ${formatBytes(bytes)}, in ${directory}.`,
  ];
  if (sums !== null) lines.push(`Each file was read back; their sums are in ${sums}.`);
  return [...lines, ...unreadableLines(unreadable)].join('\n');
}

export function searchText({ hits, unreadable }: SearchResult): string {
  const rows = hits.map((hit) => [
    hit.kind,
    (hit.at ?? '').slice(0, 10),
    printable(hit.title ?? ''),
    printable(hit.snippet),
  ]);
  const lines = hits.length === 0 ? ['Nothing was found.'] : [table(['KIND', 'DATE', 'WHO', 'WHERE IT STANDS'], rows)];
  return [...lines, ...unreadableLines(unreadable)].join('\n');
}

export function coverageText({ kinds, notIncluded, originals, comparedWith }: CoverageResult): string {
  const rows = kinds.map((one) => [
    one.kind,
    STATUS[one.status],
    one.count === null ? '' : one.count.toLocaleString('en'),
    one.change === null || one.change === 0
      ? ''
      : `${one.change > 0 ? '+' : '−'}${Math.abs(one.change).toLocaleString('en')}`,
    one.bytes === null ? '' : formatBytes(one.bytes),
    (one.newest ?? '').slice(0, 10),
    printable(one.notes.join('; ')),
  ]);
  const lines = [
    'Counted in the backup itself, not on the iPhone.',
    table(['KIND', '', 'ITEMS', 'CHANGE', 'SIZE', 'NEWEST', ''], rows),
  ];
  if (comparedWith !== null) lines.push(`Changes are against version ${comparedWith.slice(0, 12)}.`);
  if (originals !== null) {
    const { here, onlyInICloud, unknown } = originals;
    lines.push(`Originals of photos and videos: ${here} here, ${onlyInICloud} only in iCloud, ${unknown} unknown.`);
  }
  lines.push('', 'Not in it, and why:', ...notIncluded.map(({ reason }) => `  ${reason}`));
  return lines.join('\n');
}

const STATUS: Readonly<Record<CoverageResult['kinds'][number]['status'], string>> = {
  present: 'present',
  absent: 'none',
  'only-if-encrypted': 'only in encrypted backups',
  'in-icloud': 'originals in iCloud',
  partial: 'not all could be read',
  unknown: 'unknown',
};

export function diffText({ kinds, exported, unreadable }: DiffResult): string {
  const rows = Object.entries(kinds).map(([kind, one]) => [
    kind,
    String(one.added.length),
    String(one.changed.length),
    String(one.gone.length),
    one.goneBytes === null || one.goneBytes === 0 ? '' : formatBytes(one.goneBytes),
    one.certain ? '' : 'not sure: not all could be read',
  ]);
  const lines = [table(['KIND', 'NEW', 'CHANGED', 'GONE', 'SIZE GONE', ''], rows), ...unreadableLines(unreadable)];
  if (exported !== null) {
    const { files, bytes, directory } = exported;
    lines.push(
      `What is gone was taken out: ${files.toLocaleString('en')} files, ${formatBytes(bytes)}, in ${directory}.`,
    );
    lines.push(...unreadableLines(exported.unreadable));
  }
  return lines.join('\n');
}

export function whereText({ items }: WhereResult): string {
  if (items.length === 0) return 'No version of this iPhone has it.';
  return table(
    ['KIND', 'WHAT', 'FIRST SEEN', 'LAST SEEN', 'VERSIONS'],
    items.map((one) => [
      one.kind,
      printable((one.title ?? one.id).slice(0, MOST_CHARACTERS)),
      one.firstSeen ?? '',
      one.lastSeen ?? '',
      one.versions.map(({ state }) => SIGNS[state]).join(''),
    ]),
  );
}

/** One sign for each version, oldest first. */
const SIGNS = { present: '●', changed: '◆', absent: '·', unknown: '?' } as const;

export function usageText(result: UsageResult): string {
  const { categories, apps, largestVideos, exactDuplicates, nearDuplicates, cleanups, unreadable } = result;
  const lines = [
    table(
      ['WHAT', 'FILES', 'SIZE'],
      categories.map((one) => [one.kind, one.count.toLocaleString('en'), formatBytes(one.bytes)]),
    ),
    '',
    table(
      ['APP', 'FILES', 'SIZE'],
      apps
        .slice(0, 20)
        .map((one) => [printable(one.name ?? one.id), one.files.toLocaleString('en'), formatBytes(one.bytes)]),
    ),
  ];
  if (largestVideos.length > 0) {
    const rows = largestVideos.slice(0, 10).map((one) => [printable(one.name ?? one.id), formatBytes(one.bytes)]);
    lines.push('', table(['LARGEST VIDEOS', 'SIZE'], rows));
  }
  lines.push(
    '',
    `${exactDuplicates.length} groups of exact duplicates (same bytes), ${nearDuplicates.length} groups of similar pictures (bursts, same moment).`,
  );
  lines.push('', 'A cleanup could free, estimated:');
  for (const one of cleanups)
    lines.push(`  ${one.kind}: about ${formatBytes(one.estimatedBytes)} (${one.items} items: ${one.basis})`);
  lines.push('Deleting inside a backup frees nothing on the iPhone: what is to go is deleted there.');
  return [...lines, ...unreadableLines(unreadable)].join('\n');
}

function unreadableLines(unreadable: readonly { readonly what: string; readonly reason: string }[]): string[] {
  if (unreadable.length === 0) return [];
  const lines = unreadable.slice(0, 20).map(({ what, reason }) => `NOT READ: ${printable(what)}: ${printable(reason)}`);
  return unreadable.length > 20 ? [...lines, `… and ${unreadable.length - 20} more that could not be read.`] : lines;
}

function sizeText(size: number | null): string {
  return size === null ? '' : formatBytes(size);
}

/** Names come from the phone: none of them moves the cursor. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{fffd}');
}
