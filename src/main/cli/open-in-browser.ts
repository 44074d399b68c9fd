import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A browser that starts cold has read the file by then. */
const KEEP_MS = 60_000;

/**
 * Opens a link in the owner's browser, by a private file that leads there: other users of a computer may read the words
 * of every command, and whoever reads the link first is let in. Whether a browser opened nobody can tell; the link is
 * printed as well.
 */
export async function openInBrowser(link: string, home: string): Promise<void> {
  const file = join(home, 'open.html');
  const page = `<!doctype html><meta charset="utf-8"><title>Backstop</title><meta http-equiv="refresh" content="0;url=${link}">`;
  await rm(file, { force: true });
  await writeFile(file, page, { mode: 0o600, flag: 'wx' });
  setTimeout(() => void rm(file, { force: true }), KEEP_MS).unref();
  const { command, args } = opener(pathToFileURL(file).href);
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  // No browser, no desktop: the printed link is what is left.
  child.on('error', () => undefined);
  child.unref();
}

function opener(url: string): { readonly command: string; readonly args: readonly string[] } {
  if (process.platform === 'darwin') return { command: 'open', args: [url] };
  // `start` is a word of the shell; this is what it comes to.
  if (process.platform === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler', url] };
  return { command: 'xdg-open', args: [url] };
}
