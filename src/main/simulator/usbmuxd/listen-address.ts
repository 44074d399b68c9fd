import { rm, stat } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { BackstopError } from '../../../shared/errors/index.ts';

/** Where the daemon listens, as `--listen` says it. */
export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, one of them the final NUL. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;
const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|localhost)$/;

/** `unix:/path`, `/path`, `tcp:127.0.0.1:0`, `127.0.0.1:27015` or `tcp:[::1]:0`. Null when it is none of them. */
export function parseListenAddress(text: string): ListenAddress | null {
  const path = /^(?:unix:(?:\/\/(?=\/))?)?(\/.+)$/i.exec(text)?.[1];
  if (path !== undefined) return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES ? { kind: 'unix', path } : null;
  const tcp = /^(?:tcp:)?(?:\[([^\]]+)\]|([^:[\]/]+)):(\d{1,5})$/i.exec(text);
  if (tcp === null) return null;
  const host = tcp[1] ?? tcp[2] ?? '';
  const port = Number(tcp[3]);
  return LOOPBACK.test(host) && port <= 65_535 ? { kind: 'tcp', host, port } : null;
}

/** Listens and returns the address in the form that USBMUXD_SOCKET_ADDRESS takes for real clients. */
export async function listenAt(server: Server, address: ListenAddress): Promise<string> {
  if (address.kind === 'unix') await removeStaleSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: Error): void =>
      reject(
        new BackstopError('simulator/cannot-listen', {
          message: cause.message,
          cause,
          data: { address: describe(address) },
        }),
      );
    server.once('error', onError);
    const ready = (): void => {
      server.off('error', onError);
      resolve();
    };
    if (address.kind === 'unix') server.listen({ path: address.path }, ready);
    else server.listen({ host: address.host, port: address.port }, ready);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return describe(address);
  return bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`;
}

function describe(address: ListenAddress): string {
  return address.kind === 'unix' ? `UNIX:${address.path}` : `${address.host}:${address.port}`;
}

/** Takes away the socket file of a simulator that died; a living one keeps it, and so does any other file. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) {
    throw new BackstopError('simulator/cannot-listen', {
      data: { address: `UNIX:${path}` },
      message: 'a file is in the way',
    });
  }
  if (await answers(path)) {
    throw new BackstopError('simulator/cannot-listen', {
      data: { address: `UNIX:${path}` },
      message: 'already in use',
    });
  }
  await rm(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
