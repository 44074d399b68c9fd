import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeLegal } from './packaging/legal.ts';
import { makeSkeleton } from './packaging/skeleton.ts';
import { installedIn, stageApp } from './packaging/stage.ts';
import { writeSums } from './packaging/sums.ts';
import { BUILDER_FLAG, nameOf, TARGETS, type Target, targetNamed } from './packaging/targets.ts';

/**
 * Builds the desktop app: `npm run package` for this computer's system, with Electron's own programs;
 * `npm run package -- --dir [target…]` assembles unpacked apps for all systems around skeleton folders, so that what is in
 * them can be looked at on any computer. Signing and notarising happen where the system's tools and the environment's
 * keys are (docs/packaging.md).
 */

const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2);
const isDirectory = words.includes('--dir');
const named = words.filter((word) => !word.startsWith('--')).map(targetNamed);
const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
const electron = (
  JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')) as { version: string }
).version;

const targets =
  named.length > 0 ? named : isDirectory ? TARGETS : TARGETS.filter((one) => one.platform === process.platform);
if (!words.includes('--no-build')) run('electron-vite', ['build', '--logLevel', 'warn']);
for (const target of targets) await assemble(target);
process.stdout.write(`${targets.map((one) => join('out/packages', nameOf(one))).join('\n')}\n`);

async function assemble(target: Target): Promise<void> {
  process.stderr.write(`Backstop: assembling ${nameOf(target)} …\n`);
  const stage = stageApp(root, target);
  writeLegal(root, version, installedIn(stage));
  const output = join(root, 'out/packages', nameOf(target));
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const options = [`--config.directories.app=${stage}`, `--config.directories.output=${output}`];
  if (isDirectory) {
    const skeleton = join(root, 'out/skeletons', nameOf(target));
    await makeSkeleton(skeleton, target, electron);
    options.push(`--config.electronDist=${skeleton}`, '--dir');
    if (target.platform === 'darwin') options.push('--config.mac.identity=null', '--config.mac.notarize=false');
    if (target.platform === 'win32') options.push('--config.win.signAndEditExecutable=false');
  }
  run(
    'electron-builder',
    [
      BUILDER_FLAG[target.platform],
      `--${target.arch}`,
      '--publish',
      'never',
      '--config',
      'electron-builder.yml',
      ...options,
    ],
    { BACKSTOP_PREBUILD: `${target.platform}-${target.arch}` },
  );
  for (const file of ['builder-debug.yml', 'builder-effective-config.yaml'])
    rmSync(join(output, file), { force: true });
  await writeSums(output, join(root, 'out/packages', `SHA256SUMS-${nameOf(target)}.txt`));
}

function run(tool: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): void {
  const script = binOf(tool);
  const done = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...more },
  });
  if (done.status !== 0) throw new Error(`${tool} failed`);
}

/** Its own script, so that no shell and no wrapper is needed. */
function binOf(tool: string): string {
  const folder = join(root, 'node_modules', tool);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const path = join(folder, typeof bin === 'string' ? bin : (bin[tool] ?? Object.values(bin)[0] ?? ''));
  if (!existsSync(path)) throw new Error(`${tool} is not installed: ${readdirSync(folder).join(', ')}`);
  return path;
}
