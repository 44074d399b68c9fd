import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LINK_LIFETIME_MS } from '../../src/main/server/access/link-tokens.ts';
import { type RunningServer, readBuiltPages, startServer } from '../../src/main/server/index.ts';
import { ask, openLink, openSocket, type Visitor, visitorOf } from '../support/browser.ts';
import { byteAt, SmallEngine, smallToken } from '../support/small-engine.ts';

let folder: string;
let engine: SmallEngine;
let server: RunningServer;
let elapsed: number;

const HTML =
  '<!doctype html><meta property="csp-nonce" content="%CSP_NONCE%"><script type="module" src="./assets/index-B4x2Qq81.js"></script>';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-pages-'));
  mkdirSync(join(folder, 'pages', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'not to be seen');
  writeFileSync(join(folder, 'pages', 'index.html'), HTML);
  writeFileSync(join(folder, 'pages', 'assets', 'index-B4x2Qq81.js'), 'export {};');
  writeFileSync(join(folder, 'pages', 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, 'pages', 'notes.php'), 'nothing that a build makes');
  engine = new SmallEngine();
  elapsed = 0;
  server = await start();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<RunningServer> {
  return startServer({
    engine,
    pages: await readBuiltPages(join(folder, 'pages')),
    host: '127.0.0.1',
    port: 0,
    tls: null,
    password: null,
    now: () => performance.now() + elapsed,
  });
}

const at = (path: string): string => `${server.address}${path}`;
const as = ({ cookie }: Visitor, more: Readonly<Record<string, string>> = {}) => ({ headers: { cookie, ...more } });
const pageOf = (visitor: Visitor, path = '/') => ask(at(path), as(visitor));

describe('the link', () => {
  it('opens a session, and leads on to the page', async () => {
    const answer = await ask(server.newLink());
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^backstop_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    expect(answer.text).toContain("location.replace('/')");
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(answer.headers['cache-control']).toBe('no-store');
    const visitor = visitorOf(answer);
    const page = await pageOf(visitor!);
    expect(page.status).toBe(200);
    expect(page.text).toContain('csp-nonce');
  });

  it('works once', async () => {
    const link = server.newLink();
    await openLink(link);
    const again = await ask(link);
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.text).toContain('press Enter in the terminal');
  });

  it('works for ten minutes', async () => {
    const link = server.newLink();
    elapsed = LINK_LIFETIME_MS;
    expect(visitorOf(await ask(link))).toBeNull();
    const other = server.newLink();
    elapsed += LINK_LIFETIME_MS - 60_000;
    expect(visitorOf(await ask(other))).not.toBeNull();
  });

  it.each(['/open', '/open?token=', `/open?token=${'A'.repeat(43)}`, '/open?token[]=1'])(
    'is refused as %s',
    async (path) => {
      const answer = await ask(at(path));
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
    },
  );

  it('is not used up by looking ahead', async () => {
    const link = server.newLink();
    expect((await ask(link, { method: 'HEAD' })).status).toBe(405);
    expect((await ask(link, { headers: { 'sec-purpose': 'prefetch' } })).status).toBe(405);
    expect(visitorOf(await ask(link))).not.toBeNull();
  });

  it('is no longer any good after a hundred newer ones', async () => {
    const link = server.newLink();
    for (let count = 0; count < 100; count += 1) server.newLink();
    expect(visitorOf(await ask(link))).toBeNull();
  });
});

describe('without a session', () => {
  it.each(['/', '/assets/index-B4x2Qq81.js', `/media/${smallToken('p')}`, '/nowhere'])(
    '%s is not shown',
    async (path) => {
      const answer = await ask(at(path));
      expect(answer.status).toBe(401);
      expect(answer.text).toContain('Open Backstop with its link');
      expect((await ask(at(path), { headers: { cookie: `backstop_${server.port}=${'A'.repeat(43)}` } })).status).toBe(
        401,
      );
    },
  );

  it('no socket opens', async () => {
    await expect(openSocket(server.address, {})).rejects.toThrow('refused with 401');
  });

  it('half a day without a sign of life ends one, and so does a week', async () => {
    const visitor = await openLink(server.newLink());
    elapsed += 11 * 3_600_000;
    expect((await pageOf(visitor)).status).toBe(200);
    elapsed += 12 * 3_600_000;
    expect((await pageOf(visitor)).status).toBe(401);
    const other = await openLink(server.newLink());
    for (let turn = 0; turn < 16; turn += 1) {
      expect((await pageOf(other)).status).toBe(200);
      elapsed += 10 * 3_600_000;
    }
    elapsed += 10 * 3_600_000;
    expect((await pageOf(other)).status).toBe(401);
  });
});

