import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, type Target } from './targets.ts';

/** The app folder of one target: built code, what it needs at run time, and the libraries for that system alone. */
export function stageApp(root: string, target: Target): string {
  const stage = join(root, 'out/stage', nameOf(target));
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const { name, version, description, license, type, main, dependencies, engines } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  const facts = { name, productName: 'Backstop', version, description, license, type, main, engines, dependencies };
  const author = { name: 'The Backstop authors' };
  const homepage = 'https://backstop.invalid/';
  // The lock file must fit the package.json that it is installed by; the one of the package is written afterwards.
  cpSync(join(root, 'package.json'), join(stage, 'package.json'));
  cpSync(join(root, 'package-lock.json'), join(stage, 'package-lock.json'));
  npm(stage, [
    'ci',
    '--omit=dev',
    '--ignore-scripts',
    `--os=${target.platform}`,
    `--cpu=${target.arch}`,
    ...(target.platform === 'linux' ? ['--libc=glibc'] : []),
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  rmSync(join(stage, 'package-lock.json'));
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify({ ...facts, author, homepage }, null, 2)}\n`);
  for (const folder of ['main', 'preload', 'renderer'])
    cpSync(join(root, 'out', folder), join(stage, 'out', folder), { recursive: true });
  mkdirSync(join(stage, 'resources'));
  for (const file of ['recover.py', 'recover.mjs'])
    cpSync(join(root, 'resources', file), join(stage, 'resources', file));
  cpSync(join(root, 'resources/tray'), join(stage, 'resources/tray'), {
    recursive: true,
    filter: (path) => !path.endsWith('.svg') && !path.endsWith('/svg'),
  });
  return stage;
}

export function npm(cwd: string, args: readonly string[]): string {
  const script = process.env['npm_execpath'];
  const [command, first] = script === undefined ? ['npm', []] : [process.execPath, [script]];
  const done = spawnSync(command, [...first, ...args], {
    cwd,
    encoding: 'utf8',
    shell: script === undefined && process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status !== 0) throw new Error(`npm ${args[0]} failed: ${done.stderr.slice(-800)}`);
  return done.stdout;
}

export interface Installed {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Its own text, where it brings one. */
  readonly text: string | null;
  readonly source: string | null;
}

/** Every library that goes into the package, with its licence. */
export function installedIn(stage: string): readonly Installed[] {
  const found: Installed[] = [];
  const visit = (modules: string): void => {
    if (!existsSync(modules)) return;
    for (const entry of readdirSync(modules, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
      const folder = join(modules, entry.name);
      if (entry.name.startsWith('@')) visit(folder);
      else {
        found.push(read(folder));
        visit(join(folder, 'node_modules'));
      }
    }
  };
  visit(join(stage, 'node_modules'));
  return found.sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

function read(folder: string): Installed {
  const facts = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string | { type?: string };
    repository?: string | { url?: string };
  };
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name));
  const { repository, license } = facts;
  return {
    name: facts.name,
    version: facts.version,
    license: typeof license === 'string' ? license : (license?.type ?? 'UNKNOWN'),
    text: file === undefined ? null : readFileSync(join(folder, file), 'utf8'),
    source: typeof repository === 'string' ? repository : (repository?.url ?? null),
  };
}
