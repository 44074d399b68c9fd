import type { Socket } from 'node:net';
import { Duplex, finished } from 'node:stream';

/**
 * Carries TLS over a socket that outlives it. After StopSession lockdownd speaks plain again on the same connection;
 * a TLSSocket directly on the socket would take it along when it closes. Slower than the direct way, which does not
 * matter for lockdownd's few bytes; services are never carried by it.
 */
export class DetachableTransport extends Duplex {
  readonly #socket: Socket;
  #kept = false;

  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#socket.pause();
  };
  readonly #onEnd = (): void => {
    this.push(null);
  };
  readonly #onClose = (): void => {
    this.destroy();
  };
  readonly #onError = (error: Error): void => {
    this.destroy(error);
  };

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onError);
  }

  /** Lets `sayGoodbye` end the TLS above and returns the socket, plain again. */
  release(sayGoodbye: () => void): Promise<Socket> {
    this.#kept = true;
    return new Promise((resolve) => {
      finished(this, { readable: false }, () => {
        this.#leave();
        resolve(this.#socket);
      });
      sayGoodbye();
    });
  }

  #leave(): void {
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onClose);
    this.#socket.off('error', this.#onError);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#kept) this.#socket.pause();
    else this.#socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#kept) this.#leave();
    else this.#socket.destroy();
    done(error);
  }
}
