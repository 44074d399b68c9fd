import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  /** The highest resident memory of the process itself, in bytes; 0 where the system does not tell. */
  readonly peakBytes: number;
}

/** Runs a program to its end; wall time includes its start. */
export function measure(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const memory = watchMemory(child);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ seconds: (performance.now() - started) / 1000, stdout, stderr, code, peakBytes: memory.stop() });
    });
  });
}

/** The kernel keeps the high-water mark; it only has to be read before the process is gone. */
function watchMemory(child: ChildProcess): { stop(): number } {
  let peak = 0;
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const kib = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
      if (kib !== undefined) peak = Math.max(peak, Number(kib) * 1024);
    } catch {
      // The process has ended, or this system has no /proc: the last value stands.
    }
  };
  const timer = setInterval(look, 50);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
