import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The set-up that every npm script does first, in a checkout of its own and with an npm that only writes down its work. */
const BOOTSTRAP = join(import.meta.dirname, '../../scripts/bootstrap.mjs');

const LOCK = {
  packages: {
    '': { name: 'backstop' },
    'node_modules/one': { version: '1.0.0', integrity: 'sha512-one' },
    'node_modules/other-system': { version: '1.0.0', integrity: 'sha512-other', optional: true },
  },
};

/** Does what npm does, as far as set-up can tell; `hold` makes it wait until the file `go` is there. */
const FAKE_NPM = `
import { appendFileSync, chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
const [command] = process.argv.slice(2);
const { NPM_CONFIG_REGISTRY: registry, npm_config_global: global } = process.env;
appendFileSync('npm.log', JSON.stringify({ command, args: process.argv.slice(3), registry, global }) + '\\n');
while (existsSync('hold') && !existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 10));
if (command === 'ci') rmSync('node_modules', { recursive: true, force: true });
if (existsSync('fail')) process.exit(1);
if (command === 'ci') {
  mkdirSync('node_modules/one', { recursive: true });
  writeFileSync('node_modules/one/package.json', '{}');
  writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/one': { version: '1.0.0', integrity: 'sha512-one' } } }));
} else {
  mkdirSync('node_modules/node/bin', { recursive: true });
  writeFileSync('node_modules/node/bin/node', '#!/bin/sh\\necho v24.21.0\\n');
  chmodSync('node_modules/node/bin/node', 0o755);
}
`;

describe.skipIf(process.platform === 'win32')('set-up', () => {
  let checkout = '';
  const at = (...path: string[]): string => join(checkout, ...path);
  const touch = (name: string): void => writeFileSync(at(name), '');
  const calls = (): { command: string; args: string[]; registry?: string; global?: string }[] =>
    existsSync(at('npm.log'))
      ? readFileSync(at('npm.log'), 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'backstop-setup-'));
    mkdirSync(at('scripts'));
    mkdirSync(at('npm'));
    copyFileSync(BOOTSTRAP, at('scripts', 'bootstrap.mjs'));
    writeFileSync(at('npm', 'cli.mjs'), FAKE_NPM);
    writeFileSync(at('package-lock.json'), JSON.stringify(LOCK));
  });
  afterEach(() => {
    for (const child of started.splice(0)) killGroup(child);
    rmSync(checkout, { recursive: true, force: true });
  });

  const started: ChildProcess[] = [];
  function killGroup({ pid }: ChildProcess): void {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  }

  function start(env: NodeJS.ProcessEnv = {}, node = process.execPath) {
    const child: ChildProcess = spawn(node, [at('scripts', 'bootstrap.mjs')], {
      env: { ...process.env, npm_execpath: at('npm', 'cli.mjs'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that its npm can be ended with it.
      detached: true,
    });
    started.push(child);
    const said = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
    });
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
    const says = async (text: string): Promise<void> => {
      while (!said.stderr.includes(text)) await once(child.stderr as NodeJS.ReadableStream, 'data');
    };
    return { child, ended, says };
  }

  function expectNothingLeft(): void {
    expect(readdirSync(checkout).filter((name) => name.startsWith('.backstop-setup'))).toEqual([]);
  }

  it('installs once, says so on standard error only, and then has nothing to do', async () => {
    const first = await start().ended;
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toContain('set-up done');
    expect(calls().map((call) => call.command)).toEqual(['ci', 'rebuild']);
    expect(await start().ended).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(calls()).toHaveLength(2);
    expectNothingLeft();
  });

  it('runs no script of a package but that of “node”, and wants the tools in production too', async () => {
    await start({ NODE_ENV: 'production' }).ended;
    const [ci, rebuild] = calls();
    expect(ci?.args).toEqual(expect.arrayContaining(['--ignore-scripts', '--include=dev']));
    expect(rebuild?.args).toContain('node');
  });

  it('keeps the registry of the surroundings, and not the folder of a global install', async () => {
    await start({ NPM_CONFIG_REGISTRY: 'https://registry.example', npm_config_global: 'true' }).ended;
    expect(calls()[0]).toMatchObject({ registry: 'https://registry.example' });
    expect(calls()[0]?.global).toBeUndefined();
  });

  it('lets one of two install and the other wait', async () => {
    touch('hold');
    const one = start();
    await one.says('installing');
    const two = start();
    await two.says('waiting');
    touch('go');
    expect(await one.ended).toMatchObject({ code: 0 });
    expect(await two.ended).toMatchObject({ code: 0 });
    expect(calls().filter((call) => call.command === 'ci')).toHaveLength(1);
    expectNothingLeft();
  });

  it('is not held up by one that was killed', async () => {
    touch('hold');
    const killed = start();
    await killed.says('installing');
    killGroup(killed.child);
    await killed.ended;
    touch('go');
    expect(existsSync(at('.backstop-setup'))).toBe(true);
    expect(await start().ended).toMatchObject({ code: 0 });
    expectNothingLeft();
  });

  it('leaves nothing in the way when it fails, and says what to do', async () => {
    touch('fail');
    const failed = await start().ended;
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/could not install the packages\. Check the network/);
    expectNothingLeft();
    rmSync(at('fail'));
    expect(await start().ended).toMatchObject({ code: 0 });
  });

  it('takes an installation made by hand as it is', async () => {
    await start().ended;
    rmSync(at('node_modules', '.backstop-lock'));
    touch('node_modules/still-here');
    expect(await start().ended).toMatchObject({ code: 0 });
    expect(existsSync(at('node_modules', 'still-here'))).toBe(true);
    expect(calls().filter((call) => call.command === 'ci')).toHaveLength(1);
  });

  it('installs again when the lock file names something else', async () => {
    await start().ended;
    const other = { packages: { ...LOCK.packages, 'node_modules/two': { version: '2.0.0', integrity: 'sha512-two' } } };
    writeFileSync(at('package-lock.json'), JSON.stringify(other));
    expect(await start().ended).toMatchObject({ code: 0 });
    expect(calls().filter((call) => call.command === 'ci')).toHaveLength(2);
  });

  it('replaces the very Node it runs on', async () => {
    // npm puts the project's Node first on the PATH, so from the second time on it is that which runs the set-up.
    const own = at('node_modules', 'node', 'bin', 'node');
    mkdirSync(at('node_modules', 'node', 'bin'), { recursive: true });
    copyFileSync(process.execPath, own);
    expect(await start({}, own).ended).toMatchObject({ code: 0 });
    expect(calls().map((call) => call.command)).toEqual(['ci', 'rebuild']);
    expect(existsSync(own)).toBe(true);
    expectNothingLeft();
  });
});
