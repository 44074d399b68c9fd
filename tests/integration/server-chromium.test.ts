import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  namesOf,
  ownCertificate,
  type RunningServer,
  readBuiltPages,
  startServer,
} from '../../src/main/server/index.ts';
import { SmallEngine, smallToken } from '../support/small-engine.ts';

/** What only a real browser shows: which cookies and origins it sends by itself, and what a policy stops. */

const CHROMIUM = '/usr/bin/chromium';

/** As the window's page does it, and no more. */
const SCRIPT = `
const key = localStorage.getItem('backstop-key');
const socket = new WebSocket(new URL('/engine', location.href.replace(/^http/, 'ws')), ['backstop', ...(key ? ['key.' + key] : [])]);
socket.onopen = () => socket.send('{"type":"request","id":1,"name":"jobs.list","input":{}}');
socket.onmessage = ({ data }) => { document.title = 'answered ' + JSON.parse(data).type; };
socket.onclose = () => { document.title = 'closed'; };
`;

describe.skipIf(!existsSync(CHROMIUM))('in Chromium (Debian’s; skipped where it is missing)', () => {
  let browser: Browser;
  let page: Page;
  let folder: string;
  let server: RunningServer;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--ignore-certificate-errors'],
    });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstop-chromium-'));
    mkdirSync(join(folder, 'assets'));
    const head = '<!doctype html><title>Backstop</title><meta property="csp-nonce" content="%CSP_NONCE%">';
    writeFileSync(
      join(folder, 'index.html'),
      `${head}<script type="module" src="./assets/index-12345678.js"></script>`,
    );
    writeFileSync(join(folder, 'assets', 'index-12345678.js'), SCRIPT);
    server = await start('127.0.0.1');
    const context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(async () => {
    await page.context().close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(host: string, password: string | null = null): Promise<RunningServer> {
    return startServer({
      engine: new SmallEngine(),
      pages: await readBuiltPages(folder),
      host,
      port: 0,
      tls: password === null ? null : await ownCertificate(folder, namesOf(host)),
      password,
    });
  }

  // Scripts of pages are texts here: these tests know Node and no DOM.
  const answered = (title: string) => page.waitForFunction(`document.title === ${JSON.stringify(title)}`);

  it('the link opens the page, its socket answers, and a new tab needs no new link', async () => {
    await page.goto(server.newLink());
    await answered('answered answer');
    expect(page.url()).toBe(`${server.address}/`);
    await page.reload();
    await answered('answered answer');
    page = await page.context().newPage();
    await page.goto(server.address);
    await answered('answered answer');
  });

  it('a link in another site’s page works as well, and from a file', async () => {
    const file = join(folder, 'open.html');
    writeFileSync(file, `<meta http-equiv="refresh" content="0;url=${server.newLink()}">`);
    await page.goto(`file://${file}`);
    await answered('answered answer');
  });

  it('the password lets in, by a form, over TLS', async () => {
    await server.close();
    server = await start('0.0.0.0', 'a long password');
    await page.goto(`https://localhost:${server.port}/`);
    await page.fill('#password', 'not the password');
    await page.click('button');
    await page.waitForSelector('[role=alert]');
    await page.fill('#password', 'a long password');
    await page.click('button');
    await answered('answered answer');
  });

  it('what gets into the page by itself does not run', async () => {
    await page.goto(server.newLink());
    await answered('answered answer');
    const ran = await page.evaluate(`(async () => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "ran"';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="document.title = 1">');
      document.body.insertAdjacentHTML('beforeend', '<iframe srcdoc="<script>parent.document.title = 1</script>">');
      document.body.insertAdjacentHTML('beforeend', '<a id="go" href="javascript:document.title = 1">go</a>');
      document.getElementById('go').click();
      const sent = await fetch('https://example.com/').then(() => true, () => false);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { title: document.title, sent };
    })()`);
    expect(ran).toEqual({ title: 'answered answer', sent: false });
  });

  it('HTML from a backup is no page, and a picture opened by itself runs nothing', async () => {
    await page.goto(server.newLink());
    await answered('answered answer');
    const picture = await page.goto(`${server.address}/media/${smallToken('p')}`);
    expect(picture?.headers()['content-type']).toBe('image/jpeg');
    expect(picture?.headers()['content-security-policy']).toContain('sandbox');
    await expect(page.goto(`${server.address}/media/${smallToken('h')}`)).rejects.toThrow(
      'ERR_HTTP_RESPONSE_CODE_FAILURE',
    );
  });

  it('a page on another port of this computer gets nothing, though the cookie is sent with what it asks', async () => {
    await page.goto(server.newLink());
    await answered('answered answer');
    const other = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>other</title>');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
      const got = await page.evaluate(`(async () => {
        const tried = (make) => new Promise((resolve) => make(() => resolve('got'), () => resolve('refused')));
        const socket = await tried((got, refused) => {
          const one = new WebSocket('${server.address.replace(/^http/, 'ws')}/engine', ['backstop']);
          one.onopen = got;
          one.onerror = refused;
        });
        const picture = await tried((got, refused) => {
          const image = new Image();
          image.onload = got;
          image.onerror = refused;
          image.src = '${server.address}/media/${smallToken('p')}';
        });
        const read = await tried((got, refused) => {
          fetch('${server.address}/', { credentials: 'include' }).then(got, refused);
        });
        const script = await tried((got, refused) => {
          const one = document.createElement('script');
          one.onload = got;
          one.onerror = refused;
          one.src = '${server.address}/assets/index-12345678.js';
          document.head.append(one);
        });
        const framed = await new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.onload = () => resolve(frame.contentDocument?.title ?? 'refused');
          frame.src = '${server.address}/';
          document.body.append(frame);
        });
        return { socket, picture, read, script, framed, key: localStorage.getItem('backstop-key') };
      })()`);
      const no = 'refused';
      expect(got).toEqual({ socket: no, picture: no, read: no, script: no, framed: no, key: null });
    } finally {
      other.closeAllConnections();
      await new Promise((resolve) => other.close(resolve));
    }
  });
});
