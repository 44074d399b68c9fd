import { createServer, type Server, type Socket } from 'node:net';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { SocketWire, writeMuxPacket } from '../../engine/device/wire/index.ts';
import { dataAt, integerAt, type PlistDict, stringAt } from '../../engine/formats/plist/index.ts';
import type { PhoneEndpoint } from '../endpoint.ts';
import { SOCKET_BUFFER_BYTES } from '../lockdownd/server-tls.ts';
import { type AddressLayout, attachedMessage, type DeviceEntry, swapPort } from './device-entry.ts';
import { type LinkHub, PhoneLink } from './link.ts';
import { type ListenAddress, listenAt } from './listen-address.ts';
import { encodeOldResult, MUX_RESULT, readMuxRequest } from './packets.ts';
import type { PairRecordStore } from './pair-records.ts';

interface Client {
  readonly wire: SocketWire;
  readonly name: string;
  /** Events go out one after the other; a slow listener delays only itself. */
  queue: Promise<void>;
}

/** What becomes of a client connection after a request. */
type Next = 'more' | 'listen' | 'close' | 'handed-over';

/** A usbmuxd for simulated phones: its socket, its listeners, its pair records. Protocol: reference section 1. */
export class MuxDaemon implements LinkHub {
  readonly addressLayout: AddressLayout;
  readonly #records: PairRecordStore;
  readonly #links: PhoneLink[] = [];
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #listeners = new Set<Client>();
  readonly #closing = new AbortController();
  #lastDeviceId = 0;

  constructor(records: PairRecordStore, addressLayout: AddressLayout) {
    this.#records = records;
    this.addressLayout = addressLayout;
  }

  /** Returns the address in the form of USBMUXD_SOCKET_ADDRESS. */
  async listen(address: ListenAddress): Promise<string> {
    const server = createServer({ noDelay: true, highWaterMark: SOCKET_BUFFER_BYTES }, (socket) =>
      this.#accept(socket),
    );
    const bound = await listenAt(server, address);
    this.#servers.push(server);
    return bound;
  }

  plug(endpoint: PhoneEndpoint): PhoneLink {
    const link = new PhoneLink(endpoint, this);
    this.#links.push(link);
    return link;
  }

  nextDeviceId(): number {
    this.#lastDeviceId += 1;
    return this.#lastDeviceId;
  }

  announceAttached(entry: DeviceEntry): void {
    this.#broadcast(attachedMessage(entry));
  }

