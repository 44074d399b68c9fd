import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackstopError } from '../../../../shared/errors/index.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { type MuxEndpoint, parseMuxAddress } from '../../device/index.ts';

/** Enough to look like a phone. */
const PHONE = { seed: 20_261_123, files: 600, bytes: 60e6, name: 'Demo iPhone', locale: 'en' } as const;
/** As over an old cable, so that somebody sees what happens: about twelve seconds for a first backup. */
const PACE = { bytesPerSecond: 5_500_000, batchFiles: 24, batchBytes: 2 * 1024 * 1024 } as const;
const PASSCODE_MS = 3_000;

const CHANGE = { delete: { photos: 6 }, add: { photos: 9, messages: 24 }, edit: { notes: 1 } } as const;

export interface RunningDemo {
  readonly udid: string;
  readonly endpoint: MuxEndpoint;
}

/**
 * A simulated phone for whoever has none at hand: behind a socket of its own, spoken to like any other. It holds the
 * same things each time it is started, and remembers whom it trusts.
 */
export class DemoPhone {
  readonly #folder: string;
  readonly #isPaced: boolean;
  #running: Promise<{
    readonly simulator: Simulator;
    readonly socketFolder: string;
    readonly demo: RunningDemo;
  }> | null = null;

  /** `isPaced` false: as fast as it goes, for tests. */
  constructor(home: string, isPaced: boolean) {
    this.#folder = join(home, 'demo-phone');
    this.#isPaced = isPaced;
  }

  /** The same one for whoever asks while it runs. */
  async start(): Promise<RunningDemo> {
    if (this.#running === null) {
      const starting = this.#start();
      this.#running = starting;
      starting.catch(() => {
        if (this.#running === starting) this.#running = null;
      });
    }
    return (await this.#running).demo;
  }

  /** Null: it was not running. */
  async stop(): Promise<RunningDemo | null> {
    const running = this.#running;
    this.#running = null;
    if (running === null) return null;
    const { simulator, socketFolder, demo } = await running;
    await simulator.close();
    await rm(socketFolder, { recursive: true, force: true });
    return demo;
  }

  /** Throws `device/not-found` when it does not run. */
  async change(): Promise<void> {
    if (this.#running === null) throw new BackstopError('device/not-found', { data: { udid: null, connected: [] } });
    const { simulator } = await this.#running;
    const done = await simulator.command({ cmd: 'mutate', ...CHANGE });
    if (done['ok'] !== true) throw new BackstopError('internal/bug', { data: { detail: String(done['error']) } });
  }

  async #start() {
    // Loaded here only: no real phone has a use for a simulated one.
    const { startSimulator } = await import('../../../simulator/simulator.ts');
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // What a run that was killed had begun to make; whom the phone trusts lies beside it, and stays.
    await rm(join(this.#folder, `phone-${PHONE.seed}`, 'content'), { recursive: true, force: true });
    const present = await this.#present();
    // Left by an engine that was killed: its databases are made anew. Whom the phone trusts lies beside them and stays.
    await rm(join(this.#folder, `phone-${PHONE.seed}`, 'content'), { recursive: true, force: true });
    // The name of a socket must be short, wherever Backstop's own folder is.
    const socketFolder = await mkdtemp(join(tmpdir(), 'backstop-demo-'));
    try {
      const simulator = await startSimulator({
        listen: [
          process.platform === 'win32'
            ? { kind: 'tcp', host: '127.0.0.1', port: 0 }
            : { kind: 'unix', path: join(socketFolder, 'phone.sock') },
        ],
        phones: [
          { spec: { ...PHONE, present }, ...(this.#isPaced ? { state: { passcodeDelayMs: PASSCODE_MS } } : {}) },
        ],
        scratchDir: this.#folder,
        ...(this.#isPaced ? { pace: PACE } : {}),
      });
      const [phone] = simulator.phones;
      const udid = phone?.identity.udid ?? '';
      return { simulator, socketFolder, demo: { udid, endpoint: parseMuxAddress(simulator.address) } };
    } catch (error) {
      await rm(socketFolder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The day of its first start: its photos and messages are of the months before, and stay the same from then on. */
  async #present(): Promise<number> {
    const file = join(this.#folder, 'present');
    const known = Number(await readFile(file, 'utf8').catch(() => ''));
    if (Number.isSafeInteger(known) && known > 1_700_000_000) return known;
    const now = Math.floor(Date.now() / 1000);
    await writeFile(file, String(now), { mode: 0o600 });
    return now;
  }
}
