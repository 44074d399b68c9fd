import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PhoneContent, PhoneIdentity, PhoneSpec } from './content/types.ts';
import { parseCommand, type SimulatorCommand } from './control/commands.ts';
import { performOnPhone } from './control/perform.ts';
import { type ScenarioStep, waitForStep } from './control/scenario.ts';
import { PhoneEndpoint } from './endpoint.ts';
import type { JsonObject } from './json.ts';
import { loadPhoneKey } from './lockdownd/phone-key.ts';
import { TrustedHosts } from './lockdownd/trusted-hosts.ts';
import { makeBackupService, makeContent } from './parts.ts';
import { type PhoneState, SimulatedPhone } from './phone.ts';
import { createStandardServices } from './services/index.ts';
import type { PhoneService } from './services/types.ts';
import { MuxDaemon } from './usbmuxd/daemon.ts';
import type { AddressLayout } from './usbmuxd/device-entry.ts';
import type { ListenAddress } from './usbmuxd/listen-address.ts';
import { PairRecordStore } from './usbmuxd/pair-records.ts';

export interface SimulatorOptions {
  /** Where the usbmuxd of the phones listens; the first address is the one that is reported. */
  readonly listen: readonly ListenAddress[];
  readonly phones: readonly PhoneOptions[];
  /** Rounds of the backup password's derivation. Apple's phones use 10,000,000; the default of 1000 is for tests. */
  readonly kdfIterations?: number;
  /** How the phones go about a backup: their pace, and how much they send at once. */
  readonly pace?: { readonly bytesPerSecond: number; readonly batchFiles: number; readonly batchBytes: number };
  /** Kept when given, with the phones' keys and pairings; otherwise a temporary folder that is removed at the end. */
  readonly scratchDir?: string;
  /** Keeps the host's pair records here, laid out like /var/lib/lockdown; otherwise in memory. */
  readonly pairRecordsDir?: string;
  readonly addressLayout?: AddressLayout;
  readonly scenario?: readonly ScenarioStep[];
  /** For tests of the transport: other content than the generator's. */
  readonly makeContent?: (spec: PhoneSpec, places: { readonly scratchDir: string }) => Promise<PhoneContent>;
  /** For tests: further services, for example a stand-in for mobilebackup2. */
  readonly extraServices?: (phone: SimulatedPhone) => readonly PhoneService[];
}

export interface PhoneOptions {
  readonly spec: PhoneSpec;
  readonly state?: Partial<PhoneState>;
  readonly identity?: Partial<PhoneIdentity>;
  /** Default: the cable only. */
  readonly attach?: readonly ('usb' | 'wifi')[];
}

/** Running simulated phones and the daemon in front of them. */
export class Simulator implements AsyncDisposable {
  /** In the form that USBMUXD_SOCKET_ADDRESS takes for real clients: `UNIX:/path` or `127.0.0.1:port`. */
  readonly address: string;
  readonly addresses: readonly string[];
  readonly #daemon: MuxDaemon;
  readonly #endpoints: readonly PhoneEndpoint[];
  readonly #cleanUp: () => Promise<void>;
  #waiting: (() => void)[] = [];
  #closed: Promise<void> | null = null;

  /** Use `startSimulator`. */
  constructor(
    addresses: readonly string[],
    daemon: MuxDaemon,
    endpoints: readonly PhoneEndpoint[],
    cleanUp: () => Promise<void>,
  ) {
    this.address = addresses[0] ?? '';
    this.addresses = addresses;
    this.#daemon = daemon;
    this.#endpoints = endpoints;
    this.#cleanUp = cleanUp;
  }

  get phones(): readonly SimulatedPhone[] {
    return this.#endpoints.map((endpoint) => endpoint.phone);
  }

