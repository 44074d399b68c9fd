import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { ConnectionTaker, PhoneEndpoint, WifiPorts } from '../endpoint.ts';
import { LOCKDOWN_PORT } from '../endpoint.ts';
import { SOCKET_BUFFER_BYTES } from '../lockdownd/server-tls.ts';
import { bonjourName } from '../lockdownd/values.ts';
import type { PhoneTransport } from '../phone.ts';
import type { Via } from '../services/types.ts';
import type { AddressLayout, DeviceEntry } from './device-entry.ts';

/** What the daemon gives a link: numbers, and a way to tell the listeners. */
export interface LinkHub {
  nextDeviceId(): number;
  announceAttached(entry: DeviceEntry): void;
  announceDetached(deviceId: number): void;
  readonly addressLayout: AddressLayout;
}

interface Attachment {
  readonly entry: DeviceEntry;
  readonly controller: AbortController;
  readonly sockets: Set<Socket>;
  readonly wifi: WifiInterface | null;
}

/** The cable and the Wi-Fi between one phone and the daemon. */
export class PhoneLink implements PhoneTransport {
  readonly endpoint: PhoneEndpoint;
  readonly #hub: LinkHub;
  readonly #attachments = new Map<Via, Attachment>();
  #attaching = Promise.resolve();

  constructor(endpoint: PhoneEndpoint, hub: LinkHub) {
    this.endpoint = endpoint;
    this.#hub = hub;
    endpoint.phone.transport = this;
  }

  attached(): readonly Via[] {
    return [...this.#attachments.keys()];
  }

  entries(): readonly DeviceEntry[] {
    return [...this.#attachments.values()].map((attachment) => attachment.entry);
  }

  attach(via: Via): Promise<void> {
    const done = this.#attaching.then(() => this.#attach(via));
    this.#attaching = done.catch(() => undefined);
    return done;
  }

  async #attach(via: Via): Promise<void> {
    if (this.#attachments.has(via)) return;
    const { phone } = this.endpoint;
    const controller = new AbortController();
    const deviceId = this.#hub.nextDeviceId();
    const { udid, wifiAddress } = phone.identity;
    const sockets = new Set<Socket>();
    let wifi: WifiInterface | null = null;
    if (via === 'wifi') {
      wifi = await WifiInterface.open(udid, (socket) => this.#wifiLockdown(socket));
      phone.state.wifiConnectionsEnabled = true;
      this.endpoint.wifi = { open: (taker) => this.#wifiPort(taker) };
    }
    const entry: DeviceEntry = {
      deviceId,
      udid,
      connection:
        wifi === null
          ? { kind: 'usb', locationId: 0x14_00_00 + deviceId }
          : {
              kind: 'network',
              address: wifi.address,
              serviceName: bonjourName(wifiAddress),
              layout: this.#hub.addressLayout,
            },
    };
    this.#attachments.set(via, { entry, controller, sockets, wifi });
    phone.events.record('phone.attached', { via, deviceId });
    this.#hub.announceAttached(entry);
  }

  detach(via: Via): void {
    const attachment = this.#attachments.get(via);
    if (attachment === undefined) return;
    this.#attachments.delete(via);
    if (via === 'wifi') this.endpoint.wifi = null;
    attachment.wifi?.close();
    attachment.controller.abort(new Error('the phone was detached'));
    for (const socket of attachment.sockets) socket.destroy();
    this.endpoint.phone.events.record('phone.detached', { via, deviceId: attachment.entry.deviceId });
    this.#hub.announceDetached(attachment.entry.deviceId);
  }

  dropConnections(via: Via): void {
    for (const socket of this.#attachments.get(via)?.sockets ?? []) socket.destroy();
  }

  /** The transport that has this device number now. */
  viaOf(deviceId: number): Via | null {
    for (const [via, { entry }] of this.#attachments) if (entry.deviceId === deviceId) return via;
    return null;
  }

  /** Gives a connected socket to whoever answers; it is cut when the transport goes. */
  hand(socket: Socket, via: Via, taker: ConnectionTaker): void {
    const attachment = this.#attachments.get(via);
    if (attachment === undefined) {
      socket.destroy();
      return;
    }
    attachment.sockets.add(socket);
    socket.once('close', () => attachment.sockets.delete(socket));
    socket.setNoDelay(true);
    // A taker never rejects: its errors are in the event log.
    void taker(socket, attachment.controller.signal);
  }

  close(): void {
    for (const via of [...this.#attachments.keys()]) this.detach(via);
    this.endpoint.close();
  }

  #wifiLockdown(socket: Socket): void {
    const taker = this.endpoint.claim(LOCKDOWN_PORT, 'wifi');
    if (typeof taker === 'number') socket.destroy();
    else this.hand(socket, 'wifi', taker);
  }

  async #wifiPort(taker: ConnectionTaker): ReturnType<WifiPorts['open']> {
    const wifi = this.#attachments.get('wifi')?.wifi;
    if (wifi == null) throw new Error('the phone is not on Wi-Fi');
    return wifi.openPort((socket) => this.hand(socket, 'wifi', taker));
  }
}

/** How many loopback addresses are tried before Wi-Fi is given up. */
const ADDRESS_TRIES = 16;

/**
 * The phone's address on "Wi-Fi": one of the loopback addresses 127.x.y.z, so that several phones can all have the
 * real lockdown port. Linux has them all; where only 127.0.0.1 exists, one phone can be on Wi-Fi.
 */
class WifiInterface {
  readonly address: string;
  readonly #servers = new Set<Server>();

  private constructor(address: string) {
    this.address = address;
  }

  static async open(udid: string, onLockdown: (socket: Socket) => void): Promise<WifiInterface> {
    let failure: unknown;
    for (const address of candidateAddresses(udid)) {
      const wifi = new WifiInterface(address);
      try {
        await wifi.#listen(LOCKDOWN_PORT, onLockdown);
        return wifi;
      } catch (error) {
        failure = error;
      }
    }
    throw new Error('no loopback address is free for the phone on Wi-Fi', { cause: failure });
  }

  async openPort(onSocket: (socket: Socket) => void): Promise<{ port: number; close(): void }> {
    let used = false;
    const server = await this.#listen(0, (socket) => {
      close();
      if (used) {
        socket.destroy();
        return;
      }
      used = true;
      onSocket(socket);
    });
    const close = (): void => {
      server.close();
      this.#servers.delete(server);
    };
    const bound = server.address();
    return { port: typeof bound === 'object' && bound !== null ? bound.port : 0, close };
  }

  close(): void {
    for (const server of this.#servers) server.close();
    this.#servers.clear();
  }

  #listen(port: number, onSocket: (socket: Socket) => void): Promise<Server> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, highWaterMark: SOCKET_BUFFER_BYTES }, onSocket);
      server.once('error', reject);
      server.listen({ host: this.address, port, exclusive: true }, () => {
        this.#servers.add(server);
        resolve(server);
      });
    });
  }
}

function* candidateAddresses(udid: string): Generator<string> {
  if (process.platform === 'linux') {
    const digest = createHash('sha256').update(udid).digest();
    for (let at = 0; at < ADDRESS_TRIES; at += 1) {
      const [x = 0, y = 0] = [digest[at], digest[at + ADDRESS_TRIES - 1]];
      yield `127.${64 + (x % 64)}.${y}.${1 + ((x + at) % 250)}`;
    }
  }
  yield '127.0.0.1';
}
