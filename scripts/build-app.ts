import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Builds what a window shows, and the desktop program, when their sources are not those of the last build. */

const root = join(import.meta.dirname, '..');
const out = join(root, 'out');
const pages = join(out, 'renderer');

/** The pages, for a browser. */
export async function buildPages(): Promise<void> {
  const wanted = sumOf(['src/renderer', 'src/shared', 'vite.renderer.config.ts', 'package-lock.json']);
  if (isDone('pages', wanted) && existsSync(join(pages, 'index.html'))) return;
  say('building the pages …');
  // Beside the old ones until they are whole: what is running goes on with those, and two builds do not meet.
  const fresh = join(out, `renderer-${process.pid}`);
  try {
    await run('vite/bin/vite.js', ['build', '--config', 'vite.renderer.config.ts', '--outDir', fresh, '--emptyOutDir']);
    rmSync(pages, { recursive: true, force: true });
    renameSync(fresh, pages);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  note('pages', wanted);
}

/** The desktop program and its pages, for Electron. */
export async function buildDesktop(): Promise<void> {
  const wanted = sumOf(['src', 'electron.vite.config.ts', 'vite.renderer.config.ts', 'package-lock.json']);
  if (isDone('desktop', wanted) && existsSync(join(out, 'main', 'index.js')) && existsSync(pages)) return;
  say('building the app …');
  // The pages are made anew with it; those of the browser mode are looked at again next time.
  rmSync(stampOf('pages'), { force: true });
  await run('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'error']);
  note('desktop', wanted);
}

export function say(sentence: string): void {
  process.stderr.write(`Backstop: ${sentence}\n`);
}

const stampOf = (what: string): string => join(out, `.${what}-stamp`);

function isDone(what: string, sum: string): boolean {
  return existsSync(stampOf(what)) && readFileSync(stampOf(what), 'utf8') === sum;
}

function note(what: string, sum: string): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(stampOf(what), sum);
}

/** Names and contents of all sources. */
function sumOf(places: readonly string[]): string {
  const hash = createHash('sha256');
  for (const place of places) {
    const path = join(root, place);
    const isFile = !existsSync(path) || /\.\w+$/.test(place);
    const names = isFile ? [''] : readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
    for (const name of names) {
      if (name.includes('.test.') || (!isFile && !/\.\w+$/.test(name))) continue;
      const file = join(path, name);
      if (existsSync(file)) hash.update(`${place}/${name}\0`).update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

/** Runs a tool of the project in a process of its own, and shows what it says only when it fails. */
function run(script: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the build failed:\n${said}`));
    });
  });
}
