#!/usr/bin/env node
// Compiles native/ with the system's own compiler against the headers of Node-API. Plain Node 20 or newer, no packages
// but the headers. Ends with 0 and one sentence when there is no compiler: Backstop works without the addon and then
// tells less about a disk. With --strict it ends with 1 instead.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const native = join(root, 'native');
const build = join(native, 'build');
const headers = join(root, 'node_modules', 'node-api-headers', 'include');
const target = join(build, 'volume.node');
// The target goes away in one step, so that a half-written addon is never loaded.
const fresh = join(build, `volume-${process.pid}.node`);
const COMPILE_LIMIT_MS = 120_000;

const systems = {
  linux: () => [
    process.env.CC || 'cc',
    ['-std=c11', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror'],
    'linux.c',
    ['-o', fresh],
  ],
  darwin: () => [
    process.env.CC || 'cc',
    ['-std=c11', '-O2', '-fPIC', '-bundle', '-undefined', 'dynamic_lookup', '-fvisibility=hidden', '-Wall'],
    'macos.c',
    ['-framework', 'CoreFoundation', '-framework', 'CoreServices', '-mmacosx-version-min=11.0', '-o', fresh],
  ],
  // From a prompt of Visual Studio's build tools, which puts cl on the path.
  win32: () => [
    process.env.CC || 'cl',
    ['/nologo', '/O2', '/W3', '/LD', '/std:c11', `/Fo${build}\\`],
    'windows.c',
    [`/Fe:${fresh}`, '/link', 'propsys.lib', 'shell32.lib', 'ole32.lib', 'uuid.lib'],
  ],
};

function sourcesChangedAt() {
  const files = readdirSync(native).filter((name) => /\.[ch]$/.test(name));
  return Math.max(...files.map((name) => statSync(join(native, name)).mtimeMs));
}

function compile() {
  const system = systems[process.platform];
  if (system === undefined) return `there is no addon for ${process.platform}`;
  if (!existsSync(join(headers, 'node_api.h'))) return 'the package node-api-headers is not installed';
  if (existsSync(target) && statSync(target).mtimeMs > sourcesChangedAt()) return null;
  mkdirSync(build, { recursive: true });
  const [compiler, flags, source, rest] = system();
  const sources = ['addon.c', source].map((name) => join(native, name));
  const include = process.platform === 'win32' ? `/I${headers}` : `-I${headers}`;
  const result = spawnSync(compiler, [...flags, include, ...sources, ...rest], {
    cwd: build,
    encoding: 'utf8',
    timeout: COMPILE_LIMIT_MS,
  });
  if (result.error !== undefined) {
    return result.error.code === 'ENOENT' ? `there is no compiler (${compiler})` : result.error.message;
  }
  if (result.status !== 0) return `${compiler} said: ${`${result.stderr}${result.stdout}`.trim().slice(0, 2000)}`;
  renameSync(fresh, target);
  return null;
}

let failure;
try {
  failure = compile();
} catch (error) {
  failure = error.message;
} finally {
  rmSync(fresh, { force: true });
}
if (failure !== null) {
  const less = 'Backstop works without it and tells less about disks';
  process.stderr.write(`Backstop: the addon that knows disks was not built, because ${failure}. ${less}.\n`);
  if (process.argv.includes('--strict')) process.exitCode = 1;
}
