/** Comma-separated values as RFC 4180 has them, in UTF-8 with the mark that spreadsheets look for. */

export type Cell = string | number | boolean | null;

/** A cell that begins like a formula would be run by a spreadsheet: what other people sent must not be. */
const FORMULA = /^[=+\-@\t\r]/;
const PLAIN_NUMBER = /^[+-]?[\d\s().-]+$/;

export function csvText(head: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [head.map((one) => cellText(one)).join(',')];
  for (const row of rows) lines.push(row.map((one) => cellText(one)).join(','));
  return `\u{feff}${lines.join('\r\n')}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  // Telephone numbers begin with "+" and are no formula.
  const isFormula = FORMULA.test(cell) && !PLAIN_NUMBER.test(cell);
  const text = isFormula ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) || isFormula ? `"${text.replaceAll('"', '""')}"` : text;
}

export function isoText(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString();
}
