import { resolve } from 'node:path';
import {
  type AskPassword,
  type BackupChoice,
  browsedKindSchema,
  type Engine,
  type WorkOptions,
} from '../../shared/contract/index.ts';
import type { CommandLine } from './arguments.ts';
import { usage } from './arguments.ts';
import {
  coverageText,
  diffText,
  entriesText,
  exportItemsText,
  extractText,
  itemsText,
  searchText,
  usageText,
  whereText,
} from './browse-tables.ts';
import type { Output } from './output.ts';

/** Commands that look into a version, or with `--folder` into a backup folder. */

export interface BrowseContext {
  readonly engine: Engine;
  readonly output: Output;
  readonly vault: string;
  readonly askPassword: AskPassword;
}

const BROWSE_COMMANDS: ReadonlySet<string> = new Set([
  ...browsedKindSchema.options,
  'ls',
  'cat',
  'extract',
  'search',
  'coverage',
  'diff',
  'where',
  'usage',
]);

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
    case 'search': {
      const result = await engine.browse.search(choice, { text: rest.join(' '), limit: line.limit }, options);
      output.result(result, searchText(result));
      return 0;
    }
    case 'coverage': {
      const result = await engine.browse.coverage(choice, options);
      output.result(result, coverageText(result));
      return 0;
    }
    case 'diff': {
      const newer: BackupChoice = { vault, snapshot: rest[0] ?? '', askPassword };
      const result = await engine.browse.diff(
        choice,
        newer,
        { exportTo: line.export === null ? null : resolve(line.export) },
        options,
      );
      output.result(result, diffText(result));
      return 0;
    }
    case 'where': {
      const request = { kind: line.kind, text: rest.join(' '), limit: line.limit };
      const result = await engine.browse.where(choice, request, options);
      output.result(result, whereText(result));
      return 0;
    }
    case 'usage': {
      const result = await engine.browse.usage(choice, options);
      output.result(result, usageText(result));
      return 0;
    }
    default: {
      const kind = browsedKindSchema.safeParse(line.command);
      if (!kind.success) return null;
      if (line.export !== null) {
        const directory = resolve(line.export);
        const request = { kind: kind.data, directory, format: line.format, group: line.chat, ids: line.ids };
        const result = await engine.browse.exportItems(choice, request, options);
        output.result(result, exportItemsText(result));
        return 0;
      }
      const request = { kind: kind.data, group: line.chat, limit: line.limit };
      const result = await engine.browse.items(choice, request, options);
      output.result(result, itemsText(result));
      return 0;
    }
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
