import type { BackupRow } from '../../../shared/contract/procedures/index.ts';
import { kindName } from '../../text/kinds.ts';
import type { Coverage } from './Contents.tsx';

/** Counts only, never content: as a table that any spreadsheet opens. */
export function reportOf(coverage: Coverage, row: BackupRow): string {
  const lines = [
    ['Backup', row.name],
    ['Finished', row.finishedAt],
    ['Id', row.id],
    ['iOS', row.ios],
    ['Encrypted', row.encrypted ? 'yes' : 'no'],
    [
      'Verified',
      row.verified === null ? 'no' : `${row.verified.level}, ${row.verified.ok ? 'ok' : 'not ok'}, ${row.verified.at}`,
    ],
    [],
    ['Kind', 'State', 'Items', 'Change', 'Bytes', 'Newest'],
    ...coverage.kinds.map((one) => [
      kindName(one.kind),
      one.status,
      one.count ?? '',
      one.change ?? '',
      one.bytes ?? '',
      one.newest ?? '',
    ]),
    [],
    ['Not in it', 'Why'],
    ...coverage.notIncluded.map(({ kind, reason }) => [kind, reason]),
  ];
  return `${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** A cell that a spreadsheet might take for a formula is made plain text. */
function cell(value: string | number): string {
  const text = String(value);
  const plain = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** Hands a text to the owner as a download of the page's own making. */
export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/[\\/:*?"<>|]/g, '-');
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
