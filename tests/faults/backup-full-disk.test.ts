import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBackstopError } from '../../src/shared/errors/index.ts';
import { BackupWorld } from '../support/backup-world.ts';
import { FullDisk } from '../support/full-disk.ts';
import { OtherPhone, whyNoOtherPhone } from '../support/other-phone/other-phone.ts';

const why = whyNoOtherPhone();
if (why !== null) console.warn(`SKIPPED: backups onto a full disk, because ${why}`);

let dir: string;
let phone: OtherPhone;
let world: BackupWorld;
const disk = new FullDisk();

describe.skipIf(why !== null)('a backup onto a disk that fills up', () => {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'backstop-full-'));
    phone = await OtherPhone.start({ dir, files: 150 });
    world = new BackupWorld(phone.address, { io: disk.io });
    await world.pair();
    await world.backup({ unencrypted: true });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await phone[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  it.each([0, 1000, 300_000, 2_000_000, 5_000_000, 9_000_000])(
    'after %i bytes says so, changes no version, and works again with room',
    async (bytes) => {
      await phone.command({ cmd: 'mutate', percent: 50 });
      const before = await world.snapshots();
      disk.fullAfter(bytes);
      const failure = await world.backup({ unencrypted: true }).then(
        () => null,
        (error: unknown) => error,
      );
      disk.fullAfter(Number.POSITIVE_INFINITY);
      if (failure !== null) {
        if (!isBackstopError(failure)) throw failure;
        expect(['backup/vault-full', 'vault/disk-full']).toContain(failure.code);
        expect((await world.snapshots()).slice(0, before.length)).toEqual(before);
      }
      const done = await world.backup({ unencrypted: true });
      const { files } = await world.contentOf(done.snapshot);
      expect(files).toEqual(await phone.truth());
      expect(readdirSync(join(world.vaultDir, 'tmp'))).toEqual([]);
      for (const snapshot of await world.snapshots()) {
        expect((await (await world.vault()).checkStructure(snapshot)).problems).toEqual([]);
      }
    },
  );
});
