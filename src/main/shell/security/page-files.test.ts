import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageFiles } from './page-files.ts';

let folder: string;
let answer: (request: Request) => Promise<Response>;
const get = (address: string, init?: RequestInit) => answer(new Request(address, init));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstop-pages-'));
  mkdirSync(join(folder, 'pages/assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.html'), 'secret');
  writeFileSync(join(folder, 'pages/index.html'), '<meta content="%CSP_NONCE%">');
  writeFileSync(join(folder, 'pages/assets/a.js'), '"%CSP_NONCE%"');
  writeFileSync(join(folder, 'pages/notes.txt'), 'no page');
  symlinkSync(join(folder, 'secret.html'), join(folder, 'pages/link.html'));
  answer = pageFiles(join(folder, 'pages'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the pages', () => {
  it('come with a policy that names one nonce, and the page knows it', async () => {
    const response = await get('app://backstop/');
    const policy = response.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(nonce).toHaveLength(24);
    expect(await response.text()).toBe(`<meta content="${nonce}">`);
    expect(policy).toContain("default-src 'none'");
    expect(/script-src ([^;]+)/.exec(policy)?.[1]).toBe("'self'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  it('leave scripts as they are, with a type that cannot be guessed', async () => {
    const response = await get('app://backstop/assets/a.js');
    expect(await response.text()).toBe('"%CSP_NONCE%"');
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('content-security-policy')).not.toContain('nonce');
  });

  it.each([
    'app://backstop/../secret.html',
    'app://backstop/..%2fsecret.html',
    'app://backstop/%2e%2e/secret.html',
    'app://backstop/assets/..%5c..%5csecret.html',
    'app://backstop//secret.html',
    'app://backstop/link.html',
    'app://backstop/notes.txt',
    'app://backstop/index.html%00.js',
    'app://backstop/%ff',
    'app://backstop/assets',
    'app://backstop/nothing.js',
  ])('%s is not there', async (address) => {
    const response = await get(address);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('are only read', async () => {
    expect((await get('app://backstop/', { method: 'POST' })).status).toBe(405);
    expect((await get('app://other/')).status).toBe(405);
  });
});
