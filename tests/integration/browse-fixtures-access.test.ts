import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackupFolder, treeOf } from '../support/browse/open-options.ts';

/** Data of other projects, outside of this repository. */
const FIXTURES =
  process.env['BACKSTOP_FIXTURES'] ?? fileURLToPath(new URL('../../../shared/fixtures', import.meta.url));

function present(name: string): boolean {
  const found = existsSync(join(FIXTURES, name));
  if (!found) process.stderr.write(`SKIPPED: no ${name} in ${FIXTURES}; real folders are not opened here.\n`);
  return found;
}

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-fixtures-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(!present('pyiosbackup'))('a backup folder of iOS 9 (pyiosbackup)', () => {
  it('opens with its password and refuses another', async () => {
    const folder = join(dir, 'ios9');
    cpSync(join(FIXTURES, 'pyiosbackup/backup_ios9.0.1_mbdb_password_0000'), folder, { recursive: true });
    const before = treeOf(folder);
    const work = join(dir, 'work');
    await expect(openBackupFolder(folder, work, '0001')).rejects.toMatchObject({ code: 'browse/wrong-password' });
    const { backup } = await openBackupFolder(folder, work, '0000');
    await using opened = backup;
    expect(opened.domains()).toMatchObject([{ domain: 'MyTestDomain', files: 1 }]);
    const file = opened.file('MyTestDomain', 'Media/Test.txt');
    if (file === null) throw new Error('no file');
    expect(file).toMatchObject({ kind: 'file', sizeBytes: 9, modified: 0x610a911f, protectionClass: 4 });
    expect((await opened.readWhole(file, 100)).toString()).toBe('Test data');
    expect(opened.list('MyTestDomain', 'Media').map(({ path }) => path)).toEqual(['Media/Test.txt']);
    expect(treeOf(folder)).toEqual(before);
  });
});

describe.skipIf(!present('mvt'))('part of a real folder of iOS 14 (mvt)', () => {
  it('opens without its plists only as no backup, and whole with them', async () => {
    const folder = join(dir, 'ios14');
    mkdirSync(folder);
    const source = join(FIXTURES, 'mvt/ios_backup_part');
    cpSync(source, folder, { recursive: true });
    cpSync(join(source, 'Manifest-subset.db'), join(folder, 'Manifest.db'));
    await expect(openBackupFolder(folder, join(dir, 'work'), null)).rejects.toMatchObject({
      code: 'browse/not-a-backup',
    });
    expect(readFileSync(join(folder, 'Manifest.db')).equals(readFileSync(join(source, 'Manifest-subset.db')))).toBe(
      true,
    );
  });
});
