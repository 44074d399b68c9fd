import type { Socket } from 'node:net';
import { isBackstopError } from '../../shared/errors/index.ts';
import { SocketWire } from '../engine/device/wire/index.ts';
import { scaledMs } from '../engine/platform/index.ts';
import { FaultyWire, type LengthField } from './fault-injection/faulty-wire.ts';
import { TransportFaults } from './fault-injection/transport-faults.ts';
import type { FaultRequest } from './faults.ts';
import type { JsonObject } from './json.ts';
import { LockdownConnection } from './lockdownd/connection.ts';
import type { PhoneKey } from './lockdownd/phone-key.ts';
import { PhoneTls } from './lockdownd/server-tls.ts';
import type { TrustedHost, TrustedHosts } from './lockdownd/trusted-hosts.ts';
import type { SimulatedPhone } from './phone.ts';
import type { PhoneService, Via } from './services/types.ts';

export const LOCKDOWN_PORT = 62_078;
/** The port that StartService answers with is good for one connection within this time. */
const SERVICE_PORT_MS = 30_000;
/** Where iOS, like everybody, hands out ports from. */
const FIRST_SERVICE_PORT = 49_152;

/** Takes over a connection. Never throws and never rejects. */
export type ConnectionTaker = (socket: Socket, signal: AbortSignal) => Promise<void>;

/** A service that was started and waits for its one connection. */
export interface StartedService {
  readonly service: PhoneService;
  readonly host: TrustedHost | null;
  readonly escrowed: boolean;
  readonly via: Via;
}

/** Opens real TCP ports for hosts that go straight to the phone's address on Wi-Fi. */
export interface WifiPorts {
  /** A port of the phone's address that gives its first connection to `taker`; `close` gives it back unused. */
  open(taker: ConnectionTaker): Promise<{ readonly port: number; close(): void }>;
}

interface OpenPort {
  readonly started: StartedService;
  close(): void;
}

/** What is behind a phone's ports: lockdownd, and the services that it started. */
export class PhoneEndpoint {
  readonly phone: SimulatedPhone;
  readonly key: PhoneKey;
  readonly hosts: TrustedHosts;
  readonly tls: PhoneTls;
  readonly faults = new TransportFaults();
  readonly #services: ReadonlyMap<string, PhoneService>;
  readonly #ports = new Map<number, OpenPort>();
  #nextPort = FIRST_SERVICE_PORT;
  wifi: WifiPorts | null = null;

  constructor(phone: SimulatedPhone, key: PhoneKey, hosts: TrustedHosts, services: readonly PhoneService[]) {
    this.phone = phone;
    this.key = key;
    this.hosts = hosts;
    this.tls = new PhoneTls(key.privateKey);
    this.#services = new Map(services.map((service) => [service.name, service]));
  }

  service(name: string): PhoneService | undefined {
    return this.#services.get(name);
  }

