import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createEngine } from '../../src/main/engine/api/index.ts';
import type { PhoneSpec } from '../../src/main/simulator/content/types.ts';
import type { JsonObject } from '../../src/main/simulator/json.ts';
import type { SimulatedPhone } from '../../src/main/simulator/phone.ts';
import { type Simulator, startSimulator } from '../../src/main/simulator/simulator.ts';
import type { Engine, PhoneAtRisk } from '../../src/shared/contract/index.ts';

export interface PhotoTruth {
  readonly relativePath: string;
  readonly kind: 'photo' | 'video';
  readonly filename: string;
  readonly trashed: boolean;
  readonly inCloudOnly: boolean;
  readonly shared: boolean;
  readonly edited: boolean;
  readonly live: boolean;
}

export interface FileTruth {
  readonly domain: string;
  readonly relativePath: string;
  readonly size: number;
  readonly sha256: string;
}

/** One simulated phone that trusts this computer, and an engine with a home and a vault of its own. */
export class PhoneWorld implements AsyncDisposable {
  readonly dir: string;
  engine: Engine;
  readonly vault: string;
  readonly simulator: Simulator;

  static async start(spec: PhoneSpec) {
    const dir = mkdtempSync(join(tmpdir(), 'backstop-phone-'));
    const simulator = await startSimulator({ listen: [{ kind: 'unix', path: join(dir, 'mux') }], phones: [{ spec }] });
    const world = new PhoneWorld(dir, simulator);
    await world.engine.pair({ udid: null });
    return world;
  }

  private constructor(dir: string, simulator: Simulator) {
    this.dir = dir;
    this.simulator = simulator;
    this.vault = join(dir, 'vault');
    this.engine = this.#newEngine();
  }

  /** As after a restart of the computer: what was only in memory is gone. */
  restartEngine(): void {
    this.engine = this.#newEngine();
  }

  #newEngine(): Engine {
    return createEngine({ home: join(this.dir, 'home'), env: { USBMUXD_SOCKET_ADDRESS: this.simulator.address } });
  }

  get phone(): SimulatedPhone {
    const [phone] = this.simulator.phones;
    if (phone === undefined) throw new Error('no phone');
    return phone;
  }

  async command(command: JsonObject): Promise<JsonObject> {
    const answer = await this.simulator.command(command);
    if (answer['ok'] !== true) throw new Error(String(answer['error']));
    return answer;
  }

  async atRisk(password: string | null = null): Promise<PhoneAtRisk> {
    const { phones } = await this.engine.atRisk({ udid: null, vault: this.vault, askPassword: async () => password });
    const [only, another] = phones;
    if (only === undefined || another !== undefined) throw new Error(`${phones.length} phones`);
    return only;
  }

  backUp(password: string | null) {
    const request = { udid: null, vault: this.vault, full: false, verify: 'quick', askPassword: async () => password };
    return this.engine.backup({ ...request, unencrypted: password === null } as Parameters<Engine['backup']>[0]);
  }

  async truth(): Promise<{ readonly photos: readonly PhotoTruth[]; readonly files: readonly FileTruth[] }> {
    const file = join(this.dir, 'truth.json');
    await this.phone.content.writeTruth(file);
    const { files, items } = JSON.parse(await readFile(file, 'utf8'));
    return { photos: items.photos, files };
  }

  /** What a rescue has to bring, by path below the media folder. */
  async mediaTruth(): Promise<Map<string, FileTruth>> {
    const { files } = await this.truth();
    const media = files.filter(({ domain, relativePath }) => domain === 'CameraRollDomain' && ROOTS.test(relativePath));
    return new Map(media.map((file) => [file.relativePath.slice('Media/'.length), file]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const ROOTS = /^Media\/(DCIM|PhotoData\/(CPLAssets|Mutations|PhotoCloudSharingData))\//;

/** Files of a folder by their paths, with the SHA-256 of their bytes; Backstop's own are left out. */
export function filesIn(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    if (!entry.isFile() || path.startsWith('.backstop-rescue') || OWN.has(path)) continue;
    found.set(
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    );
  }
  return found;
}

const OWN = new Set(['SHA256SUMS', 'Only in iCloud.txt']);
