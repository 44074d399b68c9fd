import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Answerer, MediaSource } from '../../shared/contract/carrier/index.ts';
import { BackstopError } from '../../shared/errors/index.ts';
import { LinkTokens } from './access/link-tokens.ts';
import { isLoopback, Names, namesOf } from './access/names.ts';
import { PasswordGate } from './access/password-gate.ts';
import { Sessions } from './access/sessions.ts';
import { browserFace } from './browser-face.ts';
import type { BuiltPages } from './http/built-pages.ts';
import { Routes } from './http/routes.ts';
import { Sockets } from './socket/sockets.ts';

export interface ServerOptions {
  readonly engine: Answerer & MediaSource;
  readonly pages: BuiltPages;
  /** An address of this computer; anything but loopback needs `password` and `tls`. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly password: string | null;
  /** Bugs of ours, for the log. */
  readonly onProblem?: (error: unknown) => void;
  /** Counts milliseconds and never goes back. */
  readonly now?: () => number;
}

export interface RunningServer {
  readonly port: number;
  /** Where it is, without a way in. */
  readonly address: string;
  /** A way in: works once, for ten minutes. */
  newLink(): string;
  close(): Promise<void>;
}

const LEAST_PASSWORD = 10;
const MOST_CONNECTIONS = 256;

/** The engine for a browser: pages, a socket for questions, and bytes to show. Throws `server/*`. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { engine, pages, host, tls, password, now = () => performance.now() } = options;
  if (!isLoopback(host) && (tls === null || password === null)) {
    throw new BackstopError('server/not-protected', { data: { host } });
  }
  if (password !== null && password.length < LEAST_PASSWORD) {
    throw new BackstopError('server/weak-password', { data: { least: LEAST_PASSWORD } });
  }
  const server: Server = tls === null ? createHttpServer() : createTlsServer({ ...tls, minVersion: 'TLSv1.2' });
  server.maxConnections = MOST_CONNECTIONS;
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  const port = await listen(server, host, options.port);
  const scheme = tls === null ? 'http' : 'https';
  const hosts = namesOf(host);
  const names = new Names(hosts, port, scheme);
  const address = `${scheme}://${hosts[0] ?? host}:${port}`;

  const tokens = new LinkTokens(now);
  const sessions = new Sessions(now);
  const sockets = new Sockets(
    browserFace(engine),
    (session) => sessions.has(session),
    (session) => session.touch(now()),
  );
  const routes = new Routes({
    names,
    tokens,
    sessions,
    sockets,
    pages,
    media: engine,
    gate: password === null ? null : new PasswordGate(password, now),
    cookieName: `backstop_${port}`,
    isEncrypted: tls !== null,
    onProblem: options.onProblem ?? (() => undefined),
  });
  server.on('request', (request, response) => routes.answer(request, response));
  server.on('upgrade', (request, socket, head) => routes.upgrade(request, socket, head));

  return {
    port,
    address,
    newLink: () => `${address}/open?token=${tokens.issue()}`,
    async close() {
      sockets.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const data = { host, port, reason: cause.code ?? 'unknown' };
      reject(new BackstopError('server/cannot-listen', { cause, data }));
    });
    server.listen(port, host === 'localhost' ? '127.0.0.1' : host, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}
