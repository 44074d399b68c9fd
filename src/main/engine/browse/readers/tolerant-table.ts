import type Database from 'better-sqlite3';

/**
 * Tables of the phone's databases as they are, not as one release of iOS had them: a query names the columns it would
 * like, and those that are missing read as null. Tables and columns are looked up, never assumed by version.
 */

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

export function hasTable(db: Database.Database, table: string): boolean {
  return (
    db.prepare(`SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = ?`).get(table) !== undefined
  );
}

/** The table's columns; empty when there is no such table. */
export function columnsOf(db: Database.Database, table: string): ReadonlySet<string> {
  const rows = db.prepare('SELECT name FROM pragma_table_xinfo(?)').pluck().all(table);
  return new Set(rows.filter((name): name is string => typeof name === 'string'));
}

/** The first of these tables that is there: names changed between releases (ZGENERICASSET became ZASSET). */
export function firstTable(db: Database.Database, names: readonly string[]): string | null {
  return names.find((name) => hasTable(db, name)) ?? null;
}

/**
 * The list behind SELECT: each wanted name with the columns that may hold it, best first; where none is there, null. Use
 * `alias` when the query joins. "ZTITLE AS title, NULL AS subtitle".
 */
export function selectList(
  columns: ReadonlySet<string>,
  wanted: Readonly<Record<string, string | readonly string[]>>,
  alias?: string,
): string {
  const prefix = alias === undefined ? '' : `${alias}.`;
  const parts = Object.entries(wanted).map(([name, from]) => {
    const column = (typeof from === 'string' ? [from] : from).find((one) => columns.has(one));
    return column === undefined ? `NULL AS ${quoted(name)}` : `${prefix}${quoted(column)} AS ${quoted(name)}`;
  });
  return parts.join(', ');
}

/** A name as SQL takes it; refuses what no database of the phone has. */
export function quoted(name: string): string {
  if (!NAME.test(name)) throw new Error(`not a name of a table or column: ${name.slice(0, 80)}`);
  return `"${name}"`;
}

/** The number of an entity in a CoreData database (`Z_PRIMARYKEY`): it differs from phone to phone. */
export function entityNumber(db: Database.Database, name: string): number | null {
  if (!hasTable(db, 'Z_PRIMARYKEY')) return null;
  const row: unknown = db.prepare('SELECT Z_ENT FROM Z_PRIMARYKEY WHERE Z_NAME = ?').pluck().get(name);
  return typeof row === 'number' ? row : null;
}

/** Values of a row, of whatever type the phone stored: anything else than what was asked for is null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'bigint' ? Number(value) : null;
}

export function blobOf(value: unknown): Buffer | null {
  return Buffer.isBuffer(value) ? value : null;
}

/** Seconds between the Unix epoch and 2001-01-01T00:00:00Z, where Cocoa begins to count. */
export const COCOA_EPOCH_SECONDS = 978_307_200;
/** 9999-12-31: whatever says more is no date. */
const MAX_MS = 253_402_300_799_000;

/** Unix milliseconds of a Cocoa date in seconds; null for what is no date. */
export function cocoaMs(value: unknown): number | null {
  const seconds = numberOf(value);
  if (seconds === null) return null;
  const ms = Math.round((seconds + COCOA_EPOCH_SECONDS) * 1000);
  return Math.abs(ms) <= MAX_MS ? ms : null;
}

/** The same of a number that is nanoseconds since iOS 11 and seconds before it, as the messages have it. 0 is no date. */
export function cocoaNsMs(value: unknown): number | null {
  const number = numberOf(value);
  if (number === null || number === 0) return null;
  return cocoaMs(Math.abs(number) > 1e11 ? number / 1e9 : number);
}
