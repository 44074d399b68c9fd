import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Answerer } from '../../../shared/contract/carrier/index.ts';
import { Sessions } from '../access/sessions.ts';
import { Sockets } from './sockets.ts';

const face: Answerer = { answer: async () => ({ jobs: [] }), onEvent: () => () => undefined };
const DAY_MS = 24 * 3_600_000;

let now: number;
let sockets: Sockets;
let browser: WebSocket;
const server = createServer();

beforeEach(async () => {
  now = 0;
  const sessions = new Sessions(() => now);
  const { cookie } = sessions.open();
  sockets = new Sockets(
    face,
    (session) => sessions.has(session),
    (session) => session.touch(now),
  );
  server.once('upgrade', (request, socket, head) => {
    const session = sessions.find(cookie);
    if (session !== null) sockets.accept(session, request, socket, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/engine`, 'backstop');
  await once(browser, 'open');
});
afterEach(async () => {
  browser.terminate();
  sockets.close();
  await new Promise((resolve) => server.close(resolve));
});

describe('a socket', () => {
  it('ends with its session', async () => {
    now = DAY_MS;
    const closed = once(browser, 'close');
    sockets.check();
    expect((await closed)[0]).toBe(1008);
  });

  it('keeps its session alive by what is asked', async () => {
    now = DAY_MS / 3;
    const answered = once(browser, 'message');
    browser.send('{"type":"request","id":1,"name":"jobs.list","input":{}}');
    await answered;
    now += DAY_MS / 3;
    const pinged = once(browser, 'ping');
    sockets.check();
    await pinged;
    expect(browser.readyState).toBe(WebSocket.OPEN);
  });

  it('ends when its browser answers no ping', async () => {
    browser.pause();
    sockets.check();
    const closed = once(browser, 'close');
    sockets.check();
    browser.resume();
    expect((await closed)[0]).toBe(1006);
  });
});