  announceDetached(deviceId: number): void {
    this.#broadcast({ MessageType: 'Detached', DeviceID: deviceId });
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the simulator is stopping'));
    for (const link of this.#links) link.close();
    for (const socket of this.#sockets) socket.destroy();
    // Closing a server on a unix path unlinks the path.
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Without a listener an error of a socket between two owners would end the process; the owners see it as a close.
    socket.on('error', () => undefined);
    void this.#serve(socket).catch(() => socket.destroy());
  }

  async #serve(socket: Socket): Promise<void> {
    const wire = this.#wireFor(socket);
    const options = { signal: this.#closing.signal };
    for (;;) {
      let request: Awaited<ReturnType<typeof readMuxRequest>>;
      try {
        request = await readMuxRequest(wire, options);
      } catch (error) {
        if (isBackstopError(error, 'device/connection-lost')) return wire.close();
        throw error;
      }
      if (request.kind === 'bad-length') return wire.destroy();
      if (request.kind === 'old-protocol') {
        await wire.write(encodeOldResult(request.tag, MUX_RESULT.badVersion));
        return wire.close();
      }
      if (request.kind === 'malformed') {
        await this.#result(wire, request.tag, MUX_RESULT.badCommand);
        continue;
      }
      const next = await this.#perform(wire, request.tag, request.body);
      if (next === 'handed-over') return;
      if (next === 'close') return wire.close();
      if (next === 'listen') return this.#keepListening(wire, request.body);
    }
  }

  /** Faults at "usbmuxd" are armed with a phone; the first phone that has some gives them. */
  #wireFor(socket: Socket): SocketWire {
    const armed = this.#links.find((link) => link.endpoint.faults.armedCount > 0);
    return armed === undefined
      ? new SocketWire(socket)
      : armed.endpoint.wireFor('usbmuxd', socket, 'usb', this.#closing.signal);
  }

  async #perform(wire: SocketWire, tag: number, body: PlistDict): Promise<Next> {
    switch (stringAt(body, 'MessageType')) {
      case 'ListDevices':
        await writeMuxPacket(wire, { DeviceList: this.#entries().map(attachedMessage) }, tag);
        return 'more';
      case 'Listen':
        await this.#result(wire, tag, MUX_RESULT.ok);
        return 'listen';
      case 'Connect':
        return this.#connect(wire, tag, body);
      case 'ReadBUID':
        await writeMuxPacket(wire, { BUID: this.#records.buid }, tag);
        return 'more';
      case 'ListListeners':
        await writeMuxPacket(wire, { ListenerList: [...this.#listeners].map(describeListener) }, tag);
        return 'more';
      case 'ReadPairRecord':
        return this.#readPairRecord(wire, tag, body);
      case 'SavePairRecord':
        return this.#savePairRecord(wire, tag, body);
      case 'DeletePairRecord':
        return this.#deletePairRecord(wire, tag, body);
      default:
        await this.#result(wire, tag, MUX_RESULT.badCommand);
        return 'more';
    }
  }

  async #connect(wire: SocketWire, tag: number, body: PlistDict): Promise<Next> {
    const deviceId = integerAt(body, 'DeviceID');
    const swapped = integerAt(body, 'PortNumber');
    if (deviceId === undefined || swapped === undefined || swapped < 0 || swapped > 0xffff) {
      await this.#result(wire, tag, MUX_RESULT.badCommand);
      return 'more';
    }
    const link = this.#links.find((candidate) => candidate.viaOf(deviceId) !== null);
    const via = link?.viaOf(deviceId) ?? null;
    if (link === undefined || via === null) {
      await this.#result(wire, tag, MUX_RESULT.badDevice);
      return 'more';
    }
    const taker = link.endpoint.claim(swapPort(swapped), via);
    if (typeof taker === 'number') {
      await this.#result(wire, tag, taker);
      return 'more';
    }
    await this.#result(wire, tag, MUX_RESULT.ok);
    link.hand(wire.detach(), via, taker);
    return 'handed-over';
  }

  async #readPairRecord(wire: SocketWire, tag: number, body: PlistDict): Promise<Next> {
    const id = stringAt(body, 'PairRecordID');
    const record = id === undefined ? undefined : this.#records.read(id);
    if (id === undefined) await this.#result(wire, tag, MUX_RESULT.invalidArgument);
    else if (record === undefined) await this.#result(wire, tag, MUX_RESULT.noEntry);
    else await writeMuxPacket(wire, { PairRecordData: record }, tag);
    return 'more';
  }

  async #savePairRecord(wire: SocketWire, tag: number, body: PlistDict): Promise<Next> {
    const id = stringAt(body, 'PairRecordID');
    const record = dataAt(body, 'PairRecordData');
    if (id === undefined || record === undefined || !this.#records.accepts(id)) {
      await this.#result(wire, tag, MUX_RESULT.invalidArgument);
      return 'more';
    }
    try {
      await this.#records.save(id, record);
    } catch {
      // The folder given with --pair-records is gone or full: the daemon says so with an errno.
      await this.#result(wire, tag, MUX_RESULT.io);
      return 'more';
    }
    await this.#result(wire, tag, MUX_RESULT.ok);
    const deviceId = integerAt(body, 'DeviceID');
    const known = this.#entries().some((entry) => entry.deviceId === deviceId && entry.udid === id);
    if (deviceId !== undefined && known) this.#broadcast({ MessageType: 'Paired', DeviceID: deviceId });
    return 'more';
  }

  async #deletePairRecord(wire: SocketWire, tag: number, body: PlistDict): Promise<Next> {
    const id = stringAt(body, 'PairRecordID');
    if (id === undefined) await this.#result(wire, tag, MUX_RESULT.invalidArgument);
    else await this.#result(wire, tag, (await this.#records.delete(id)) ? MUX_RESULT.ok : MUX_RESULT.noEntry);
    return 'more';
  }

  /** From Listen on the connection carries events only; a further command is a protocol error and ends it. */
  async #keepListening(wire: SocketWire, body: PlistDict): Promise<void> {
    const client: Client = { wire, name: stringAt(body, 'ProgName') ?? '', queue: Promise.resolve() };
    for (const entry of this.#entries()) this.#send(client, attachedMessage(entry));
    this.#listeners.add(client);
    try {
      await wire.atEnd({ signal: this.#closing.signal });
    } finally {
      this.#listeners.delete(client);
      wire.close();
    }
  }

  #broadcast(message: PlistDict): void {
    for (const client of this.#listeners) this.#send(client, message);
  }

  #send(client: Client, message: PlistDict): void {
    client.queue = client.queue.then(() => writeMuxPacket(client.wire, message, 0)).catch(() => client.wire.destroy());
  }

  #entries(): readonly DeviceEntry[] {
    return this.#links.flatMap((link) => link.entries());
  }

  async #result(wire: SocketWire, tag: number, number: number): Promise<void> {
    await writeMuxPacket(wire, { MessageType: 'Result', Number: number }, tag);
  }
}

function describeListener(client: Client): PlistDict {
  return { Blacklisted: false, BundleID: '', ConnType: 0, ProgName: client.name };
}
