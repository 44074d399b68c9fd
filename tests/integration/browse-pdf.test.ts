import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../src/main/engine/browse/exports/pdf/browsers.ts';
import { browserPrinter } from '../../src/main/engine/browse/exports/pdf/print-pdf.ts';

const browser = await findBrowser();
const hasPoppler = spawnSync('pdftotext', ['-v']).error === undefined;
if (browser === null || !hasPoppler) {
  console.warn('LEFT OUT: printing needs a browser (Debian: chromium) and pdftotext (poppler-utils).');
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>T</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; img-src file:; style-src 'unsafe-inline'">
<style>@page { margin: 2cm; @bottom-center { content: counter(page) " / " counter(pages) } } p { break-after: page }</style>
<p>Hello مرحبا 你好 🎉</p><p><img src="dot.png" alt="">second</p><p>third</p>
<script>document.body.textContent = 'a script ran'</script><img src="http://127.0.0.1:9/x.png">`;
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(browser === null || !hasPoppler)('a page as PDF', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'backstop-pdf-'));
    writeFileSync(join(dir, 'page # 100%.html'), PAGE);
    writeFileSync(join(dir, 'dot.png'), DOT);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('has text that can be selected in every script, images, and numbers on its pages; and leaves nothing beside it', async () => {
    const print = await browserPrinter();
    const target = join(dir, 'out.pdf');
    await print(join(dir, 'page # 100%.html'), target);
    const text = execFileSync('pdftotext', ['-layout', target, '-'], { encoding: 'utf8' }).normalize('NFKC');
    for (const words of ['Hello', 'مرحبا', '你好', 'second', 'third', '1 / 4', '3 / 4'])
      expect(text.replace(/[\s\u200e\u200f\u202a-\u202e]/g, '')).toContain(words.replace(/\s/g, ''));
    expect(text).not.toContain('a script ran');
    expect(execFileSync('pdfimages', ['-list', target], { encoding: 'utf8' }).split('\n').length).toBeGreaterThan(3);
    expect(readdirSync(dir).sort()).toEqual(['dot.png', 'out.pdf', 'page # 100%.html']);
    expect(readFileSync(target).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('can be cancelled, and says when there is no browser or none that prints', async () => {
    const print = await browserPrinter();
    const cancel = new AbortController();
    const printing = print(join(dir, 'page # 100%.html'), join(dir, 'never.pdf'), { signal: cancel.signal });
    setImmediate(() => cancel.abort(new Error('enough')));
    await expect(printing).rejects.toThrow('enough');
    const env = { BACKSTOP_BROWSER: '/bin/false' };
    const broken = await browserPrinter(env);
    await expect(broken(join(dir, 'page # 100%.html'), join(dir, 'never.pdf'))).rejects.toMatchObject({
      code: 'browse/print-failed',
    });
    await expect(browserPrinter({ PATH: dir })).rejects.toMatchObject({ code: 'browse/no-printer' });
    expect(readdirSync(dir).sort()).toEqual(['dot.png', 'out.pdf', 'page # 100%.html']);
  });
});
