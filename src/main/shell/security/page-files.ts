import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isOwnPage } from './origins.ts';

/** Serves the pages that were built with the program: a list of files that is read once, and nothing beyond it. */

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

const NONCE_PLACE = '%CSP_NONCE%';
const NONCE_BYTES = 18;

export function pageFiles(folder: string): (request: Request) => Promise<Response> {
  const files = listFiles(folder);
  return async (request) => {
    if (request.method !== 'GET' || !isOwnPage(request.url)) return refused(405);
    const path = pathOf(request.url);
    const file = path === null ? undefined : files.get(path);
    const type = file === undefined ? undefined : TYPES[extname(file)];
    if (file === undefined || type === undefined) return refused(404);
    const bytes = await readFile(file);
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    const isPage = extname(file) === '.html';
    const body = isPage ? bytes.toString('utf8').replaceAll(NONCE_PLACE, nonce) : new Uint8Array(bytes);
    return new Response(body, { headers: headersOf(type, isPage ? nonce : null) });
  };
}

/**
 * What a page of ours may do. Styles that a library makes at run time carry the nonce of this one loading; scripts never
 * do. Pictures and films come from the media scheme. `frame-ancestors` and `sandbox` have no meaning for what is no page.
 */
export function contentPolicy(nonce: string | null): string {
  const style = nonce === null ? "'self'" : `'self' 'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${style}`,
    "img-src 'self' backstop-media:",
    'media-src backstop-media:',
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

function headersOf(type: string, nonce: string | null): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': contentPolicy(nonce),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    // A nonce is for one loading: a page kept by the browser would bring an old one.
    'cache-control': nonce === null ? 'no-cache' : 'no-store',
  };
}

function refused(status: number): Response {
  return new Response('', { status, headers: headersOf('text/plain; charset=utf-8', null) });
}

function pathOf(address: string): string | null {
  try {
    const path = decodeURIComponent(new URL(address).pathname);
    return path === '/' ? '/index.html' : path;
  } catch {
    // Not an encoded path: it names none of our files.
    return null;
  }
}

/** Folder by folder: inside a package's archive only the plain calls are sure to work. Links are no files. */
function listFiles(folder: string, address = ''): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const own = `${address}/${entry.name}`;
    if (entry.isDirectory()) for (const [inner, file] of listFiles(path, own)) files.set(inner, file);
    else if (entry.isFile()) files.set(own, path);
  }
  return files;
}
