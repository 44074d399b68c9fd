import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';

vi.hoisted(() => {
  process.env['BACKSTOP_TIMEOUT_SCALE'] ??= '0.02';
});

import { exportSnapshot } from '../../src/main/engine/export/index.ts';
import { MemoryDisk } from '../support/vault/memory-disk.ts';
import { VaultModel } from '../support/vault/model.ts';
import { Random } from '../support/vault/random.ts';

/**
 * Random steps of two computers with one vault: backups, forgetting, undo, pins, collections, kills, power cuts, failing
 * and full disks, lost indexes and jumping clocks. BACKSTOP_SOAK=1 goes 2,000 steps (BACKSTOP_SOAK_STEPS), with the seed
 * of BACKSTOP_SOAK_SEED or a new one.
 */

const SOAK = process.env['BACKSTOP_SOAK'] === '1';
const STEPS = SOAK ? Number(process.env['BACKSTOP_SOAK_STEPS'] ?? 2000) : 150;
const SEED = Number(process.env['BACKSTOP_SOAK_SEED'] ?? (SOAK ? Date.now() % 1_000_000 : 1));
const VERIFY_EVERY = 25;

const scratch = mkdtempSync(join(tmpdir(), 'backstop-model-'));
const exports = mkdtempSync(join(tmpdir(), 'backstop-model-exports-'));
afterAll(() => {
  for (const folder of [scratch, exports]) rmSync(folder, { recursive: true, force: true });
});

test(`${STEPS} random steps leave every live version byte for byte`, {
  timeout: SOAK ? 14_400_000 : 300_000,
}, async () => {
  console.log(`seed ${SEED}`);
  const model = await VaultModel.create({ random: new Random(SEED), scratch, disk: new MemoryDisk() });
  for (let step = 1; step <= STEPS; step += 1) {
    try {
      await model.step();
      if (step % VERIFY_EVERY === 0) await model.verify();
    } catch (error) {
      throw new Error(`seed ${SEED}, step ${step}`, { cause: error });
    }
  }
  await model.verify();
  const vault = await model.openFresh();
  expect(model.live.length).toBeGreaterThan(2);
  for (const { snapshot, content, udid } of model.live) {
    await using view = await vault.view(snapshot);
    const directory = join(exports, snapshot.id);
    await exportSnapshot({ view, udid, directory, vaultDirectory: scratch, bytes: snapshot.record.bytes });
    for (const [name, bytes] of content) {
      const id = createHash('sha1').update(name).digest('hex');
      const path = name.includes('.') ? name : join(id.slice(0, 2), id);
      expect(readFileSync(join(directory, udid, path)).equals(bytes), `${name} of ${snapshot.id}`).toBe(true);
    }
    rmSync(directory, { recursive: true });
  }
  await model.close();
  console.log(Object.fromEntries([...model.counts].sort()));
});
