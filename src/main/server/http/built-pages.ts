import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { BackstopError } from '../../../shared/errors/index.ts';

/** What the build makes, and nothing else. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

export interface BuiltFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** Its name changes with its content. */
  readonly isHashed: boolean;
}

/** The window's page as it was built: a list made once, so that no request ever becomes a path. */
export interface BuiltPages {
  /** With a place for the nonce of each load. */
  readonly index: string;
  /** By their address, "/assets/index-B4x2.js". */
  readonly files: ReadonlyMap<string, BuiltFile>;
}

/** Throws `server/no-pages` where nothing was built. */
export async function readBuiltPages(folder: string): Promise<BuiltPages> {
  const files = new Map<string, BuiltFile>();
  let index = '';
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const type = TYPES[extname(entry.name)];
      if (!entry.isFile() || type === undefined) continue;
      const path = join(entry.parentPath, entry.name);
      const bytes = await readFile(path);
      const address = `/${path.slice(folder.length).split(sep).filter(Boolean).join('/')}`;
      if (address === '/index.html') index = bytes.toString('utf8');
      else files.set(address, { type, bytes, isHashed: /-[\w-]{8,}\.\w+$/.test(entry.name) });
    }
  } catch (cause) {
    throw new BackstopError('server/no-pages', { cause });
  }
  if (index === '') throw new BackstopError('server/no-pages');
  return { index, files };
}
