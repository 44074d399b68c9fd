import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackupFolder, sumsOf, treeOf } from '../support/browse/open-options.ts';
import { havePeers, runPeer } from '../support/peers.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../support/simulator-process.ts';

/** A folder that another tool wrote, opened and read. */
describe.skipIf(!havePeers('idevicepair', 'idevicebackup2'))('a backup folder of idevicebackup2', () => {
  const password = 'peer-Password 1';
  let dir = '';
  let phone: SimulatorProcess;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'backstop-browse-peer-'));
    mkdirSync(join(dir, 'backups'));
    phone = await startSimulatorProcess({
      args: [
        '--files',
        '400',
        '--bytes',
        '12M',
        '--seed',
        '31',
        '--passcode-delay',
        '1',
        '--encrypted',
        '--password-env',
        'PW',
      ],
      env: { PW: password },
    });
    await runPeer('idevicepair', ['pair'], { address: phone.address });
    const done = await runPeer('idevicebackup2', ['backup', '--full', join(dir, 'backups')], {
      address: phone.address,
      timeoutMs: 90_000,
    });
    expect(done.code, done.stdout).toBe(0);
  });
  afterAll(async () => {
    await phone.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('opens with its password, refuses another, gives every file as on the phone, and stays as it is', async () => {
    const [udid = ''] = readdirSync(join(dir, 'backups'));
    const folder = join(dir, 'backups', udid);
    const before = treeOf(folder);
    const work = join(dir, 'work');
    await expect(openBackupFolder(folder, work, 'other')).rejects.toMatchObject({ code: 'browse/wrong-password' });
    const { backup, warnings } = await openBackupFolder(folder, work, password);
    await using opened = backup;
    expect(warnings).toEqual([]);
    const file = join(dir, 'truth.json');
    await phone.command({ cmd: 'truth', file });
    const { files } = JSON.parse(readFileSync(file, 'utf8')) as {
      files: ReadonlyArray<{ readonly fileId: string; readonly sha256: string }>;
    };
    expect(await sumsOf(opened)).toEqual(new Map(files.map(({ fileId, sha256 }) => [fileId, sha256])));
    expect(treeOf(folder)).toEqual(before);
  });
});
