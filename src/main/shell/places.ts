import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the parts of the built program lie, seen from the one file that the shell was bundled to. */
const here = fileURLToPath(new URL('.', import.meta.url));

export const places = {
  preload: join(here, '../preload/index.cjs'),
  pages: join(here, '../renderer'),
  engine: join(here, 'engine.js'),
  resources: resourcesAbove(here),
} as const;

/** `resources/` of the program, wherever this file was bundled to. */
function resourcesAbove(start: string): string {
  let folder = start;
  while (!existsSync(join(folder, 'resources', 'tray')) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, 'resources');
}