  /** Arms a fault here or in the first service that knows it; throws an Error with a sentence when nobody does. */
  armFault(fault: FaultRequest): void {
    if (this.faults.arm(fault)) return;
    for (const service of this.#services.values()) if (service.armFault?.(fault) === true) return;
    throw new Error(`there is no fault of kind "${fault.kind}" at ${JSON.stringify(fault.at)}`);
  }

  clearFaults(): void {
    this.faults.clear();
    for (const service of this.#services.values()) service.clearFaults?.();
  }

  report(): JsonObject {
    const services: Record<string, JsonObject> = {};
    for (const service of this.#services.values()) {
      const part = service.report?.();
      if (part !== undefined) services[service.name] = part;
    }
    return { ...this.phone.report(), trustedHosts: this.hosts.count, armedFaults: this.faults.armedCount, services };
  }

  /** Starts a service: a port for one connection. Over Wi-Fi it is a real TCP port as well. */
  async openPort(started: StartedService): Promise<number> {
    const taker: ConnectionTaker = (socket, signal) => {
      this.#forget(port);
      return this.#serve(started, socket, signal);
    };
    const real = started.via === 'wifi' && this.wifi !== null ? await this.wifi.open(taker) : null;
    const port = real?.port ?? this.#freePort();
    const timer = setTimeout(() => this.#forget(port), scaledMs(SERVICE_PORT_MS));
    timer.unref();
    this.#ports.set(port, {
      started,
      close: () => {
        clearTimeout(timer);
        real?.close();
      },
    });
    this.phone.events.record('lockdown.service-started', { service: started.service.name, via: started.via });
    return port;
  }

  /** Who answers at a port: a taker, or the usbmuxd result of the refusal. A service port is used up by asking. */
  claim(port: number, via: Via): ConnectionTaker | number {
    if (port === LOCKDOWN_PORT) {
      return this.faults.refusal('lockdownd') ?? ((socket, signal) => this.#lockdown(socket, via, signal));
    }
    const open = this.#ports.get(port);
    if (open === undefined) return 3;
    this.#forget(port);
    return (
      this.faults.refusal(open.started.service.name) ?? ((socket, signal) => this.#serve(open.started, socket, signal))
    );
  }

  /** A wire on which this service's armed faults happen. Each call is one occasion for them. */
  wireFor(service: string, socket: Socket, via: Via, signal: AbortSignal, raw: Socket = socket): SocketWire {
    const faults = this.faults.forConnection(service);
    if (faults.length === 0) return new SocketWire(socket);
    return new FaultyWire(socket, faults, {
      signal,
      lengthField: lengthFieldOf(service),
      record: (event, data) => this.phone.events.record(event, { ...data, service }),
      cut: (how) => {
        if (how === 'reset' && raw.remoteAddress !== undefined) raw.resetAndDestroy();
        raw.destroy();
        socket.destroy();
      },
      detach: (reattachAfterMs) => this.#detach(via, reattachAfterMs),
    });
  }

  close(): void {
    for (const port of [...this.#ports.keys()]) this.#forget(port);
  }

  async #lockdown(socket: Socket, via: Via, signal: AbortSignal): Promise<void> {
    try {
      await new LockdownConnection(this, socket, via, signal).run();
      socket.end();
    } catch (error) {
      this.#recordEnd('lockdownd', error, signal);
      socket.destroy();
    }
  }

  async #serve(started: StartedService, socket: Socket, signal: AbortSignal): Promise<void> {
    const { service, host, escrowed, via } = started;
    const { events } = this.phone;
    try {
      const channel =
        host === null ? socket : await this.tls.accept(socket, host, this.faults.forHandshake(service.name), signal);
      const wire = this.wireFor(service.name, channel, via, signal, socket);
      events.record('service.connected', { service: service.name, via });
      await service.serve(
        { service: service.name, wire, signal, via, hostId: host?.hostId ?? null, escrowed },
        this.phone,
      );
      wire.close();
      events.record('service.closed', { service: service.name });
    } catch (error) {
      this.#recordEnd(service.name, error, signal);
      socket.destroy();
    }
  }

  /** A host that goes away is normal; everything else is for whoever reads the report. */
  #recordEnd(service: string, error: unknown, signal: AbortSignal): void {
    const lost = signal.aborted || isBackstopError(error, 'device/connection-lost');
    this.phone.events.record(lost ? 'service.lost' : 'service.failed', { service, reason: String(error) });
  }

  #detach(via: Via, reattachAfterMs: number | null): void {
    const { transport } = this.phone;
    if (transport === null) return;
    transport.detach(via);
    if (reattachAfterMs !== null) setTimeout(() => void transport.attach(via), reattachAfterMs).unref();
  }

  #freePort(): number {
    do {
      this.#nextPort = this.#nextPort >= 65_535 ? FIRST_SERVICE_PORT : this.#nextPort + 1;
    } while (this.#nextPort === LOCKDOWN_PORT || this.#ports.has(this.#nextPort));
    return this.#nextPort;
  }

  #forget(port: number): void {
    this.#ports.get(port)?.close();
    this.#ports.delete(port);
  }
}

function lengthFieldOf(service: string): LengthField {
  if (service === 'usbmuxd') return 'le32-at-0';
  return service === 'com.apple.afc' ? 'le64-at-8' : 'be32-at-0';
}
