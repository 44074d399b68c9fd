import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { strict } from './strict.ts';

const port = new URL('./parent-port.ts', import.meta.url).href;

class Utility extends EventEmitter {
  readonly child: ChildProcess;
  /** For a test: what it was started with. */
  readonly options: Electron.ForkOptions;
  readonly #early: unknown[] = [];
  #hasSpawned = false;

  constructor(path: string, args: readonly string[], options: Electron.ForkOptions) {
    super();
    this.options = options;
    this.child = fork(process.env['STANDIN_ENGINE'] ?? path, [...args], {
      execArgv: ['--import', port],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      ...(options.env === undefined ? {} : { env: options.env as NodeJS.ProcessEnv }),
    });
    this.child.on('spawn', () => {
      this.#hasSpawned = true;
      this.emit('spawn');
      for (const message of this.#early.splice(0)) this.postMessage(message);
    });
    this.child.on('message', (message) => this.emit('message', message));
    this.child.on('exit', (code) => this.emit('exit', code ?? 1));
  }
  get pid(): number | undefined {
    return this.child.pid;
  }
  postMessage(message: unknown): void {
    if (!this.#hasSpawned) this.#early.push(message);
    else if (this.child.connected) this.child.send(message as object, () => undefined);
  }
  kill(): boolean {
    return this.child.kill('SIGKILL');
  }
}

const all: Utility[] = [];
export const utilityProcess = strict('utilityProcess', {
  /** All that were ever started, the newest last. */
  all,
  fork(path: string, args: readonly string[] = [], options: Electron.ForkOptions = {}) {
    const one = new Utility(path, args, options);
    all.push(one);
    return strict('UtilityProcess', one);
  },
});
