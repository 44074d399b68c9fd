import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { schemesAreSettled } from './protocol.ts';
import { strict } from './strict.ts';

class Prevented {
  defaultPrevented = false;
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

/** An event that its hearers may refuse; says whether they did. */
export function ask(emitter: EventEmitter, name: string, facts: object = {}, ...rest: unknown[]): boolean {
  const event = Object.assign(new Prevented(), facts);
  emitter.emit(name, event, ...rest);
  return event.defaultPrevented;
}

/** Windows register here, so that `app` need not know them. */
export interface Closable {
  close(): void;
  readonly isGone: () => boolean;
}
export const openWindows = new Set<Closable>();

class App extends EventEmitter {
  readonly isPackaged = process.env['STANDIN_PACKAGED'] === '1';
  name = 'electron';
  /** For a test: what was set. */
  readonly told: { policy: string; loginItem: Electron.Settings | null; appUserModelId: string; isSandboxed: boolean } =
    {
      policy: 'regular',
      loginItem: null,
      appUserModelId: '',
      isSandboxed: false,
    };
  #isReady = false;
  #isQuitting = false;
  readonly #paths = new Map<string, string>();

  constructor() {
    super();
    // As Electron: ready comes after the main script has run.
    this.#whenReady = new Promise((resolve) =>
      setImmediate(() => {
        this.#isReady = true;
        schemesAreSettled();
        this.emit('ready');
        resolve();
      }),
    );
  }

  readonly #whenReady: Promise<void>;

  whenReady(): Promise<void> {
    return this.#whenReady;
  }
  isReady(): boolean {
    return this.#isReady;
  }
  setName(name: string): void {
    this.name = name;
  }
  getLocale(): string {
    return 'en-GB';
  }
  getVersion(): string {
    return '0.0.0';
  }
  getPath(name: string): string {
    return this.#paths.get(name) ?? join(process.env['HOME'] ?? '/', name);
  }
  setPath(name: string, path: string): void {
    if (this.#isReady && name === 'userData') throw new Error('electron stand-in: userData is set before ready');
    this.#paths.set(name, path);
  }
  setAppUserModelId(id: string): void {
    this.told.appUserModelId = id;
  }
  enableSandbox(): void {
    if (this.#isReady) throw new Error('electron stand-in: enableSandbox comes before ready');
    this.told.isSandboxed = true;
  }
  requestSingleInstanceLock(): boolean {
    return process.env['STANDIN_SECOND_INSTANCE'] !== '1';
  }
  setActivationPolicy(policy: 'regular' | 'accessory' | 'prohibited'): void {
    if (process.platform !== 'darwin') throw new Error('electron stand-in: setActivationPolicy is for macOS');
    this.told.policy = policy;
  }
  getLoginItemSettings(): { openAtLogin: boolean; wasOpenedAtLogin: boolean } {
    return { openAtLogin: this.told.loginItem?.openAtLogin ?? false, wasOpenedAtLogin: false };
  }
  setLoginItemSettings(settings: Electron.Settings): void {
    this.told.loginItem = settings;
  }
  /** `before-quit`, then every window may refuse, then the end. */
  quit(): void {
    if (this.#isQuitting) return;
    if (ask(this, 'before-quit')) return;
    for (const window of [...openWindows]) {
      window.close();
      if (!window.isGone()) return;
    }
    this.exit(0);
  }
  exit(code = 0): void {
    this.#isQuitting = true;
    this.emit('will-quit', new Prevented());
    this.emit('quit', new Prevented(), code);
    process.exit(code);
  }
}

const raw = new App();
export const app = strict('app', raw);
