#!/usr/bin/env node
// The command "backstop" when it is installed (npm link, npm install -g): runs the terminal on Node 24, which the project
// brings along where the system's Node is older. Hands on arguments, streams, signals and the exit code.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const cli = join(root, 'src', 'main', 'cli', 'index.ts');

if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.argv.splice(1, 1, cli);
  await import(cli);
} else {
  const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(node)) {
    process.stderr.write('Backstop needs Node 24. Run "npm test" once in its folder, or install Node 24.\n');
    process.exit(1);
  }
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; ours must outlive the child to tell its exit code.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
