import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportKind } from '../../src/main/engine/browse/index.ts';
import { simulatedBackups } from '../support/browse/simulated-backup.ts';

/** Conversations as tables, read by a CSV parser that is not ours. */

const folder = mkdtempSync(join(tmpdir(), 'backstop-messages-csv-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const READ =
  'import csv,json,sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1],encoding="utf-8-sig",newline="")))))';
const rowsOf = (path: string): ReadonlyArray<Record<string, string>> =>
  JSON.parse(execFileSync('python3', ['-c', READ, path], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));

describe('conversations as CSV', () => {
  it('have each message once, with its words, and files that lie beside them', async () => {
    await using phone = simulatedBackups({ seed: 45, files: 900, bytes: 12e6 });
    const truth = await phone.truth();
    const done = await exportKind(phone.backup(), 'messages', { directory: folder, format: 'csv' });
    expect(done.unreadable).toEqual([]);
    const tables = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.csv'));
    const rows = tables.flatMap((name) =>
      rowsOf(join(folder, name)).map((row) => ({ ...row, at: join(folder, name, '..') })),
    );
    const ids = new Set(rows.map((row) => (row as Record<string, string>)['ID']));
    // A message that was sent into two conversations stands in both.
    expect(new Set(rows.map((row) => `${row.at} ${(row as Record<string, string>)['ID']}`)).size).toBe(rows.length);
    const ordinary = (truth.items['messages'] ?? []).filter((one) => one['ordinary'] === true);
    expect(ordinary.length).toBeGreaterThan(50);
    for (const one of ordinary) expect(ids.has(String(one['guid']))).toBe(true);
    const files = rows.flatMap((row) => {
      const { at } = row;
      const cell = (row as Record<string, string>)['Attachments'] ?? '';
      return cell
        .split('\n')
        .filter((path) => path !== '' && !path.includes('('))
        .map((path) => join(at, path));
    });
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(readFileSync(file).length).toBeGreaterThan(0);
    // What a spreadsheet would run begins with an apostrophe.
    for (const row of rows) for (const cell of Object.values(row)) expect(/^[=@]/.test(cell)).toBe(false);
  });
});
