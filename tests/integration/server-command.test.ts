import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, openLink, openSocket } from '../support/browser.ts';

/** `backstop serve` as its own process, with the real engine in another. */

const CLI = join(import.meta.dirname, '../../src/main/cli/index.ts');

let home: string;
let child: ChildProcess | null = null;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'backstop-serve-'));
  mkdirSync(join(home, 'pages', 'assets'), { recursive: true });
  writeFileSync(join(home, 'pages', 'index.html'), '<!doctype html>the page');
});
afterEach(async () => {
  if (child !== null && child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = null;
  rmSync(home, { recursive: true, force: true });
});

interface Serving {
  readonly address: string;
  readonly link: string;
}

function start(...args: string[]) {
  const started = spawn(process.execPath, [CLI, 'serve', '--json', ...args], {
    env: {
      ...process.env,
      BACKSTOP_HOME: home,
      BACKSTOP_PAGES: join(home, 'pages'),
      USBMUXD_SOCKET_ADDRESS: `unix:${join(home, 'no-phones')}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const first = new Promise<Record<string, unknown>>((resolve) => {
    createInterface({ input: started.stdout }).once('line', (line) => resolve(JSON.parse(line)));
  });
  return { first, ended: once(started, 'exit').then(([code]) => code as number | null) };
}

async function serving(...args: string[]): Promise<Serving & { readonly ended: Promise<number | null> }> {
  const { first, ended } = start('--no-open', ...args);
  const line = await first;
  expect(line).toMatchObject({ type: 'result', address: expect.any(String), link: expect.any(String) });
  return { ...(line as unknown as Serving), ended };
}

describe('backstop serve', () => {
  it('prints a link to the real engine, and ends well with Ctrl-C', async () => {
    const { address, link, ended } = await serving('--port', '0');
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const visitor = await openLink(link);
    expect((await ask(`${address}/`, { headers: { cookie: visitor.cookie } })).text).toContain('the page');
    const page = await openSocket(address, { visitor });
    const info = await page.client.call('system.info', {});
    expect(info).toMatchObject({ face: 'browser', canReveal: false, canOpenAtLogin: false });
    await expect(page.client.call('phones.list', {})).resolves.toMatchObject({ phones: [] });
    child?.kill('SIGINT');
    expect(await ended).toBe(0);
    await expect(ask(`${address}/`)).rejects.toThrow();
    expect(readFileSync(join(home, 'logs', 'backstop.log'), 'utf8')).toContain('engine.ending');
  });

  it('takes any free port where the usual one is in use, and none other than the one that was asked for', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const refused = start('--no-open', '--port', String(port));
    expect(await refused.first).toMatchObject({ type: 'error', code: 'server/cannot-listen' });
    expect(await refused.ended).toBe(1);
    taken.close();
    const one = await serving();
    const first = child;
    const two = await serving();
    expect(two.address).not.toBe(one.address);
    first?.kill('SIGTERM');
    expect(await one.ended).toBe(0);
  });

  it('lets nobody else in without password and TLS', async () => {
    const refused = start('--no-open', '--host', '0.0.0.0', '--self-signed');
    expect(await refused.first).toMatchObject({ type: 'error', code: 'server/not-protected' });
    expect(await refused.ended).toBe(2);
    writeFileSync(join(home, 'password'), 'a long password\n');
    const { link } = await serving(
      '--port',
      '0',
      '--host',
      '0.0.0.0',
      '--self-signed',
      '--password-file',
      join(home, 'password'),
    );
    expect(link).toMatch(/^https:/);
    const here = link.replace(/\/\/[^/]+:/, '//localhost:');
    expect((await ask(here)).status).toBe(200);
    expect(existsSync(join(home, 'server', 'key.pem'))).toBe(true);
  });

  it('says that the pages are missing', async () => {
    rmSync(join(home, 'pages'), { recursive: true });
    const refused = start('--no-open');
    expect(await refused.first).toMatchObject({ type: 'error', code: 'server/no-pages' });
    expect(await refused.ended).toBe(1);
  });
});
