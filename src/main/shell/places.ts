import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the parts of the built program lie, seen from the one file that the shell was bundled to (`out/main`). */
const here = fileURLToPath(new URL('.', import.meta.url));

export const places = {
  preload: join(here, '../preload/index.cjs'),
  pages: join(here, '../renderer'),
  engine: join(here, 'engine.js'),
  resources: join(here, '../../resources'),
} as const;
