import type { ExtractResult, ListFilesResult } from '../../shared/contract/index.ts';
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

function sizeText(size: number | null): string {
  return size === null ? '' : formatBytes(size);
}

/** Names come from the phone: none of them moves the cursor. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{fffd}');
}