  /** Does a command as the process does it; never throws for a command that cannot be done. */
  async command(command: JsonObject): Promise<JsonObject> {
    try {
      return { ok: true, ...(await this.perform(parseCommand(command))) };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Throws an Error with a sentence for a command that cannot be done. */
  async perform(command: SimulatorCommand): Promise<JsonObject> {
    if (command.cmd === 'stop') {
      await this.close();
      return {};
    }
    if (command.cmd === 'report' && command.udid === undefined) {
      return { phones: this.#endpoints.map((endpoint) => endpoint.report()) };
    }
    const endpoint = this.#endpointOf(command);
    const result = await performOnPhone(command, endpoint);
    return command.cmd === 'report' ? { phones: [result] } : result;
  }

  runScenario(steps: readonly ScenarioStep[]): Promise<void> {
    const now = steps.filter((step) => step.after === null);
    for (const step of steps) {
      if (step.after === null || step.command.cmd === 'stop') continue;
      const { phone } = this.#endpointOf(step.command);
      this.#waiting.push(waitForStep(step, phone, () => void this.#performLate(step, phone)));
    }
    return now.reduce(
      (before, step) => before.then(() => this.perform(step.command)).then(() => undefined),
      Promise.resolve(),
    );
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    for (const stop of this.#waiting) stop();
    this.#waiting = [];
    await this.#daemon.close();
    await this.#cleanUp();
  }

  async #performLate(step: ScenarioStep, phone: SimulatedPhone): Promise<void> {
    try {
      await this.perform(step.command);
    } catch (error) {
      phone.events.record('scenario.step-failed', { cmd: step.command.cmd, reason: String(error) });
    }
  }

  #endpointOf(command: Exclude<SimulatorCommand, { cmd: 'stop' }>): PhoneEndpoint {
    const [first] = this.#endpoints;
    if (first === undefined) throw new Error('there is no phone');
    if (command.udid === undefined) {
      if (this.#endpoints.length > 1) throw new Error('there are several phones: the command needs a "udid"');
      return first;
    }
    const endpoint = this.#endpoints.find(({ phone }) => phone.identity.udid === command.udid);
    if (endpoint === undefined) throw new Error(`there is no phone ${command.udid}`);
    return endpoint;
  }
}

/** Makes the phones, plugs them in and listens. What was begun is undone when a part of it fails. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const temporary = options.scratchDir === undefined;
  const scratchDir = options.scratchDir ?? (await mkdtemp(join(tmpdir(), 'backstop-phone-')));
  const contents: PhoneContent[] = [];
  let daemon: MuxDaemon | null = null;
  const cleanUp = async (): Promise<void> => {
    for (const content of contents) await content[Symbol.asyncDispose]();
    if (temporary) await rm(scratchDir, { recursive: true, force: true });
  };
  try {
    const records = await PairRecordStore.open(options.pairRecordsDir ?? null);
    daemon = new MuxDaemon(records, options.addressLayout ?? 'bsd');
    const endpoints: PhoneEndpoint[] = [];
    for (const phone of options.phones) endpoints.push(await makePhone(phone, options, scratchDir, contents));
    const addresses: string[] = [];
    for (const address of options.listen) addresses.push(await daemon.listen(address));
    for (const [index, endpoint] of endpoints.entries()) {
      const link = daemon.plug(endpoint);
      for (const via of options.phones[index]?.attach ?? ['usb']) await link.attach(via);
    }
    const simulator = new Simulator(addresses, daemon, endpoints, cleanUp);
    await simulator.runScenario(options.scenario ?? []);
    return simulator;
  } catch (error) {
    await daemon?.close();
    await cleanUp();
    throw error;
  }
}

async function makePhone(
  phone: PhoneOptions,
  options: SimulatorOptions,
  scratchDir: string,
  contents: PhoneContent[],
): Promise<PhoneEndpoint> {
  const ownDir = join(scratchDir, `phone-${phone.spec.seed}`);
  await mkdir(ownDir, { recursive: true });
  const keyFile = join(ownDir, 'phone-key.pem');
  const make = options.makeContent ?? makeContent;
  const [key, content] = await Promise.all([
    loadPhoneKey(keyFile),
    make(phone.spec, { scratchDir: join(ownDir, 'content') }),
  ]);
  contents.push(content);
  const simulated = new SimulatedPhone({
    content,
    scratchDir: ownDir,
    ...(phone.state === undefined ? {} : { state: phone.state }),
    ...(phone.identity === undefined ? {} : { identity: phone.identity }),
  });
  const services = [...createStandardServices(simulated), ...(options.extraServices?.(simulated) ?? [])];
  services.push(makeBackupService({ ...options.pace, kdfIterations: options.kdfIterations ?? 1000 }));
  return new PhoneEndpoint(simulated, key, await TrustedHosts.open(join(ownDir, 'trusted-hosts.plist')), services);
}
