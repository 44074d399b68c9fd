import { spawn } from 'node:child_process';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../src/main/cli/index.ts');

/** One line of `--json`; the shapes are the contract's. */
// biome-ignore lint/suspicious/noExplicitAny: tests read fields of many shapes
export type JsonLine = Record<string, any>;

export interface BackstopRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly JsonLine[];
  /** The result or the error. */
  readonly last: JsonLine;
  readonly stderr: string;
  readonly seconds: number;
}

export interface BackstopOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Called for every line while it runs; may kill. */
  readonly onLine?: (line: JsonLine, kill: (signal: NodeJS.Signals) => void) => void;
  /** SIGKILL after this long. */
  readonly killAfterMs?: number;
}

/** Runs the real terminal program as its own process, with `--json`. */
export function backstop(args: readonly string[], options: BackstopOptions = {}): Promise<BackstopRun> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [CLI, ...args, '--json'], {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: JsonLine[] = [];
    let rest = '';
    let stderr = '';
    const timer =
      options.killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const line = JSON.parse(part) as JsonLine;
        lines.push(line);
        options.onLine?.(line, (signal) => child.kill(signal));
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, lines, last: lines.at(-1) ?? {}, stderr, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** Without `--json`: the bytes that a command writes to standard output. */
export function backstopBytes(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number | null; readonly stdout: Buffer }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const parts: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => parts.push(bytes));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(parts) }));
  });
}
