import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, openShell, postFrame, type Shell } from './standin/shell.ts';

let shell: Shell;
let page: Page;

beforeAll(async () => {
  shell = await openShell();
  page = await shell.app.firstWindow();
});

afterAll(() => shell[Symbol.asyncDispose]());

const codeOf = (reply: Record<string, unknown>): unknown => (reply['failure'] as { code: string } | undefined)?.code;
const events = (event: string) => shell.log().filter((line) => line.event === event);

describe('a page', () => {
  it('has the bridge and nothing of Electron or Node', async () => {
    const seen = await page.evaluate(`({
      bridge: Object.keys(window.backstop).sort(),
      frozen: Object.isFrozen(window.backstop),
      foreign: [typeof require, typeof process, typeof module, typeof ipcRenderer, typeof electron, typeof Buffer],
    })`);
    expect(seen).toEqual({
      bridge: ['onFrame', 'platform', 'post'],
      frozen: true,
      foreign: Array.from({ length: 6 }, () => 'undefined'),
    });
  });

  it('cannot replace the bridge', async () => {
    await expect(page.evaluate(`"use strict"; window.backstop = {}`)).rejects.toThrow(/read only|redefine|assign/);
  });

  it('is sandboxed and isolated in every window that the shell makes', async () => {
    const kinds = await shell.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.all.map(({ options }) => options.webPreferences),
    );
    for (const kind of kinds) {
      expect(kind).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true });
      expect(kind).toMatchObject({ webviewTag: false, experimentalFeatures: false, spellcheck: false });
    }
    expect(await shell.app.evaluate(({ app }) => app.told.isSandboxed)).toBe(true);
  });

  it('draws without breaking its own policy', async () => {
    const broken = await page.evaluate(`new Promise((resolve) => {
      const seen = [];
      addEventListener('securitypolicyviolation', (event) => seen.push(event.violatedDirective + ' ' + event.blockedURI));
      location.hash = '/settings';
      setTimeout(() => resolve(seen), 700);
    })`);
    expect(broken).toEqual([]);
  });
});

describe('the content policy', () => {
  const violated = (code: string) =>
    page.evaluate(`new Promise((resolve) => {
      addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
      setTimeout(() => resolve('nothing was stopped'), 1500);
      // Later, as a page's own code: what a debugger runs may use eval.
      setTimeout(() => { try { ${code} } catch {} });
    })`);

  it.each([
    [
      'an inline script',
      "const one = document.createElement('script'); one.append('window.wasRun = 1'); document.body.append(one);",
      /script-src|trusted/,
    ],
    [
      'a script from elsewhere',
      "const one = document.createElement('script'); one.src = 'https://example.com/x.js'; document.body.append(one);",
      /script|trusted/,
    ],
    ['a module from elsewhere', "import('https://example.com/x.js').catch(() => undefined);", /script-src/],
    [
      'an event handler in HTML',
      "document.body.setAttribute('onclick', 'window.wasRun = 1'); document.body.click();",
      /script|trusted/,
    ],
    ['eval', "eval('window.wasRun = 1');", /script-src|trusted/],
    ['text as HTML', "document.createElement('div').innerHTML = '<img src=x onerror=1>';", /trusted/],
    [
      'a style without the nonce',
      "const one = document.createElement('style'); one.append('body{color:red}'); document.head.append(one);",
      /style-src/,
    ],
    ['a question to the network', "fetch('https://example.com/').catch(() => undefined);", /connect-src/],
    ['a picture from the network', "new Image().src = 'https://example.com/x.png';", /img-src/],
    [
      'a frame',
      "const one = document.createElement('iframe'); one.src = 'https://example.com/'; document.body.append(one);",
      /frame-src/,
    ],
    [
      'an object',
      "const one = document.createElement('object'); one.data = 'https://example.com/'; document.body.append(one);",
      /object-src|trusted/,
    ],
    [
      'a form',
      "const one = document.createElement('form'); one.action = 'https://example.com/'; document.body.append(one); one.submit();",
      /form-action/,
    ],
    [
      'a base',
      "const one = document.createElement('base'); one.href = 'https://example.com/'; document.head.append(one);",
      /base-uri/,
    ],
  ])('stops %s', async (_what, code, directive) => {
    expect(await violated(code)).toMatch(directive);
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
  });

  it('has a new nonce for each loading', async () => {
    const nonce = async () => {
      const response = await page.reload();
      const policy = response?.headers()['content-security-policy'] ?? '';
      const inPage = await page.evaluate(`document.querySelector('meta[property="csp-nonce"]')?.content`);
      expect(policy).toContain(`'nonce-${inPage}'`);
      return inPage;
    };
    expect(await nonce()).not.toBe(await nonce());
  });
});

