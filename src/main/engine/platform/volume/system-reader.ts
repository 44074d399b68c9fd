import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { scaledMs } from '../time.ts';
import type { SystemReader } from './types.ts';

const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
const PROGRAM_MS = scaledMs(5_000);

/** This computer. A question it does not answer is no failure: the answer is "not known". */
export const thisSystem: SystemReader = {
  platform: process.platform,
  env: process.env,
  home: homedir(),

  text: (path) =>
    (isKernels(path)
      ? atOnce(() => readFileSync(path, 'utf8'))
      : readStart(path, MAX_TEXT_BYTES).then((bytes) => bytes.toString('utf8'))
    ).catch(() => null),

  firstBytes: (path, count) =>
    readStart(path, count).then(
      (bytes) => (bytes.length === count ? bytes : null),
      () => null,
    ),

  names: (folder) => (isKernels(folder) ? atOnce(() => readdirSync(folder)) : readdir(folder)).catch(() => []),

  realPath: (path) => (isKernels(path) ? atOnce(() => realpathSync(path)) : realpath(path)).catch(() => null),

  run: (program, args, env = {}) =>
    new Promise((resolve) => {
      const options = {
        timeout: PROGRAM_MS,
        maxBuffer: MAX_OUTPUT_BYTES,
        windowsHide: true,
        // Words and figures as the parsers expect them, whatever language the owner speaks.
        env: { ...process.env, LC_ALL: 'C', ...env },
      };
      execFile(program, [...args], options, (error, stdout) => resolve(error === null ? stdout : null));
    }),
};

/** Files that the kernel writes while they are read, on no disk: asking another thread for each takes a hundred times as long. */
function isKernels(path: string): boolean {
  return process.platform === 'linux' && (path.startsWith('/proc/') || path.startsWith('/sys/'));
}

async function atOnce<T>(work: () => T): Promise<T> {
  return work();
}

async function readStart(path: string, limit: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(limit, 64 * 1024));
    const parts: Buffer[] = [];
    for (let have = 0; have < limit; ) {
      const { bytesRead } = await file.read(bytes, 0, Math.min(bytes.length, limit - have), null);
      if (bytesRead === 0) break;
      parts.push(Buffer.from(bytes.subarray(0, bytesRead)));
      have += bytesRead;
    }
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}
