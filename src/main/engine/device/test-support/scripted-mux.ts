import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPlistDict, type PlistDict } from '../../formats/plist/index.ts';
import type { MuxEndpoint } from '../usbmux/index.ts';
import { readMuxPacket, SocketWire, writeMuxPacket } from '../wire/index.ts';

export interface MuxCall {
  readonly request: PlistDict;
  readonly wire: SocketWire;
  readonly socket: Socket;
  reply(body: PlistDict): Promise<void>;
}

/**
 * A usbmuxd of the test's own making, on a Unix socket: `answer` gets every request. The raw socket is there too, for
 * answers that no sane daemon gives.
 */
export class ScriptedMux {
  readonly endpoint: MuxEndpoint;
  readonly requests: PlistDict[] = [];
  readonly #folder: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(folder: string, server: Server) {
    this.#folder = folder;
    this.#server = server;
    this.endpoint = { kind: 'unix', path: join(folder, 'mux') };
  }

  static async start(answer: (call: MuxCall) => unknown): Promise<ScriptedMux> {
    const server = createServer();
    const mux = new ScriptedMux(mkdtempSync(join(tmpdir(), 'backstop-mux-')), server);
    server.on('connection', (socket) => {
      mux.#sockets.add(socket);
      socket.on('error', () => undefined);
      mux.#serve(socket, answer).catch(() => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen((mux.endpoint as { path: string }).path, resolve));
    return mux;
  }

  async #serve(socket: Socket, answer: (call: MuxCall) => unknown): Promise<void> {
    const wire = new SocketWire(socket);
    for (;;) {
      const { body, tag } = await readMuxPacket(wire);
      if (!isPlistDict(body)) throw new Error('a request that is no dictionary');
      this.requests.push(body);
      const taken = await answer({
        request: body,
        wire,
        socket,
        reply: (reply) => writeMuxPacket(wire, reply, tag),
      });
      if (taken === 'taken') return;
    }
  }

  /** Connections that are open now. */
  get open(): number {
    return [...this.#sockets].filter((socket) => !socket.destroyed).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