describe('names and origins', () => {
  it.each(['evil.example', 'evil.example:PORT', '127.0.0.1:1', '127.0.0.1', 'localhost.evil.example:PORT'])(
    'Host %s is refused, even with a session',
    async (name) => {
      const visitor = await openLink(server.newLink());
      const host = name.replace('PORT', String(server.port));
      for (const path of ['/', `/media/${smallToken('p')}`, '/open']) {
        const answer = await ask(at(path), as(visitor, { host }));
        expect(answer.status).toBe(421);
        expect(answer.text).not.toContain('csp-nonce');
      }
      await expect(openSocket(server.address, { visitor, headers: { host } })).rejects.toThrow('refused with 421');
    },
  );

  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]'])('Host %s is ours', async (name) => {
    const visitor = await openLink(server.newLink());
    expect((await ask(at('/'), as(visitor, { host: `${name}:${server.port}` }))).status).toBe(200);
  });

  it.each([
    'https://evil.example',
    'null',
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    'http://localhost:PORT',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1:PORT.evil.example',
    '',
  ])('Origin %s gets no socket, even with a session and its key', async (name) => {
    const visitor = await openLink(server.newLink());
    const origin = name.replace('PORT', String(server.port));
    await expect(openSocket(server.address, { visitor, headers: { origin } })).rejects.toThrow('refused with 403');
  });

  it('a page of another port may not pull pictures or scripts into itself', async () => {
    const visitor = await openLink(server.newLink());
    for (const site of ['same-site', 'cross-site']) {
      for (const path of [`/media/${smallToken('p')}`, '/assets/index-B4x2Qq81.js']) {
        expect((await ask(at(path), as(visitor, { 'sec-fetch-site': site }))).status).toBe(403);
      }
    }
    expect((await pageOf(visitor, `/media/${smallToken('p')}`)).headers['cross-origin-resource-policy']).toBe(
      'same-origin',
    );
  });

  it('nothing but reading is answered, and no login where there is no password', async () => {
    const visitor = await openLink(server.newLink());
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      expect((await ask(at('/'), { method, headers: { cookie: visitor.cookie } })).status).toBe(405);
    }
    const login = { method: 'POST', headers: { origin: server.address }, body: 'password=' };
    expect((await ask(at('/login'), login)).status).toBe(403);
  });
});

describe('a cookie that another port got to see', () => {
  it('is sent there by browsers, and opens no socket without the key of our origin', async () => {
    const visitor = await openLink(server.newLink());
    // A browser names no port with a cookie: this is what a program on another port of this computer may see.
    let stolen = '';
    const thief = createServer((request, response) => {
      stolen = request.headers.cookie ?? '';
      response.end();
    });
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    await ask(`http://127.0.0.1:${(thief.address() as AddressInfo).port}/`, as(visitor));
    await new Promise((resolve) => thief.close(resolve));
    expect(stolen).toBe(visitor.cookie);
    const headers = { cookie: stolen, origin: server.address };
    await expect(openSocket(server.address, { headers })).rejects.toThrow('refused with 401');
    await expect(openSocket(server.address, { headers, key: 'A'.repeat(43) })).rejects.toThrow('refused with 401');
    // What it may load holds no key either.
    const page = await ask(at('/'), { headers: { cookie: stolen } });
    expect(page.text).not.toContain(visitor.key);
  });

  it('and a key without the cookie opens none', async () => {
    const { key } = await openLink(server.newLink());
    await expect(openSocket(server.address, { key })).rejects.toThrow('refused with 401');
    const other = await openLink(server.newLink());
    await expect(openSocket(server.address, { visitor: { cookie: other.cookie, key } })).rejects.toThrow('401');
  });

  it('is another name on another port', async () => {
    const second = await start();
    const visitor = await openLink(second.newLink());
    expect(visitor.cookie).toContain(`backstop_${second.port}=`);
    expect((await pageOf(visitor)).status).toBe(401);
    await second.close();
  });
});

