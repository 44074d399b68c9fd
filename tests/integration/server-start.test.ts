import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, openLink } from '../support/browser.ts';

/** What `npm start` runs, where there is no screen: on Linux only, where a program of ours can stand for the browser's opener. */

const START = join(import.meta.dirname, '../../scripts/start.ts');

let dir: string;
const children: ReturnType<typeof spawn>[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'backstop-start-'));
  mkdirSync(join(dir, 'bin'));
  writeFileSync(
    join(dir, 'bin', 'xdg-open'),
    `#!/bin/sh\necho "$@" > '${dir}/opened.part'; mv '${dir}/opened.part' '${dir}/opened'\n`,
  );
  chmodSync(join(dir, 'bin', 'xdg-open'), 0o755);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGINT');
    await once(child, 'exit');
  }
  rmSync(dir, { recursive: true, force: true });
});

/** Starts it and waits until its text says what is wanted; the first group of the match. */
async function start(args: readonly string[], wanted: RegExp) {
  const env: NodeJS.ProcessEnv = { ...process.env, BACKSTOP_HOME: join(dir, 'home') };
  env['PATH'] = `${join(dir, 'bin')}${delimiter}${env['PATH'] ?? ''}`;
  delete env['DISPLAY'];
  delete env['WAYLAND_DISPLAY'];
  const child = spawn(process.execPath, [START, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  const found = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const match = wanted.exec(said)?.[1];
        if (match !== undefined) resolve(match);
      });
    }
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  return { found: await found, said: () => said, child };
}

const LINK = /^ {2}(http:\S+)$/m;

describe.skipIf(process.platform !== 'linux')('npm start without a screen', () => {
  it('says so in a sentence, opens the browser by a private file, and prints the link', async () => {
    const { found: link, said } = await start([], LINK);
    expect(said()).toContain('There is no screen here for a window of its own, so Backstop opens in your browser.');
    await expect.poll(() => existsSync(join(dir, 'opened'))).toBe(true);
    const words = readFileSync(join(dir, 'opened'), 'utf8').trim();
    // Everybody on a computer may read the words of a command.
    expect(words).toBe(`file://${join(dir, 'home', 'open.html')}`);
    const file = join(dir, 'home', 'open.html');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(link);
    const { cookie } = await openLink(link);
    const page = await ask(new URL('/', link).href, { headers: { cookie } });
    expect(page.text).toContain('<div id="root">');
    expect(page.text).not.toContain('%CSP_NONCE%');
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(page.text)?.[1] ?? '';
    const loaded = await ask(new URL(script, link).href, { headers: { cookie } });
    expect(loaded).toMatchObject({ status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' } });
  });

  it('with --no-open only prints the link', async () => {
    const { child, said } = await start(['--no-open', '--port', '0'], LINK);
    expect(said()).not.toContain('no screen');
    child.kill('SIGINT');
    await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect(existsSync(join(dir, 'opened'))).toBe(false);
  });
});
