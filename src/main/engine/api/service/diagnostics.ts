import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shortUdid } from '../../log/index.ts';
import { programVersion } from '../../platform/index.ts';
import type { ServiceParts } from './parts.ts';

/**
 * One text file for whoever helps, that its owner can read first: versions, settings, the state of vaults, what happened
 * lately, and the program's own log. No content of backups, no passwords; names of phones and disks only if wanted.
 */

const MOST_LOG_LINES = 2000;
const MOST_EVENTS = 500;

export async function saveDiagnostics(
  parts: ServiceParts,
  folder: string,
  withNames: boolean,
): Promise<{ readonly file: string; readonly lines: number }> {
  const { library, vaults, home } = parts;
  const lines: string[] = [];
  const add = (kind: string, facts: unknown): void => void lines.push(JSON.stringify({ kind, facts }));
  add('program', {
    version: programVersion(),
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    at: new Date().toISOString(),
  });
  add('settings', library.settings());
  for (const id of await vaults.ids()) {
    const memory = vaults.memory(id);
    const isOnline = await vaults.isOnline(id);
    const counts = isOnline
      ? await vaults
          .use(id, async (vault) => {
            const { snapshots, forgotten, unreadable } = await vault.snapshots();
            return { snapshots: snapshots.length, forgotten: forgotten.length, unreadable: unreadable.length };
          })
          .catch((error: unknown) => ({ error: error instanceof Error ? error.name : 'unknown' }))
      : null;
    add('vault', {
      id,
      isOnline,
      counts,
      ...(withNames ? { name: memory?.name, path: await vaults.lastPath(id) } : {}),
    });
  }
  for (const phone of library.phones()) {
    const { udid, name, ownName, ...facts } = phone;
    add('phone', { udid: shortUdid(udid), ...facts, ...(withNames ? { name, ownName } : {}) });
  }
  const { entries } = library.activity({ before: null, limit: MOST_EVENTS, udid: null, what: 'all' });
  for (const { udid, facts, ...entry } of entries) {
    // Facts may hold folders that were chosen.
    add('activity', { ...entry, udid: udid === null ? null : shortUdid(udid), ...(withNames ? { facts } : {}) });
  }
  lines.push(...(await logLines(join(home, 'logs'))));
  const day = new Date().toISOString().slice(0, 10);
  const file = `backstop-diagnostics-${day}-${randomUUID().slice(0, 8)}.txt`;
  await writeFile(join(folder, file), `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 });
  return { file, lines: lines.length };
}

/** The log is written without secrets and whole UDIDs; its newest lines. */
async function logLines(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log')).sort();
  const lines: string[] = [];
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    lines.push(...text.split('\n').filter((line) => line !== ''));
  }
  return lines.slice(-MOST_LOG_LINES);
}
