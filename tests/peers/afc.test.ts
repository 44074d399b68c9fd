import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { havePeers, runPeer } from '../support/peers.ts';
import { startSimulatorProcess } from '../support/simulator-process.ts';

/** libimobiledevice reads the simulated phone's photos with its own client of the file service. */

const SCRIPT = join(import.meta.dirname, 'afc.py');

async function hasLibrary(): Promise<boolean> {
  if (!havePeers('python3', 'idevicepair')) return false;
  const load = 'import ctypes; ctypes.CDLL("libimobiledevice-1.0.so.6")';
  if ((await runPeer('python3', ['-c', load])).code === 0) return true;
  console.warn('SKIPPED: libimobiledevice-1.0.so.6 not installed (Debian: libimobiledevice6); this test runs in CI');
  return false;
}

it.skipIf(!(await hasLibrary()))('every photo of the phone comes as it is, and none can be removed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'backstop-peer-'));
  const truthFile = join(dir, 'truth.json');
  const args = ['--files', '200', '--bytes', '8M', '--seed', '43', '--truth', truthFile];
  await using phone = await startSimulatorProcess({ args });
  const peer = (command: string, ...words: string[]) => runPeer(command, words, { address: phone.address });
  expect((await peer('idevicepair', 'pair')).stdout).toContain('SUCCESS');
  const { stdout, stderr, code } = await peer('python3', SCRIPT, phone.udid);
  expect([code, stderr]).toEqual([0, '']);
  const said = JSON.parse(stdout);
  const { files } = JSON.parse(readFileSync(truthFile, 'utf8')) as {
    files: { domain: string; relativePath: string; size: number; sha256: string }[];
  };
  const camera = files.filter(({ domain }) => domain === 'CameraRollDomain');
  const truth = camera.filter(({ relativePath }) => relativePath.startsWith('Media/DCIM/'));
  expect(truth.length).toBeGreaterThan(20);
  expect(Object.keys(said.files)).toHaveLength(truth.length);
  for (const { relativePath, size, sha256 } of truth) {
    const [saidSize, , saidSum] = said.files[relativePath.slice('Media'.length)] ?? [];
    expect([relativePath, saidSize, saidSum]).toEqual([relativePath, size, sha256]);
  }
  const database = camera.find(({ relativePath }) => relativePath === 'Media/PhotoData/Photos.sqlite');
  expect(said.database).toBe(database?.sha256);
  expect(said.disk).toMatchObject({ FSTotalBytes: expect.stringMatching(/^\d+$/), FSBlockSize: '4096' });
  // 8: no such thing; 10: not allowed.
  expect([said.escape, said.missing, said.remove]).toEqual([8, 8, 10]);
  const report = (await phone.command({ cmd: 'report' }))['phones'] as { hostWrites: object[] }[];
  expect(report[0]?.hostWrites).toContainEqual(
    expect.objectContaining({ operation: 'remove', what: '/DCIM/100APPLE/IMG_0001.JPG', outcome: 'refused' }),
  );
  rmSync(dir, { recursive: true, force: true });
});
