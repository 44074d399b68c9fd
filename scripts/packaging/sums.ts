import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** SHA-256 of every file below a folder, in the form that `sha256sum -c` reads; links by where they lead. */
export async function sumsOf(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const path of filesBelow(folder)) {
    const name = relative(folder, path).split(sep).join('/');
    lines.push(`${await hashOf(path)}  ${name}`);
  }
  return `${lines.join('\n')}\n`;
}

export async function writeSums(folder: string, file: string): Promise<void> {
  writeFileSync(file, await sumsOf(folder));
}

function filesBelow(folder: string): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(path));
    else found.push(path);
  }
  return found;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  if (lstatSync(path).isSymbolicLink()) return hash.update(readlinkSync(path)).digest('hex');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
