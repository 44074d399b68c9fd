import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractAll, getRawHeader, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import plist from 'plist';
import { NtExecutable, NtExecutableResource } from 'resedit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * What is in the packages, looked at file by file. The apps are assembled around skeleton folders, as on any computer;
 * signatures, installers and starting them need the systems themselves (docs/packaging.md).
 */

const root = join(import.meta.dirname, '../..');
const packages = join(root, 'out/packages');
const TARGETS = ['darwin-arm64', 'win32-x64', 'linux-x64'] as const;
type Name = (typeof TARGETS)[number];

const APP: Readonly<Record<Name, string>> = {
  'darwin-arm64': 'mac-arm64/Backstop.app',
  'win32-x64': 'win-unpacked',
  'linux-x64': 'linux-unpacked',
};
const RESOURCES: Readonly<Record<Name, string>> = {
  'darwin-arm64': 'Contents/Resources',
  'win32-x64': 'resources',
  'linux-x64': 'resources',
};
const PROGRAM: Readonly<Record<Name, string>> = {
  'darwin-arm64': '',
  'win32-x64': 'Backstop.exe',
  'linux-x64': 'backstop-app',
};
const KEYRING: Readonly<Record<Name, string>> = {
  'darwin-arm64': 'keyring-darwin-arm64',
  'win32-x64': 'keyring-win32-x64-msvc',
  'linux-x64': 'keyring-linux-x64-gnu',
};
/** Without Electron's own programs. */
const MOST_BYTES = 32e6;

const appOf = (name: Name): string => join(packages, name, APP[name]);
const resourcesOf = (name: Name): string => join(appOf(name), RESOURCES[name]);
const asarOf = (name: Name): string => join(resourcesOf(name), 'app.asar');
const scratch = mkdtempSync(join(tmpdir(), 'backstop-packaging-'));

