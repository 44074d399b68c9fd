import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Starts the second simulated iPhone (see other_phone.py) in a process of its own. */

/** The system's own, where Debian's packages are; a Python beside it may lack them. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

const SCRIPT = join(import.meta.dirname, 'other_phone.py');

/** Why it cannot run here, or null. */
export function whyNoOtherPhone(): string | null {
  const check = spawnSync(PYTHON, ['-c', 'import cryptography']);
  if (check.error !== undefined) return 'python3 is missing';
  return check.status === 0 ? null : 'python3-cryptography is missing';
}

/** biome-ignore lint/suspicious/noExplicitAny: lines have many shapes */
export type PhoneLine = Readonly<Record<string, any>>;

export interface OtherPhoneOptions {
  readonly dir: string;
  readonly files?: number;
  readonly seed?: number;
  readonly password?: string;
}

export class OtherPhone implements AsyncDisposable {
  readonly address: string;
  readonly udid: string;
  /** Everything it said, in order. */
  readonly said: PhoneLine[];
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #next: () => Promise<PhoneLine>;

  private constructor(
    child: ChildProcess,
    dir: string,
    ready: PhoneLine,
    said: PhoneLine[],
    next: () => Promise<PhoneLine>,
  ) {
    this.#child = child;
    this.#dir = dir;
    this.#next = next;
    this.address = String(ready['address']);
    this.udid = String(ready['udid']);
    this.said = said;
  }

  static async start({ dir, files = 120, seed = 1, password }: OtherPhoneOptions): Promise<OtherPhone> {
    const args = [SCRIPT, '--socket', join(dir, 'mux.sock'), '--dir', join(dir, 'phone')];
    args.push('--files', String(files), '--seed', String(seed));
    if (password !== undefined) args.push('--password', 'OTHER_PHONE_PASSWORD');
    const child = spawn(PYTHON, args, {
      env: { ...process.env, OTHER_PHONE_PASSWORD: password },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const said: PhoneLine[] = [];
    const answers: PhoneLine[] = [];
    let wake = (): void => {};
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as PhoneLine;
      if (line['type'] === 'answer' || line['type'] === 'ready') answers.push(line);
      else said.push(line);
      wake();
    });
    const next = async (): Promise<PhoneLine> => {
      for (;;) {
        const answer = answers.shift();
        if (answer !== undefined) return answer;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    return new OtherPhone(child, dir, await next(), said, next);
  }

  /** Takes effect with the next connection or message. */
  setFault(fault: Readonly<Record<string, unknown>>): void {
    writeFileSync(join(this.#dir, 'phone', 'fault.json'), JSON.stringify(fault));
  }

  async command(command: Readonly<Record<string, unknown>>): Promise<PhoneLine> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    return this.#next();
  }

  /** File id → SHA-256 of what is on the phone. */
  async truth(): Promise<ReadonlyMap<string, string>> {
    return new Map(Object.entries((await this.command({ cmd: 'truth' }))['truth'] as Record<string, string>));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end(`${JSON.stringify({ cmd: 'stop' })}\n`);
    await exited;
  }
}
