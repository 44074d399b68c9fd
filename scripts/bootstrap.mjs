#!/usr/bin/env node
// Does all set-up for whoever runs an npm script in a fresh checkout. Plain Node 20 or newer, nothing from node_modules:
// it runs before there is one. Says everything on stderr, because commands speak JSON on stdout.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.backstop-lock');
const mutex = join(root, '.backstop-setup');

const NODE_MAJOR = 24;
const STALE_LOCK_MS = 15 * 60_000;
const LOCK_STEP_MS = 250;

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

function isDone() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

function npm(args) {
  // Through npm's own script where npm tells it, so that no shell and no npm.cmd is needed.
  const script = process.env.npm_execpath;
  const direct = script !== undefined && /\.[cm]?js$/.test(script);
  const [command, prefix] = direct ? [process.execPath, [script]] : ['npm', []];
  const env = { ...process.env };
  // Settings of the npm run that called us are not meant for the npm that installs.
  for (const name of Object.keys(env)) if (/^npm_(config|lifecycle|package|command)/i.test(name)) delete env[name];
  const done = spawnSync(command, [...prefix, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 2, 2],
    shell: !direct && process.platform === 'win32',
  });
  return done.status === 0;
}

function fail(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

/** The Node that npm puts first on the PATH of every script. */
function projectNodeWorks() {
  const name = process.platform === 'win32' ? 'node.cmd' : 'node';
  const found = spawnSync(join(modules, '.bin', name), ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return found.status === 0 && Number(/^v(\d+)/.exec(found.stdout)?.[1]) >= NODE_MAJOR;
}

function setUp() {
  process.stderr.write('Backstop: installing what this checkout needs (once) …\n');
  if (!npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']))
    fail('Set-up failed: npm could not install the packages. Check the network and try again.');
  if (!projectNodeWorks()) npm(['rebuild', 'node']);
  if (!projectNodeWorks() && Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
    fail(
      `Set-up failed: Node ${NODE_MAJOR} could not be brought along for this system. Install Node ${NODE_MAJOR} and run the command again.`,
    );
  }
  writeFileSync(stamp, wanted);
  process.stderr.write('Backstop: set-up done.\n');
}

/** Two commands at once in a fresh checkout: one installs, the other waits for it. */
function withLock(work) {
  for (;;) {
    try {
      mkdirSync(mutex);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age = existsSync(mutex) ? Date.now() - statSync(mutex).mtimeMs : 0;
      if (age > STALE_LOCK_MS) rmdirSync(mutex);
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_STEP_MS);
    }
  }
  try {
    work();
  } finally {
    rmdirSync(mutex);
  }
}

if (!isDone()) {
  withLock(() => {
    if (!isDone()) setUp();
  });
}
