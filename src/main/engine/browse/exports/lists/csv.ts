/** Comma-separated values as RFC 4180 has them, in UTF-8 with the mark that spreadsheets look for. */

export type Cell = string | number | boolean | null;

/** What a file begins with. */
export const CSV_MARK = '\u{feff}';
/** A cell that begins like a formula would be run by a spreadsheet: what other people sent must not be. */
const FORMULA = /^\s*[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/;
const PLAIN_NUMBER = /^[+-]?[\d\s().-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

export function csvText(head: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [csvLine(head)];
  for (const row of rows) lines.push(csvLine(row));
  return `${CSV_MARK}${lines.join('')}`;
}

export function csvLine(row: readonly Cell[]): string {
  return `${row.map((one) => cellText(one)).join(',')}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const plain = cell.toWellFormed().replace(CONTROLS, '');
  // Telephone numbers begin with "+" and are no formula.
  const isFormula = FORMULA.test(plain) && !PLAIN_NUMBER.test(plain);
  const text = isFormula ? `'${plain}` : plain;
  return /^\s|\s$|[",;\t\r\n]/.test(text) || isFormula ? `"${text.replaceAll('"', '""')}"` : text;
}

export function isoText(ms: number | null): string {
  return ms === null || !Number.isFinite(new Date(ms).getTime()) ? '' : new Date(ms).toISOString();
}
