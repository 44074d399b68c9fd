import { join } from 'node:path';
import { BackstopError, describeError } from '../../shared/errors/index.ts';
import { createEngine } from '../engine/api/index.ts';
import type { EngineChild } from '../engine/client.ts';
import { appHome, programVersion } from '../engine/platform/index.ts';
import { type CommandLine, type CommandName, commands, parseCommandLine, usage, wantsJson } from './arguments.ts';
import { helpText } from './help.ts';
import { humanOutput, jsonOutput, type Output } from './output.ts';
import { runCommand } from './run.ts';

/** The terminal face: words in, one engine call, words or JSON lines out, an exit code. */
export async function main(
  argv: readonly string[],
  { spawnEngine }: { readonly spawnEngine?: () => EngineChild } = {},
): Promise<number> {
  const output: Output = wantsJson(argv) ? jsonOutput(process.stdout) : humanOutput(process.stdout, process.stderr);
  const cancel = new AbortController();
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts += 1;
    // The first asks; a second one in a hurry ends at once, which is safe too: nothing half-done is ever a version.
    if (interrupts > 1) process.exit(130);
    cancel.abort(new BackstopError('internal/cancelled'));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.on('SIGHUP', interrupt);
  // A reader that went away (`| head`) is no reason to crash in the middle of a backup.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  try {
    const line = parseCommandLine(argv);
    if (showHelp(line)) return 0;
    const home = appHome();
    const engine = createEngine({ home, env: process.env });
    const defaultVault = process.env['BACKSTOP_VAULT'] ?? join(home, 'vault');
    return await runCommand(line, {
      engine,
      output,
      env: process.env,
      defaultVault,
      signal: cancel.signal,
      spawnEngine,
    });
  } catch (error) {
    const described = describeError(error);
    const { exitCode, ...words } = described;
    output.failure({ type: 'error', ...words });
    return exitCode;
  }
}

function showHelp(line: CommandLine): boolean {
  if (line.command === 'version') {
    process.stdout.write(`${programVersion()}\n`);
    return true;
  }
  if (line.helpFor === null && line.command !== 'help') return false;
  const asked = line.helpFor ?? line.positionals[0] ?? null;
  if (asked !== null && !Object.hasOwn(commands, asked)) throw usage(`There is no command "${asked}".`);
  process.stdout.write(helpText(asked as CommandName | null));
  return true;
}
