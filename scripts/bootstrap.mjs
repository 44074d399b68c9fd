#!/usr/bin/env node
// Does all set-up for whoever runs an npm script in a fresh checkout. Plain Node 20 or newer, nothing from node_modules:
// it runs before there is one. Says everything on stderr, because commands speak JSON on stdout.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.backstop-lock');
const lock = join(root, '.backstop-setup');

const NODE_MAJOR = 24;
// Nobody installs for half an hour: whoever holds the lock that long is not who wrote it.
const STALE_LOCK_MS = 30 * 60_000;
const LOCK_STEP_MS = 250;

const windows = process.platform === 'win32';
const projectNode = join(modules, 'node', 'bin', windows ? 'node.exe' : 'node');
// Where the project's Node stands aside while node_modules, and with it the Node that runs this, is replaced.
const nodeAside = `${lock}-${windows ? 'node.exe' : 'node'}`;
const ourNodeServes = Number(process.versions.node.split('.')[0]) >= NODE_MAJOR;
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

function isDone() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && (ourNodeServes || existsSync(projectNode));
}

function say(sentence) {
  process.stderr.write(`Backstop: ${sentence}\n`);
}

async function setUp() {
  const { spawn, spawnSync } = await import('node:child_process');

  const npm = (args) =>
    new Promise((resolve, reject) => {
      // Through npm's own script where npm tells it, so that no shell and no npm.cmd is needed.
      const script = process.env.npm_execpath;
      const direct = script !== undefined && /\bnpm\b.*\.[cm]?js$/.test(script);
      const [command, prefix] = direct ? [runtime(), [script]] : ['npm', []];
      const child = spawn(command, [...prefix, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: root,
        env: installEnvironment(),
        stdio: ['ignore', 2, 2],
        shell: !direct && windows,
      });
      // An install that outlived its lock would meet the next one.
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => child.kill(signal));
      child.on('error', reject);
      child.on('close', (code) => resolve(code === 0));
    });

  const projectNodeWorks = () => {
    if (!existsSync(projectNode)) return false;
    const { status, stdout } = spawnSync(projectNode, ['--version'], { encoding: 'utf8' });
    return status === 0 && Number(/^v(\d+)/.exec(stdout)?.[1]) >= NODE_MAJOR;
  };

  say('installing what this checkout needs (once) …');
  if (!isInstalled()) {
    if (process.execPath.startsWith(modules + sep)) renameSync(process.execPath, nodeAside);
    // Scripts of packages do not run: none of them is needed, and better-sqlite3's would start a compiler.
    // The tools are wanted even where the surroundings say "production".
    const installed = await npm(['ci', '--ignore-scripts', '--include=dev', '--include=optional']);
    if (!installed) {
      throw new Error('set-up failed, because npm could not install the packages. Check the network and try again.');
    }
  }
  // Except one: the package "node" fetches Node for this computer.
  if (!projectNodeWorks()) await npm(['rebuild', 'node', '--ignore-scripts=false']);
  if (!projectNodeWorks() && !ourNodeServes) {
    throw new Error(
      `set-up failed, because Node ${NODE_MAJOR} cannot be brought along for this system. Install Node ${NODE_MAJOR} and run the command again.`,
    );
  }
  // It says itself what is missing, in one sentence; nothing depends on it.
  const addon = join(root, 'scripts', 'build-native.mjs');
  if (existsSync(addon)) spawnSync(runtime(), [addon], { cwd: root, stdio: ['ignore', 2, 2] });
  writeFileSync(stamp, wanted);
  say('set-up done.');
}

/** The Node to start npm with: ours, wherever it is now. */
function runtime() {
  return existsSync(process.execPath) ? process.execPath : nodeAside;
}

/** Puts the project's Node back if nothing took its place, so that a failed set-up leaves no less than it found. */
function putNodeBack() {
  if (!existsSync(nodeAside)) return;
  if (existsSync(dirname(projectNode)) && !existsSync(projectNode)) renameSync(nodeAside, projectNode);
  else rmSync(nodeAside, { force: true });
}

/**
 * Did somebody install by hand exactly what the lock file names? npm notes what it installed; packages for other systems
 * are optional and not there. Then nothing is replaced under programs that may be running from this checkout.
 */
function isInstalled() {
  const packagesOf = (file) => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8'));
    delete packages[''];
    return packages;
  };
  try {
    const locked = packagesOf(join(root, 'package-lock.json'));
    const there = packagesOf(join(modules, '.package-lock.json'));
    const same = (path) =>
      locked[path]?.version === there[path]?.version && locked[path]?.integrity === there[path]?.integrity;
    return (
      Object.keys(there).every((path) => same(path) && existsSync(join(root, path, 'package.json'))) &&
      Object.keys(locked).every((path) => path in there || locked[path].optional === true)
    );
  } catch {
    // Nothing installed, or notes that cannot be read: install.
    return false;
  }
}

/**
 * Settings of the npm run that called us which are not meant for the npm that installs (a global install would land
 * elsewhere). Registry, proxy, certificates and cache stay.
 */
function installEnvironment() {
  const env = { ...process.env };
  const foreign =
    /^npm_(lifecycle_|package_|command$|config_(global|location|prefix|local_prefix|workspaces?|dry_run|omit|production)$)/i;
  for (const name of Object.keys(env)) if (foreign.test(name)) delete env[name];
  return env;
}

/** Two commands at once in a fresh checkout: one installs, the other waits for it. */
async function waitForLock() {
  let told = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      process.on('exit', () => {
        putNodeBack();
        rmSync(lock, { force: true });
      });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (removeDeadLock()) continue;
    if (!told) say('another command is setting this checkout up; waiting for it …');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, LOCK_STEP_MS));
  }
}

/** True: look again. A lock whose owner was killed must not hold everybody else up. */
function removeDeadLock() {
  try {
    const owner = readFileSync(lock, 'utf8');
    if (isAlive(Number(owner)) && Date.now() - statSync(lock).mtimeMs < STALE_LOCK_MS) return false;
    // Moved, not removed: of two who find it dead only one can, and who moved a living one puts it back.
    const aside = `${lock}.${process.pid}`;
    renameSync(lock, aside);
    if (readFileSync(aside, 'utf8') === owner) rmSync(aside);
    else renameSync(aside, lock);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return true;
    throw error;
  }
}

function isAlive(pid) {
  // Not written yet: its owner is at it.
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (!isDone()) {
  try {
    await waitForLock();
    if (!isDone()) await setUp();
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
