import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { _electron } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT } from './standin/build.ts';

/** The same bundle in real Electron: the little that must hold there before anything else is worth trying. */
const binary = electronBinary();
if (binary === null) {
  console.warn(
    '\nSKIPPED: no Electron binary here, so the app was run with the stand-in only. It runs where `npx electron --version` works.\n',
  );
}

describe.skipIf(binary === null)('in real Electron', () => {
  const home = mkdtempSync(join(tmpdir(), 'backstop-real-'));
  let app: Awaited<ReturnType<typeof _electron.launch>>;

  beforeAll(async () => {
    app = await _electron.launch({
      ...(binary === null ? {} : { executablePath: binary }),
      args: [join(BUILT, 'main/index.js')],
      env: { ...(process.env as Record<string, string>), BACKSTOP_HOME: home },
    });
  });
  afterAll(async () => {
    await app?.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it('the window shows our page, closed off', async () => {
    const page = await app.firstWindow();
    expect(page.url()).toMatch(/^app:\/\/backstop\//);
    expect(await page.evaluate('[typeof window.backstop, typeof require, typeof process]')).toEqual([
      'object',
      'undefined',
      'undefined',
    ]);
  });

  it('the policy stops a foreign script', async () => {
    const page = await app.firstWindow();
    const stopped = await page.evaluate(`new Promise((resolve) => {
      addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
      setTimeout(() => { const one = document.createElement('script'); one.src = 'https://example.com/x.js'; document.body.append(one); });
    })`);
    expect(stopped).toMatch(/script|trusted/);
  });

  it('the engine answers', async () => {
    const page = await app.firstWindow();
    const answered = await page.evaluate(`new Promise((resolve) => {
      window.backstop.onFrame((frame) => { if (frame.id === 9001) resolve(frame.type); });
      window.backstop.post({ type: 'request', id: 9001, name: 'jobs.list', input: {} });
    })`);
    expect(answered).toBe('answer');
  });
});

/** Never downloads one: a test must not. */
function electronBinary(): string | null {
  const chosen = process.env['ELECTRON_BINARY'];
  if (chosen !== undefined && chosen !== '') return chosen;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
    const path = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim());
    return existsSync(path) ? path : null;
  } catch {
    // The package without its binary, as it comes from the registry.
    return null;
  }
}
