import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two ends of one real connection over a Unix socket: what the tests put between a client and its scripted peer. */
export async function socketPair(): Promise<[near: Socket, far: Socket]> {
  const folder = mkdtempSync(join(tmpdir(), 'backstop-pair-'));
  const path = join(folder, 's');
  const server = createServer();
  try {
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const near = connect(path);
    const far = await accepted;
    far.on('error', () => undefined);
    return [near, far];
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