describe('the way out of a page', () => {
  it.each(['https://example.com/', 'app://backstop.example/', 'app://backstop/popover.html', 'app://other/'])(
    'to %s is closed',
    async (address) => {
      const before = events('shell.navigation-refused').length;
      const target = address.startsWith('app:')
        ? `https://${new URL(address).host.replace('.', '-')}--app.standin.test${new URL(address).pathname}`
        : address;
      await page.evaluate(`void (location.href = ${JSON.stringify(target)})`);
      await eventually(
        () => events('shell.navigation-refused').length,
        (count) => count > before,
      );
      expect(page.url()).toMatch(/^https:\/\/backstop--app\.standin\.test\/(#.*)?$/);
      expect(await page.evaluate('typeof window.backstop')).toBe('object');
    },
  );

  it('opens no window', async () => {
    expect(await page.evaluate(`window.open('https://example.com/')`)).toBeNull();
    await page.evaluate(`{
      const link = document.createElement('a');
      link.href = 'https://example.com/';
      link.target = '_blank';
      document.body.append(link);
      link.click();
    }`);
    await eventually(
      () => events('shell.window-refused').length,
      (count) => count === 2,
    );
    const given = await shell.app.evaluate(({ BrowserWindow }) => ({
      windows: BrowserWindow.all.length,
      allowed: BrowserWindow.all[0]!.webContents.allowedWindows,
    }));
    expect(given).toEqual({ windows: 1, allowed: [] });
  });

  it('asks for no permission', async () => {
    const answers = await shell.app.evaluate(async ({ session, BrowserWindow }) => {
      const { permissionRequest, permissionCheck, devicePermission } = session.defaultSession;
      const contents = BrowserWindow.all[0]!.webContents as never;
      const details = { isMainFrame: true, requestingUrl: 'app://backstop/' };
      const request = (permission: string, more: object = {}) =>
        new Promise<boolean>((resolve) =>
          permissionRequest!(contents, permission as never, resolve, { ...details, ...more } as never),
        );
      const check = (permission: string) =>
        permissionCheck!(contents, permission as never, 'app://backstop', details as never);
      return {
        asked: [
          await request('media'),
          await request('geolocation'),
          await request('notifications'),
          await request('openExternal'),
        ],
        checked: [check('media'), check('usb'), check('hid'), check('serial'), check('clipboard-read')],
        device: devicePermission!({ deviceType: 'usb', origin: 'app://backstop', device: {} } as never),
        copy: await request('clipboard-sanitized-write'),
        copyByOthers: await request('clipboard-sanitized-write', { requestingUrl: 'https://example.com/' }),
        copyByFrame: await request('clipboard-sanitized-write', { isMainFrame: false }),
      };
    });
    expect(answers).toEqual({
      asked: [false, false, false, false],
      checked: [false, false, false, false, false],
      device: false,
      copy: true,
      copyByOthers: false,
      copyByFrame: false,
    });
  });

  it('downloads nothing and checks no spelling', async () => {
    const facts = await shell.app.evaluate(({ session }) => {
      let wasPrevented = false;
      session.defaultSession.emit('will-download', { preventDefault: () => (wasPrevented = true) }, {}, {});
      return { wasPrevented, isSpellChecked: session.defaultSession.isSpellChecked };
    });
    expect(facts).toEqual({ wasPrevented: true, isSpellChecked: false });
  });

  it('opens a help page by its name only', async () => {
    const good = await postFrame(
      page,
      `{ type: 'request', id: 9001, name: 'system.openHelp', input: { page: 'cables' } }`,
    );
    expect(good['type']).toBe('answer');
    const bad = await postFrame(
      page,
      `{ type: 'request', id: 9001, name: 'system.openHelp', input: { page: 'https://example.com' } }`,
    );
    expect(codeOf(bad)).toBe('app/bad-question');
    const opened = await shell.app.evaluate(({ shell: system }) => system.opened);
    expect(opened).toHaveLength(1);
    expect(opened[0]).toMatch(/^https:\/\/support\.apple\.com\//);
  });
});

describe('frames of a page', () => {
  it.each([
    ['no object', `'hello'`, 'app/bad-question'],
    ['no procedure', `{ type: 'request', id: 9001, name: 'shell.exec', input: {} }`, 'app/no-such-procedure'],
    ['an inherited name', `{ type: 'request', id: 9001, name: 'constructor', input: {} }`, 'app/no-such-procedure'],
    ['a wrong input', `{ type: 'request', id: 9001, name: 'jobs.get', input: { job: '../x' } }`, 'app/bad-question'],
    [
      'too much',
      `{ type: 'request', id: 9001, name: 'jobs.get', input: { job: 'x'.repeat(1100000) } }`,
      'app/question-too-large',
    ],
    [
      'a path for a place',
      `{ type: 'request', id: 9001, name: 'system.reveal', input: { place: '/etc/passwd' } }`,
      'app/bad-question',
    ],
    [
      'a place nobody gave',
      `{ type: 'request', id: 9001, name: 'system.reveal', input: { place: 'aaaaaaaaaaaaaaaaaaaa' } }`,
      'app/unknown-place',
    ],
  ])('with %s are refused by type', async (_what, frame, code) => {
    const before = await heardWhenQuiet();
    expect(codeOf(await postFrame(page, frame))).toBe(code);
    const after = (await shell.heard()).slice(before).map(({ name }) => name);
    expect(after).toEqual([]);
    expect(await shell.app.evaluate(({ shell: system }) => system.shown)).toEqual([]);
  });

  it('cannot reach what only the shell may ask', async () => {
    const before = await heardWhenQuiet();
    await page.evaluate(`window.backstop.post({ type: 'host', id: 1, ask: 'unlock' })`);
    await page.evaluate(`window.backstop.post({ type: 'shutdown' })`);
    await page.evaluate(
      `window.backstop.post({ type: 'media-open', id: 1, token: 'aaaaaaaaaaaaaaaaaaaa', range: null })`,
    );
    const answered = await postFrame(page, `{ type: 'request', id: 9001, name: 'jobs.list', input: {} }`);
    expect(answered['type']).toBe('answer');
    expect((await shell.heard()).slice(before).map(({ name }) => name)).toEqual(['jobs.list']);
  });

  it('from anybody else are not looked at', async () => {
    const before = (await shell.heard()).length;
    const senders = await shell.app.evaluate(({ ipcMain, BrowserWindow }) => {
      const { webContents } = BrowserWindow.all[0]!;
      const frame = { type: 'request', id: 1, name: 'settings.set', input: { lockBrowsing: false } };
      const main = { ...webContents.mainFrame };
      const foreign = [
        { sender: webContents, senderFrame: null },
        { sender: webContents, senderFrame: { ...main, url: 'https://example.com/' } },
        { sender: webContents, senderFrame: { ...main, url: 'app://backstop.example/' } },
        { sender: webContents, senderFrame: { ...main, url: 'file:///app/index.html' } },
        { sender: webContents, senderFrame: { ...main, parent: {} } },
        { sender: webContents, senderFrame: { ...main, routingId: 99 } },
        { sender: { ...webContents, id: 999, mainFrame: main }, senderFrame: main },
      ];
      for (const event of foreign) ipcMain.emit('backstop:frame', event, frame);
      return foreign.length;
    });
    await postFrame(page, `{ type: 'request', id: 9001, name: 'jobs.list', input: {} }`);
    expect((await shell.heard()).slice(before).map(({ name }) => name)).toEqual(['jobs.list']);
    expect(events('shell.foreign-sender')).toHaveLength(senders);
  });
});

describe('media of a backup', () => {
  const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const html = Buffer.from('<script>parent.wasRun = 1</script>').toString('base64');
  const token = { png: 'p'.repeat(20), html: 'h'.repeat(20), lie: 'l'.repeat(20) };

  beforeAll(() =>
    shell.tell({
      media: {
        [token.png]: { type: 'image/png', text: PNG },
        [token.html]: { type: 'text/html', text: html },
        [token.lie]: { type: 'image/png', text: html },
      },
    }),
  );

  it('is drawn by its token', async () => {
    const width = await page.evaluate(`new Promise((resolve, reject) => {
      const image = document.createElement('img');
      image.onload = () => resolve(image.naturalWidth);
      image.onerror = () => reject(new Error('not drawn'));
      image.src = 'backstop-media://media/${token.png}';
    })`);
    expect(width).toBe(1);
  });

  it('never comes as a document, whatever it is', async () => {
    const draw = (one: string) =>
      page.evaluate(`new Promise((resolve) => {
        const image = document.createElement('img');
        image.onload = () => resolve('drawn');
        image.onerror = () => resolve('refused');
        image.src = 'backstop-media://media/${one}';
      })`);
    expect(await draw(token.html)).toBe('refused');
    expect(await draw(token.lie)).toBe('refused');
    expect(await draw('u'.repeat(20))).toBe('refused');
    expect(await page.evaluate('window.wasRun')).toBeUndefined();
  });
});

/** How much reached the engine, once the page has asked all that it asks by itself. */
async function heardWhenQuiet(): Promise<number> {
  let before = -1;
  for (;;) {
    const now = (await shell.heard()).length;
    if (now === before) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}
