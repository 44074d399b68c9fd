import { spawn, spawnSync } from 'node:child_process';

/** How a program of somebody else ended. */
export interface PeerResult {
  /** Null when a signal ended it, among them our own after the timeout. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface PeerOptions {
  /** USBMUXD_SOCKET_ADDRESS for it. */
  readonly address?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Default 30 s. The program is killed after that. */
  readonly timeoutMs?: number;
  /** Sent on its standard input, which is closed otherwise. */
  readonly input?: string;
  readonly cwd?: string;
}

/** Runs a real client (idevice_id, idevicebackup2 …) to its end. Never throws for a failing client. */
export function runPeer(command: string, args: readonly string[], options: PeerOptions = {}): Promise<PeerResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      env: {
        ...process.env,
        ...(options.address === undefined ? {} : { USBMUXD_SOCKET_ADDRESS: options.address }),
        ...options.env,
      },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    let timedOut = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
    });
    // A client that does not read its input may close it before we have written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 30_000);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...output, timedOut });
    });
  });
}

/** Are these programs installed? Says loudly which are not: a skipped test must be seen. */
export function havePeers(...commands: readonly string[]): boolean {
  const missing = commands.filter((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0);
  if (missing.length === 0) return true;
  console.warn(`SKIPPED: ${missing.join(', ')} not installed (Debian: libimobiledevice-utils); these tests run in CI`);
  return false;
}
