import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Answerer, serve } from '../../../shared/contract/carrier/index.ts';
import { MAX_REQUEST_BYTES } from '../../../shared/contract/procedures/index.ts';
import { scaledMs } from '../../engine/platform/index.ts';
import type { Session } from '../access/sessions.ts';
import { socketPort } from './socket-port.ts';

const MOST_SOCKETS = 16;
const HEARTBEAT_MS = scaledMs(30_000);

/** The name that both ends speak, and the one that carries the key of the session. */
const PROTOCOL = 'backstop';
const KEY_PREFIX = 'key.';

/** The browsers' sockets. Who may have one was decided before (`access`). */
export class Sockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    // A question that is too large gets an answer that says so; one of twice the size ends the socket.
    maxPayload: 2 * MAX_REQUEST_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => PROTOCOL,
  });
  readonly #face: Answerer;
  readonly #isAlive: (session: Session) => boolean;
  readonly #touch: (session: Session) => void;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #living = new Map<WebSocket, { readonly session: Session; answered: boolean }>();

  constructor(face: Answerer, isAlive: (session: Session) => boolean, touch: (session: Session) => void) {
    this.#face = face;
    this.#isAlive = isAlive;
    this.#touch = touch;
    this.#heartbeat = setInterval(() => this.check(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get isFull(): boolean {
    return this.#living.size >= MOST_SOCKETS;
  }

  accept(session: Session, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (browser) => {
      this.#living.set(browser, { session, answered: true });
      browser.on('close', () => this.#living.delete(browser));
      // `ws` closes by itself after what it cannot read; the listener keeps it from being an exception.
      browser.on('error', () => browser.terminate());
      browser.on('pong', () => {
        const known = this.#living.get(browser);
        if (known !== undefined) known.answered = true;
      });
      browser.on('message', () => this.#touch(session));
      serve(this.#face, socketPort(browser), 'refuse');
    });
  }

  /** Ends the sockets of browsers that are gone and of sessions that ended. */
  check(): void {
    for (const [browser, known] of this.#living) {
      if (!this.#isAlive(known.session)) browser.close(1008, 'session ended');
      else if (!known.answered) browser.terminate();
      else {
        known.answered = false;
        browser.ping();
      }
    }
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const browser of this.#living.keys()) browser.close(1001);
    for (const browser of this.#living.keys()) browser.terminate();
    this.#server.close();
  }
}

/** The key that a browser brings in its list of protocols: the one header that a page may choose for a socket. */
export function keyOf(request: IncomingMessage): string | null {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  return offered.find((one) => one.startsWith(KEY_PREFIX))?.slice(KEY_PREFIX.length) ?? null;
}

/** Says no in HTTP, before there is a socket. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\nX-Content-Type-Options: nosniff\r\n\r\n`,
  );
}
