#!/usr/bin/env node
// The command "backstop" when it is installed (npm link, npm install -g): runs the terminal on Node 24, which the project
// brings along where the system's Node is older. Hands on arguments, streams, signals and the exit code.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const cli = join(root, 'src', 'main', 'cli', 'index.ts');

if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.argv[1] = cli;
  await import(pathToFileURL(cli).href);
} else {
  const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) runOn(node);
  else giveUp(`Run "npm test" once in ${root}, which brings Node 24 along, or install Node 24.`);
}

function runOn(node) {
  const child = spawn(node, ['--max-semi-space-size=2', '--heap-growing-percent=20', cli, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to the child too, and a second one would mean haste. Without a terminal it is for us to pass on.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on('SIGINT', () => terminal || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => giveUp(`${node} cannot be started (${error.message}).`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function giveUp(sentence) {
  process.stderr.write(`Backstop needs Node 24. ${sentence}\n`);
  process.exitCode = 1;
}