describe('what is served', () => {
  it('the page, with a policy and a nonce of its own each time', async () => {
    const visitor = await openLink(server.newLink());
    const [first, second] = [await pageOf(visitor), await pageOf(visitor)];
    const nonce = /csp-nonce" content="([^"]+)"/.exec(first.text)?.[1];
    expect(nonce).toMatch(/^[\w+/]{22}==$/);
    expect(first.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(first.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(first.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(second.text).not.toContain(nonce);
    expect(first.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('files of the build, those with a sum in their name for ever', async () => {
    const visitor = await openLink(server.newLink());
    const script = await pageOf(visitor, '/assets/index-B4x2Qq81.js');
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'private, max-age=31536000, immutable',
    });
    expect((await pageOf(visitor, '/icon.svg')).headers['cache-control']).toBe('no-store');
    expect((await pageOf(visitor, '/notes.php')).status).toBe(404);
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/assets/',
    '/assets',
    '/index.html/..',
    '/assets/index-B4x2Qq81.js%00.png',
    '/__proto__',
    'http://127.0.0.1/secret.txt',
    '/media/../secret.txt',
    '/media/..%2f..%2fsecret.txt',
    '/media/',
    `/media/${smallToken('p')}/..`,
    `/media/${smallToken('p')}%00`,
  ])('nothing else: %s', async (path) => {
    const visitor = await openLink(server.newLink());
    const answer = await ask(server.address, { path, headers: { cookie: visitor.cookie } });
    expect(answer.text).not.toContain('not to be seen');
    if (path !== '/index.html/..') expect([400, 404]).toContain(answer.status);
  });
});

describe('media', () => {
  const token = smallToken('v');

  it('whole, and in parts, as a video asks for it', async () => {
    const visitor = await openLink(server.newLink());
    const whole = await pageOf(visitor, `/media/${smallToken('p')}`);
    expect(whole.status).toBe(200);
    expect(whole.body.length).toBe(1000);
    expect(whole.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': 'inline',
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'; sandbox"),
    });
    const size = 8 * 1024 * 1024;
    const part = await ask(at(`/media/${token}`), as(visitor, { range: 'bytes=1000000-1999999' }));
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe(`bytes 1000000-1999999/${size}`);
    expect(part.body.length).toBe(1_000_000);
    expect(part.body[0]).toBe(byteAt(1_000_000));
    expect(part.body[999_999]).toBe(byteAt(1_999_999));
    const tail = await ask(at(`/media/${token}`), as(visitor, { range: 'bytes=-5' }));
    expect(tail.headers['content-range']).toBe(`bytes ${size - 5}-${size - 1}/${size}`);
    const head = await ask(at(`/media/${token}`), { method: 'HEAD', headers: { cookie: visitor.cookie } });
    expect(head.headers['content-length']).toBe(String(size));
    expect(head.body.length).toBe(0);
    expect(engine.reading).toBe(0);
  });

  it('no part that there is not, and the whole where a range is not understood', async () => {
    const visitor = await openLink(server.newLink());
    const none = await ask(at(`/media/${smallToken('p')}`), as(visitor, { range: 'bytes=1000-' }));
    expect(none.status).toBe(416);
    expect(none.headers['content-range']).toBe('bytes */1000');
    for (const range of ['bytes=1-2,5-6', 'lines=1-2', 'bytes=-', `bytes=${'9'.repeat(40)}-`]) {
      expect((await ask(at(`/media/${smallToken('p')}`), as(visitor, { range }))).status).toBe(200);
    }
    expect((await pageOf(visitor, `/media/${smallToken('e')}`)).body.length).toBe(0);
    expect((await pageOf(visitor, `/media/${smallToken('x')}`)).status).toBe(404);
  });

  it('never HTML, whatever an engine says', async () => {
    const visitor = await openLink(server.newLink());
    const answer = await pageOf(visitor, `/media/${smallToken('h')}`);
    expect(answer.status).toBe(415);
    expect(answer.body.length).toBe(0);
    expect(answer.headers['content-type']).toBeUndefined();
  });

  it('is let go of when a browser goes on to something else, and read no faster than it is taken', async () => {
    const visitor = await openLink(server.newLink());
    const answer = await fetch(at(`/media/${token}`), { headers: { cookie: visitor.cookie } });
    const reader = answer.body!.getReader();
    await reader.read();
    const early = engine.chunks;
    expect(engine.reading).toBe(1);
    await reader.cancel();
    await expect.poll(() => engine.reading).toBe(0);
    expect(early).toBeLessThan(21);
  });
});
