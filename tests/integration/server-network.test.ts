import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Certificate,
  namesOf,
  ownCertificate,
  type RunningServer,
  readCertificate,
  startServer,
} from '../../src/main/server/index.ts';
import { ask, openSocket, visitorOf } from '../support/browser.ts';
import { SmallEngine } from '../support/small-engine.ts';

const PASSWORD = 'correct horse battery';

let home: string;
let server: RunningServer | null = null;
let elapsed = 0;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'backstop-network-'));
  elapsed = 0;
});
afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(home, { recursive: true, force: true });
});

async function start(options: { host?: string; tls?: Certificate | null; password?: string | null } = {}) {
  const { host = '0.0.0.0', password = PASSWORD } = options;
  const tls = options.tls === undefined ? await ownCertificate(home, namesOf(host)) : options.tls;
  server = await startServer({
    engine: new SmallEngine(),
    pages: { index: '<!doctype html>the page', files: new Map() },
    host,
    port: 0,
    tls,
    password,
    now: () => performance.now() + elapsed,
  });
  return server;
}

const here = (): string => `https://localhost:${server?.port}`;
const login = (password: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(`${here()}/login`, {
    method: 'POST',
    headers: { origin: here(), 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({ password }).toString(),
  });

describe('other computers', () => {
  it.each([
    ['without a password', { password: null }],
    ['without TLS', { tls: null }],
  ])('do not come in %s', async (_what, options) => {
    await expect(start(options)).rejects.toMatchObject({ code: 'server/not-protected', data: { host: '0.0.0.0' } });
    await expect(start({ ...options, host: '192.168.1.2' })).rejects.toMatchObject({ code: 'server/not-protected' });
  });

  it('do not come in with a short password', async () => {
    await expect(start({ password: 'short' })).rejects.toMatchObject({ code: 'server/weak-password' });
  });

  it('come in with the password: page, cookie that travels encrypted only, socket', async () => {
    await start();
    const stranger = await ask(`${here()}/`);
    expect(stranger.status).toBe(401);
    expect(stranger.text).toContain('<form method="post" action="/login">');
    expect(stranger.headers['content-security-policy']).toContain("form-action 'self'");
    // With `no-referrer` browsers send "Origin: null" with a form.
    expect(stranger.headers['referrer-policy']).toBe('same-origin');
    const answer = await login(PASSWORD);
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict; Secure$/);
    const visitor = visitorOf(answer)!;
    expect((await ask(`${here()}/`, { headers: { cookie: visitor.cookie } })).text).toContain('the page');
    const page = await openSocket(here(), { visitor });
    await expect(page.client.call('jobs.list', {})).resolves.toEqual({ jobs: [] });
    page.close();
  });

  it('come in by this computer’s names and addresses, and no other', async () => {
    await start();
    for (const name of [hostname().toLowerCase(), '127.0.0.1']) {
      expect((await ask(`${here()}/`, { headers: { host: `${name}:${server?.port}` } })).status).toBe(401);
    }
    expect((await ask(`${here()}/`, { headers: { host: `evil.example:${server?.port}` } })).status).toBe(421);
  });

  it('do not come in with a wrong password, or from another page', async () => {
    await start();
    const wrong = await login('wrong password');
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('That was not the password.');
    expect(wrong.headers['set-cookie']).toBeUndefined();
    for (const origin of ['https://evil.example', 'null', `http://localhost:${server?.port}`]) {
      const foreign = await login(PASSWORD, { origin });
      expect(foreign.status).toBe(403);
      expect(foreign.headers['set-cookie']).toBeUndefined();
    }
    const large = await login('x'.repeat(5000));
    expect(large.status).toBe(413);
  });

  it('wait longer after each wrong password, even for the right one', async () => {
    await start();
    for (let count = 0; count < 3; count += 1) expect((await login('wrong password')).status).toBe(401);
    const early = await login(PASSWORD);
    expect(early.status).toBe(429);
    expect(early.headers['retry-after']).toBe('1');
    elapsed += 1001;
    expect((await login('wrong password')).status).toBe(401);
    expect((await login(PASSWORD)).headers['retry-after']).toBe('2');
    elapsed += 2001;
    expect((await login(PASSWORD)).status).toBe(200);
    expect((await login('wrong password')).status).toBe(401);
  });

  it('share no free tries by trying at once', async () => {
    await start();
    const all = await Promise.all(Array.from({ length: 8 }, () => login('wrong password')));
    expect(all.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(5);
  });
});

describe('the certificate', () => {
  it('of our own is kept, private, and made anew for other names', async () => {
    const first = await ownCertificate(home, ['localhost', '127.0.0.1']);
    expect((await ownCertificate(home, ['localhost'])).fingerprint).toBe(first.fingerprint);
    expect((await ownCertificate(home, ['nas.local', '[::1]', '10.0.0.7'])).fingerprint).not.toBe(first.fingerprint);
    if (process.platform !== 'win32') expect(statSync(join(home, 'server', 'key.pem')).mode & 0o777).toBe(0o600);
    writeFileSync(join(home, 'server', 'certificate.pem'), 'broken');
    await expect(ownCertificate(home, ['localhost'])).resolves.toMatchObject({ fingerprint: expect.any(String) });
  });

  it('of the owner is used with its own key only', async () => {
    const mine = await ownCertificate(home, ['localhost']);
    const other = await ownCertificate(join(home, 'other'), ['localhost']);
    const [cert, key, otherKey] = ['cert.pem', 'key.pem', 'other.pem'].map((name) => join(home, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(cert, mine.cert);
    writeFileSync(key, mine.key);
    writeFileSync(otherKey, other.key);
    await expect(readCertificate(cert, key)).resolves.toMatchObject({ fingerprint: mine.fingerprint });
    for (const wrong of [otherKey, cert, join(home, 'nothing.pem')]) {
      await expect(readCertificate(cert, wrong)).rejects.toMatchObject({ code: 'server/tls-files' });
    }
  });
});

describe('the port', () => {
  it('that somebody has is refused by name', async () => {
    const first = await start();
    await expect(
      startServer({
        engine: new SmallEngine(),
        pages: { index: '', files: new Map() },
        host: '0.0.0.0',
        port: first.port,
        tls: await ownCertificate(home, namesOf('0.0.0.0')),
        password: PASSWORD,
      }),
    ).rejects.toMatchObject({ code: 'server/cannot-listen', data: { port: first.port, reason: 'EADDRINUSE' } });
  });
});
