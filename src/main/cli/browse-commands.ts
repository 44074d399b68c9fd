import { resolve } from 'node:path';
import type { AskPassword, BackupChoice, Engine, WorkOptions } from '../../shared/contract/index.ts';
import type { CommandLine } from './arguments.ts';
import { usage } from './arguments.ts';
import { entriesText, extractText } from './browse-tables.ts';
import type { Output } from './output.ts';

/** Commands that look into a version, or with `--folder` into a backup folder. */

export interface BrowseContext {
  readonly engine: Engine;
  readonly output: Output;
  readonly vault: string;
  readonly askPassword: AskPassword;
}

const BROWSE_COMMANDS: ReadonlySet<string> = new Set(['ls', 'cat', 'extract']);

/** Null: not one of these commands. */
export async function runBrowseCommand(
  line: CommandLine,
  { engine, output, vault, askPassword }: BrowseContext,
  options: WorkOptions,
): Promise<number | null> {
  if (!BROWSE_COMMANDS.has(line.command)) return null;
  const [choice, rest] = choose(line, vault, askPassword);
  switch (line.command) {
    case 'ls': {
      const [domain, ...folder] = (rest[0] ?? '').split('/');
      const place = {
        domain: domain === undefined || domain === '' ? null : domain,
        folder: trimmed(folder.join('/')),
      };
      const result = await engine.browse.list(choice, place, options);
      output.result(result, entriesText(result));
      return 0;
    }
    case 'cat': {
      const [domain = '', path = ''] = rest;
      await engine.browse.read(choice, { domain, path: trimmed(path), write: toStdout }, options);
      return 0;
    }
    case 'extract': {
      const request = { directory: resolve(rest[0] ?? ''), domain: line.domain, path: line.path };
      const result = await engine.browse.extract(choice, request, options);
      output.result(result, extractText(result));
      return result.failed.length === 0 ? 0 : 1;
    }
    default:
      return null;
  }
}

/** What the command is about, and the words behind it. */
function choose(line: CommandLine, vault: string, askPassword: AskPassword): [BackupChoice, readonly string[]] {
  if (line.folder !== null) return [{ folder: resolve(line.folder), askPassword }, line.positionals];
  const [snapshot, ...rest] = line.positionals;
  if (snapshot === undefined) throw usage('Name a version (or “latest”), or a backup folder with --folder.');
  return [{ vault, snapshot, askPassword }, rest];
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

function toStdout(bytes: Uint8Array): Promise<void> {
  return new Promise((done, failed) => {
    process.stdout.write(bytes, (error) => (error == null ? done() : failed(error)));
  });
}
