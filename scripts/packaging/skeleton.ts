import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import type { Target } from './targets.ts';

/**
 * Folders in the shape of Electron's, without its programs: enough for electron-builder to assemble an app whose contents,
 * names, fuses and integrity can be looked at on any computer. Nothing in them can be started.
 */

/** What `@electron/fuses` looks for: a sentinel, the version of the wire, its length, and a state for each fuse. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSES = 9;
const fuseWire = (): Buffer =>
  Buffer.concat([Buffer.from(SENTINEL, 'latin1'), Buffer.from([1, FUSES]), Buffer.alloc(FUSES, '0')]);

export async function makeSkeleton(folder: string, { platform, arch }: Target, version: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'version'), version);
  await writeFile(
    join(folder, 'LICENSE'),
    'The skeleton of an app, for looking at: it holds no program of Electron.\n',
  );
  await writeFile(join(folder, 'LICENSES.chromium.html'), '<!doctype html><title>None</title>\n');
  if (platform === 'darwin') await macSkeleton(folder, version);
  else {
    await mkdir(join(folder, 'locales'), { recursive: true });
    for (const locale of ['en-US', 'en-GB', 'de']) await writeFile(join(folder, 'locales', `${locale}.pak`), '');
    await mkdir(join(folder, 'resources'), { recursive: true });
    if (platform === 'win32') await writeFile(join(folder, 'electron.exe'), windowsProgram(arch, fuseWire()));
    else await program(join(folder, 'electron'), fuseWire());
  }
}

async function program(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes);
  await chmod(path, 0o755);
}

async function macSkeleton(folder: string, version: string): Promise<void> {
  const app = join(folder, 'Electron.app/Contents');
  // As frameworks are: everything lies in a version, and links lead to it.
  const framework = join(app, 'Frameworks/Electron Framework.framework');
  const inside = join(framework, 'Versions/A');
  await mkdir(join(app, 'MacOS'), { recursive: true });
  await mkdir(join(app, 'Resources/en.lproj'), { recursive: true });
  await mkdir(join(inside, 'Resources/en.lproj'), { recursive: true });
  await symlink('A', join(framework, 'Versions/Current'));
  for (const name of ['Electron Framework', 'Resources'])
    await symlink(`Versions/Current/${name}`, join(framework, name));
  await program(join(app, 'MacOS/Electron'), Buffer.from('skeleton\n'));
  await program(join(inside, 'Electron Framework'), fuseWire());
  await writeFile(join(inside, 'Resources/Info.plist'), plist({ CFBundleVersion: version }));
  await writeFile(join(app, 'Resources/electron.icns'), '');
  await writeFile(
    join(app, 'Info.plist'),
    plist({
      CFBundleExecutable: 'Electron',
      CFBundleIdentifier: 'com.github.Electron',
      CFBundleName: 'Electron',
      CFBundlePackageType: 'APPL',
      CFBundleVersion: version,
      CFBundleShortVersionString: version,
      CFBundleIconFile: 'electron.icns',
      NSPrincipalClass: 'AtomApplication',
      LSMinimumSystemVersion: '13.0',
    }),
  );
  for (const suffix of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    const helper = join(app, `Frameworks/Electron Helper${suffix}.app/Contents`);
    await mkdir(join(helper, 'MacOS'), { recursive: true });
    await program(join(helper, `MacOS/Electron Helper${suffix}`), Buffer.from('skeleton\n'));
    await writeFile(
      join(helper, 'Info.plist'),
      plist({
        CFBundleExecutable: `Electron Helper${suffix}`,
        CFBundleIdentifier: 'com.github.Electron.helper',
        CFBundleName: `Electron Helper${suffix}`,
        CFBundlePackageType: 'APPL',
        CFBundleVersion: version,
      }),
    );
  }
}

function plist(values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([key, value]) => `    <key>${key}</key>\n    <string>${value}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
${lines.join('\n')}
  </dict>
</plist>
`;
}

/** With the facts about itself that electron-builder expects to find, and to write beside. */
function windowsProgram(arch: Target['arch'], data: Buffer): Buffer {
  const program = NtExecutable.from(portableExecutable(arch, data));
  const resources = NtExecutableResource.from(program);
  const facts = Resource.VersionInfo.create(1033, {}, [
    { lang: 1033, codepage: 1200, values: { FileDescription: 'Backstop', ProductName: 'Backstop' } },
  ]);
  facts.setFileVersion('0.0.0.0');
  facts.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  return Buffer.from(program.generate());
}

/**
 * The smallest file that tools for Windows programs accept: DOS and PE32+ headers and one section of data that holds the
 * fuses. Layout: https://learn.microsoft.com/windows/win32/debug/pe-format
 */
function portableExecutable(arch: Target['arch'], data: Buffer): Buffer {
  const align = 0x200;
  const headers = Buffer.alloc(align);
  headers.write('MZ', 0, 'latin1');
  headers.writeUInt32LE(0x80, 0x3c);
  headers.write('PE\0\0', 0x80, 'latin1');
  const coff = 0x84;
  headers.writeUInt16LE(arch === 'x64' ? 0x8664 : 0xaa64, coff);
  headers.writeUInt16LE(1, coff + 2);
  headers.writeUInt16LE(240, coff + 16);
  // Executable image, large addresses.
  headers.writeUInt16LE(0x22, coff + 18);
  const optional = coff + 20;
  const size = Math.ceil(data.length / align) * align;
  headers.writeUInt16LE(0x20b, optional);
  headers.writeUInt32LE(size, optional + 8);
  headers.writeUInt32LE(0x1000, optional + 20);
  headers.writeBigUInt64LE(0x140000000n, optional + 24);
  headers.writeUInt32LE(0x1000, optional + 32);
  headers.writeUInt32LE(align, optional + 36);
  headers.writeUInt16LE(10, optional + 40);
  headers.writeUInt16LE(10, optional + 48);
  headers.writeUInt32LE(0x2000, optional + 56);
  headers.writeUInt32LE(align, optional + 60);
  // A program with windows.
  headers.writeUInt16LE(2, optional + 68);
  headers.writeBigUInt64LE(0x100000n, optional + 72);
  headers.writeBigUInt64LE(0x1000n, optional + 80);
  headers.writeBigUInt64LE(0x100000n, optional + 88);
  headers.writeBigUInt64LE(0x1000n, optional + 96);
  headers.writeUInt32LE(16, optional + 108);
  const section = optional + 240;
  headers.write('.data\0\0\0', section, 'latin1');
  headers.writeUInt32LE(data.length, section + 8);
  headers.writeUInt32LE(0x1000, section + 12);
  headers.writeUInt32LE(size, section + 16);
  headers.writeUInt32LE(align, section + 20);
  // Initialised data, readable and writable.
  headers.writeUInt32LE(0xc0000040, section + 36);
  return Buffer.concat([headers, data, Buffer.alloc(size - data.length)]);
}
