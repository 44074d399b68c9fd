import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { BACKUP_CHILD, roundContent } from '../support/vault/backup-child.ts';
import { vaultFolder } from '../support/vault/folders.ts';
import { Random } from '../support/vault/random.ts';
import { differenceFrom, UDID } from '../support/vault/versions.ts';

/** A real process is killed in the middle of its work, again and again. BACKSTOP_SOAK=1 does it for long. */

const KILLS = process.env['BACKSTOP_SOAK'] === '1' ? Number(process.env['BACKSTOP_SOAK_KILLS'] ?? 300) : 6;
const folder = vaultFolder();

function start(...words: string[]): { readonly process: ChildProcess; readonly lines: AsyncIterator<string> } {
  const started = spawn(process.execPath, [BACKUP_CHILD, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (started.stdout === null) throw new Error('no output');
  return { process: started, lines: createInterface(started.stdout)[Symbol.asyncIterator]() };
}

async function kill(victim: ChildProcess): Promise<void> {
  const gone = once(victim, 'exit');
  victim.kill('SIGKILL');
  await gone;
}

test('killed at any moment, every version that was told is whole, nothing half is listed, and work goes on', {
  timeout: 3_600_000,
}, async () => {
  const vault = await folder.open();
  const random = new Random(20261123);
  const told = new Map<string, number>();
  let round = 0;
  for (let turn = 0; turn < KILLS; turn += 1) {
    const { process: victim, lines } = start(vault.dir, folder.path('cache'), String(round));
    const survivor = random.below(3);
    for (let line = 0; line < survivor; line += 1) {
      const { value } = (await lines.next()) as { value: string };
      const { id, round: done } = JSON.parse(value) as { id: string; round: number };
      told.set(id, done);
      round = done + 1;
    }
    // Somewhere within what a round takes; the exact place is chance, which is the point.
    await new Promise((resolve) => setTimeout(resolve, random.below(survivor === 0 ? 600 : 150)));
    await kill(victim);
    for (let rest = await lines.next(); rest.done !== true; rest = await lines.next()) {
      const { id, round: done } = JSON.parse(rest.value) as { id: string; round: number };
      told.set(id, done);
      round = done + 1;
    }
    round += 1;
  }
  const { snapshots, unreadable } = await vault.snapshots();
  expect(unreadable).toEqual([]);
  const listed = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  for (const [id, done] of told) {
    const snapshot = listed.get(id);
    expect(snapshot, `round ${done}`).toBeDefined();
    if (snapshot !== undefined) expect(await differenceFrom(vault, snapshot, roundContent(done))).toBeNull();
  }
  for (const snapshot of snapshots) expect((await vault.checkStructure(snapshot)).problems).toEqual([]);
  await using session = await vault.openSession({ udid: UDID, label: 'x' });
  expect(session.parent.damaged).toBeNull();
  expect(readdirSync(join(vault.dir, 'tmp'))).toEqual([session.id]);
  console.log(`${KILLS} kills, ${told.size} versions told, ${snapshots.length} listed`);
});

test('a phone is busy while another process has it, and free at once when that process was killed', {
  timeout: 60_000,
}, async () => {
  const vault = await folder.open();
  const { process: other, lines } = start(vault.dir, folder.path('cache'), '0', 'wait');
  await lines.next();
  await expect(vault.openSession({ udid: UDID, label: 'x' })).rejects.toMatchObject({ code: 'vault/device-busy' });
  await kill(other);
  await using session = await vault.openSession({ udid: UDID, label: 'x' });
  expect(session.signal.aborted).toBe(false);
  expect(readdirSync(join(vault.dir, 'leases'))).toHaveLength(1);
});
