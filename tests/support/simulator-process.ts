import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A simulated phone in a process of its own, as other programs start it. */
export interface SimulatorProcess extends AsyncDisposable {
  /** For USBMUXD_SOCKET_ADDRESS. */
  readonly address: string;
  readonly phones: readonly { readonly udid: string; readonly name: string }[];
  /** Of the first phone. */
  readonly udid: string;
  readonly pid: number;
  /** Sends a command and returns its answer; throws when the answer is not ok. */
  command(command: { readonly cmd: string; readonly [field: string]: unknown }): Promise<SimulatorAnswer>;
  /** Ends it with the `stop` command; safe to call twice. Returns the exit code. */
  stop(): Promise<number | null>;
  /** What it said on standard error so far. */
  readonly stderr: string;
}

export interface SimulatorAnswer {
  readonly ok: boolean;
  readonly error?: string;
  readonly [field: string]: unknown;
}

export interface SimulatorProcessOptions {
  /** As on the command line. Without `--listen` a unix socket in the temporary folder is used. */
  readonly args?: readonly string[];
  /** Added to this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Making half a million files takes a while. Default two minutes. */
  readonly readyTimeoutMs?: number;
}

const STOP_TIMEOUT_MS = 30_000;
const SIMULATOR = join(import.meta.dirname, '../../src/main/simulator/index.ts');

export async function startSimulatorProcess(options: SimulatorProcessOptions = {}): Promise<SimulatorProcess> {
  const args = [...(options.args ?? [])];
  if (!args.includes('--listen')) {
    args.push('--listen', `unix:${join(tmpdir(), `backstop-phone-${randomUUID().slice(0, 8)}.sock`)}`);
  }
  const child = spawn(process.execPath, [SIMULATOR, ...args, '--exit-with-parent'], {
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return RunningSimulator.waitUntilReady(child, options.readyTimeoutMs ?? 120_000);
}

class RunningSimulator implements SimulatorProcess {
  readonly address: string;
  readonly phones: SimulatorProcess['phones'];
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<number | null>;
  readonly #errors: { text: string };
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    child: ChildProcess,
    lines: AsyncIterator<string>,
    exited: Promise<number | null>,
    errors: { text: string },
    ready: { address: string; phones: SimulatorProcess['phones'] },
  ) {
    this.#child = child;
    this.#lines = lines;
    this.#exited = exited;
    this.#errors = errors;
    this.address = ready.address;
    this.phones = ready.phones;
  }

  static async waitUntilReady(child: ChildProcess, timeoutMs: number): Promise<RunningSimulator> {
    const errors = { text: '' };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors.text += text;
    });
    const exited = once(child, 'exit').then(([code]) => code as number | null);
    const { stdout } = child;
    if (stdout === null) throw new Error('the simulator has no standard output');
    const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    try {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the simulator ended before it was ready (${await exited}): ${errors.text}`);
      return new RunningSimulator(child, lines, exited, errors, JSON.parse(value));
    } finally {
      clearTimeout(timer);
    }
  }

  get udid(): string {
    return this.phones[0]?.udid ?? '';
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get stderr(): string {
    return this.#errors.text;
  }

  async command(command: { readonly cmd: string }): Promise<SimulatorAnswer> {
    const answer = await this.#send(command);
    if (!answer.ok) throw new Error(`the simulator refused ${JSON.stringify(command)}: ${answer.error ?? ''}`);
    return answer;
  }

  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#exited;
    // A phone that hangs must not stay behind and eat a core: it is killed, and the exit code (null) tells.
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#send({ cmd: 'stop' }).catch(() => this.#child.kill('SIGTERM'));
    const code = await this.#exited;
    clearTimeout(timer);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** One command at a time: answers carry no number. */
  #send(command: object): Promise<SimulatorAnswer> {
    const answer = this.#turn.then(async () => {
      this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error(`the simulator ended: ${this.#errors.text}`);
      return JSON.parse(value) as SimulatorAnswer;
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }
}