function assemble(...names: readonly string[]): void {
  const script = join(root, 'scripts/package.ts');
  const done = spawnSync(process.execPath, [script, '--dir', ...names], { cwd: root, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr.slice(-2000));
}

beforeAll(() => assemble(...TARGETS), 300_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(TARGETS)('the package for %s', (name) => {
  it('holds built code and what it needs, and nothing of how it was made', () => {
    const files = listPackage(asarOf(name), { isPack: false }).map((file) => file.replaceAll('\\', '/'));
    for (const wanted of [
      '/package.json',
      '/out/main/index.js',
      '/out/main/engine.js',
      '/out/preload/index.cjs',
      '/out/renderer/index.html',
      '/resources/recover.py',
    ]) {
      expect(files).toContain(wanted);
    }
    const unwanted = files.filter((file) =>
      /\.(ts|mts|cts|tsx|map|test\.\w+|svg|pem|key|env|db|log)$|\/(tests?|__tests__|src\/main|fixtures|simulator)\/|\.git|package-lock/.test(
        file,
      ),
    );
    expect(unwanted).toEqual([]);
    const manifest = JSON.parse(readInAsar(name, 'package.json')) as Record<string, unknown>;
    expect(manifest['scripts']).toBeUndefined();
    expect(manifest['devDependencies']).toBeUndefined();
  });

  it('brings the native code of its own system and processor only, outside of the archive', () => {
    const unpacked = join(resourcesOf(name), 'app.asar.unpacked');
    const natives = filesBelow(unpacked).filter((file) => file.endsWith('.node'));
    expect(natives).toHaveLength(2);
    expect(natives.some((file) => file.includes(`better-sqlite3/prebuilds/${name}.node`))).toBe(true);
    expect(natives.some((file) => file.includes(KEYRING[name]))).toBe(true);
    const inArchive = listPackage(asarOf(name), { isPack: false }).filter((file) => file.endsWith('.node'));
    expect(inArchive).toHaveLength(natives.length);
  });

  it('has the fuses set as SECURITY.md says', async () => {
    const wire = await getCurrentFuseWire(join(appOf(name), PROGRAM[name]));
    const isOn = (fuse: FuseV1Options): boolean => wire[fuse] === 49;
    expect(isOn(FuseV1Options.RunAsNode)).toBe(false);
    expect(isOn(FuseV1Options.EnableCookieEncryption)).toBe(true);
    expect(isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false);
    expect(isOn(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false);
    expect(isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true);
    expect(isOn(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true);
    expect(isOn(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false);
  });

  it('stays within its size', () => {
    const bytes = filesBelow(resourcesOf(name)).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  it('names every library in it, with its licence', () => {
    const legal = join(resourcesOf(name), 'legal');
    const bill = JSON.parse(readFileSync(join(legal, 'sbom.cdx.json'), 'utf8')) as {
      components: { name: string; version: string; licenses: unknown[] }[];
    };
    const licences = readFileSync(join(legal, 'THIRD-PARTY-LICENCES.txt'), 'utf8');
    const packed = new Set(
      listPackage(asarOf(name), { isPack: false }).flatMap((file) => {
        const match = /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]package\.json$/.exec(file);
        return match?.[1] === undefined ? [] : [match[1].replaceAll('\\', '/')];
      }),
    );
    const listed = new Set(bill.components.map((one) => one.name));
    expect([...packed].filter((one) => !listed.has(one))).toEqual([]);
    for (const { name: library, version } of bill.components) expect(licences).toContain(`${library} ${version}\n`);
    expect(JSON.stringify(bill)).not.toContain('UNKNOWN');
    expect(existsSync(join(legal, 'LICENSE.txt'))).toBe(true);
  });

  it('has sums that fit every file', () => {
    const sums = readFileSync(join(packages, `SHA256SUMS-${name}.txt`), 'utf8')
      .trimEnd()
      .split('\n');
    expect(sums.length).toBeGreaterThan(8);
    for (const line of sums) {
      const [sum = '', file = ''] = line.split('  ');
      const path = join(packages, name, file);
      if (!statSync(path).isFile() || isLink(path)) continue;
      expect(createHash('sha256').update(readFileSync(path)).digest('hex'), file).toBe(sum);
    }
  });

  it('brings the terminal command', () => {
    const path =
      name === 'darwin-arm64'
        ? join(resourcesOf(name), 'bin/backstop')
        : join(appOf(name), name === 'win32-x64' ? 'bin/backstop.cmd' : 'bin/backstop');
    expect(readFileSync(path, 'utf8')).toContain('--cli');
    if (name !== 'win32-x64') expect(statSync(path).mode & 0o111).toBe(0o111);
  });
});

describe('integrity', () => {
  const headerHash = (name: Name): string =>
    createHash('sha256')
      .update(getRawHeader(asarOf(name)).headerString)
      .digest('hex');

  it('is written into the property list of the Mac app', () => {
    const facts = plist.parse(readFileSync(join(appOf('darwin-arm64'), 'Contents/Info.plist'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(facts).toMatchObject({
      CFBundleIdentifier: 'app.backstop.desktop',
      CFBundleName: 'Backstop',
      LSApplicationCategoryType: 'public.app-category.utilities',
      LSMinimumSystemVersion: '13.0',
    });
    for (const key of ['NSLocalNetworkUsageDescription', 'NSRemovableVolumesUsageDescription']) {
      expect(facts[key]).toMatch(/Backstop/);
    }
    expect(facts['ElectronAsarIntegrity']).toEqual({
      'Resources/app.asar': { algorithm: 'SHA256', hash: headerHash('darwin-arm64') },
    });
  });

  it('is written into the Windows program', () => {
    const program = NtExecutable.from(readFileSync(join(appOf('win32-x64'), 'Backstop.exe')));
    const entry = NtExecutableResource.from(program).entries.find(({ type }) => type === 'INTEGRITY');
    expect(Buffer.from(entry?.bin ?? new ArrayBuffer(0)).toString()).toContain(headerHash('win32-x64'));
  });
});

it('runs its own code as it was packed: the terminal command finds its natives and its files', () => {
  const folder = join(scratch, 'app');
  extractAll(asarOf('linux-x64'), folder);
  const home = join(scratch, 'home');
  const run = (...words: readonly string[]) =>
    spawnSync(
      process.execPath,
      ['--import', join(root, 'tests/e2e/standin/register.ts'), join(folder, 'out/main/index.js'), '--cli', ...words],
      { encoding: 'utf8', env: { ...process.env, BACKSTOP_HOME: home, USBMUXD_SOCKET_ADDRESS: join(scratch, 'none') } },
    );
  const version = run('version');
  expect(version.stderr).toBe('');
  expect(version.stdout.trim()).toBe(
    (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
  );
  const demo = run('demo', '--json');
  expect(demo.stdout.trim().split('\n').at(-1)).toContain('"type":"result"');
  expect(demo.status).toBe(0);
}, 120_000);

it('is the same when it is built again', () => {
  const first = readFileSync(join(packages, 'SHA256SUMS-linux-x64.txt'), 'utf8');
  assemble('linux-x64');
  expect(readFileSync(join(packages, 'SHA256SUMS-linux-x64.txt'), 'utf8')).toBe(first);
}, 120_000);

function readInAsar(name: Name, file: string): string {
  const folder = join(scratch, `${name}-files`);
  if (!existsSync(folder)) extractAll(asarOf(name), folder);
  return readFileSync(join(folder, file), 'utf8');
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function isLink(path: string): boolean {
  const parent = join(path, '..');
  return readdirSync(parent, { withFileTypes: true }).some(
    (entry) => entry.isSymbolicLink() && join(parent, entry.name) === path,
  );
}
