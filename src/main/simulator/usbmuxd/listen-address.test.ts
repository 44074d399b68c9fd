import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listenAt, parseListenAddress } from './listen-address.ts';

it('reads the forms of an address', () => {
  expect(parseListenAddress('unix:/tmp/phone.sock')).toEqual({ kind: 'unix', path: '/tmp/phone.sock' });
  expect(parseListenAddress('UNIX:///tmp/phone.sock')).toEqual({ kind: 'unix', path: '/tmp/phone.sock' });
  expect(parseListenAddress('/tmp/phone.sock')).toEqual({ kind: 'unix', path: '/tmp/phone.sock' });
  expect(parseListenAddress('tcp:127.0.0.1:0')).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 0 });
  expect(parseListenAddress('[::1]:27015')).toEqual({ kind: 'tcp', host: '::1', port: 27_015 });
});

it('refuses what it cannot use: other machines, relative paths, too long paths, no port', () => {
  for (const text of [
    'tcp:0.0.0.0:1',
    '192.168.1.2:1',
    'unix:phone.sock',
    'tcp:127.0.0.1',
    'tcp:127.0.0.1:70000',
    '',
    `unix:/${'x'.repeat(120)}`,
  ]) {
    expect(parseListenAddress(text), text).toBeNull();
  }
});

it('takes over a socket whose owner died, and nothing else', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'backstop-listen-'));
  const path = join(dir, 's');
  const file = join(dir, 'file');
  await writeFile(file, 'not a socket');
  const first = createServer();
  expect(await listenAt(first, { kind: 'unix', path })).toBe(`UNIX:${path}`);
  await expect(listenAt(createServer(), { kind: 'unix', path })).rejects.toMatchObject({
    code: 'simulator/cannot-listen',
  });
  await expect(listenAt(createServer(), { kind: 'unix', path: file })).rejects.toMatchObject({
    code: 'simulator/cannot-listen',
  });
  first.close();
  await rm(dir, { recursive: true });
});
