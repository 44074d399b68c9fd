import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { type Answerer, serve } from '../../../src/shared/contract/carrier/index.ts';

/** The build for use, unless another one is named. */
const USUAL = process.env['BACKSTOP_PAGES'] ?? fileURLToPath(new URL('../../../out/renderer', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Bytes of pictures by their tokens. */
export type StagedMedia = (token: string) => { readonly type: string; readonly body: Uint8Array | string } | null;

/** The built pages with a staged engine behind them, on this computer only. */
export async function serveStaged(
  answerer: Answerer,
  media: StagedMedia = () => null,
  pages: string = USUAL,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const token = /^\/media\/([A-Za-z0-9_-]+)$/.exec(path)?.[1];
    if (token !== undefined) {
      const found = media(token);
      response.writeHead(found === null ? 404 : 200, { 'content-type': found?.type ?? 'text/plain' });
      response.end(found?.body ?? '');
      return;
    }
    const file = normalize(path === '/' ? '/index.html' : path);
    readFile(join(pages, file)).then(
      (bytes) => {
        response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
        response.end(bytes);
      },
      () => {
        response.writeHead(404);
        response.end();
      },
    );
  });
  const sockets = new WebSocketServer({ server, path: '/engine' });
  sockets.on('connection', (socket) => {
    serve(answerer, {
      post: (frame) => socket.send(JSON.stringify(frame)),
      onFrame: (listener) => socket.on('message', (data) => listener(JSON.parse(String(data)))),
      onClose: (listener) => socket.on('close', listener),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
