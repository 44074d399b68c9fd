import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { readProgramFile } from '../cache/local-files.ts';
import { README_TEXT, RECOVER_TEXT } from './texts.ts';

/** The files for people that lie in every vault, by their names: what it is, and the ways out of it. */
export function vaultTexts(): ReadonlyMap<string, Buffer> {
  return new Map([
    ['README.txt', Buffer.from(README_TEXT, 'utf8')],
    ['RECOVER.txt', Buffer.from(RECOVER_TEXT, 'utf8')],
    ['recover.py', Buffer.from(readResource('recover.py'), 'utf8')],
    ['recover.mjs', Buffer.from(readResource('recover.mjs'), 'utf8')],
  ]);
}

/** From `resources/` of the program, wherever this file was bundled to. */
function readResource(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const text = readProgramFile(join(folder, 'resources', name));
    if (text !== null) return text;
    if (folder === dirname(folder) || folder.split(sep).length < 2) break;
    folder = dirname(folder);
  }
  throw new BackstopError('internal/bug', { message: `resource ${basename(name)} is missing` });
}
