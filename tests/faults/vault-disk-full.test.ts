import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isBackstopError } from '../../src/shared/errors/index.ts';
import { vaultFolder } from '../support/vault/folders.ts';
import { Random } from '../support/vault/random.ts';
import { type Content, commitVersion, differenceFrom, UDID } from '../support/vault/versions.ts';

/** A real disk of a few MiB, where root may make one; elsewhere vault-disk-errors.test.ts does it by injection. */

const folder = vaultFolder();
const MIB = 1024 * 1024;

/** Mounts a small disk in memory for the test; false where that is not allowed. */
function mountSmall(path: string, mebibytes: number): boolean {
  mkdirSync(path, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path]).status === 0;
}

function content(version: number, mebibytes: number): Content {
  const files = new Map<string, Buffer>();
  for (let at = 0; at < mebibytes * 20; at += 1)
    files.set(`file ${at}`, new Random(at + version * 9999 + 1).bytes(50_000));
  files.set('Manifest.db', new Random(version + 7).bytes(2000));
  return files;
}

test('a full disk ends a run with vault/disk-full, keeps the versions, and with room the next run succeeds', async (context) => {
  const disk = folder.path('disk');
  if (!mountSmall(disk, 40)) {
    console.warn('SKIPPED in this place: no small disk can be mounted; the injected tests cover it');
    context.skip();
  }
  try {
    const vault = await folder.open('disk/vault');
    const small = content(0, 4);
    const first = await vault.openSession({ udid: UDID, label: 'x' });
    const snapshot = await commitVersion(first, null, small, '2026-01-01T00:00:00Z');
    writeFileSync(join(disk, 'holiday.mov'), Buffer.alloc(8 * MIB));

    const second = await vault.openSession({ udid: UDID, label: 'x' });
    const outcome = await commitVersion(second, null, content(1, 30), '2026-01-02T00:00:00Z').catch(
      (error: unknown) => error,
    );
    expect(isBackstopError(outcome, 'vault/disk-full'), String(outcome)).toBe(true);
    await second.abort();
    expect((await vault.snapshots()).snapshots.map(({ id }) => id)).toEqual([snapshot.id]);
    expect(await differenceFrom(vault, snapshot, small)).toBeNull();
    expect(await vault.freeBytes()).toBeGreaterThanOrEqual(0);

    spawnSync('mount', ['-o', 'remount,size=120m', disk]);
    await using third = await vault.openSession({ udid: UDID, label: 'x' });
    const next = await commitVersion(third, null, content(1, 30), '2026-01-02T00:00:00Z');
    expect(await differenceFrom(vault, next, content(1, 30))).toBeNull();
    // What had arrived before the disk was full is used again.
    expect(next.record.newBytes).toBeLessThan(next.record.bytes);
    await vault.close();
  } finally {
    spawnSync('umount', ['-l', disk]);
  }
});
