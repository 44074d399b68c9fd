import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  dataAt,
  dictAt,
  encodePlist,
  integerAt,
  isPlistDict,
  type PlistDict,
  type PlistValue,
  stringAt,
} from '../../formats/plist/index.ts';
import { makePairingCertificates } from '../pairing/index.ts';
import { type MuxEndpoint, type MuxEntry, parseUdid, type Udid } from '../usbmux/index.ts';
import { readPlistFrame, SocketWire, writePlistFrame } from '../wire/index.ts';
import { type MuxCall, ScriptedMux } from './scripted-mux.ts';

export const TEST_UDID = parseUdid('00008130-001A2B3C4D5E6F70') as Udid;

export type LockdownAnswer = PlistDict | 'hang-up' | 'silence' | undefined;

/** Keys are slow to make: one phone key and one computer serve all tests of a file. */
const deviceKey = generateKeyPairSync('rsa', { modulusLength: 2048 });

/**
 * A phone of the test's own making: a usbmuxd with one entry, lockdownd with real TLS, and services. It does the least
 * that a healthy phone does; a test overrides the answers it is about through `answer`.
 */
export class ScriptedPhone {
  readonly values: Record<string, PlistValue> = { DeviceName: 'Test phone', UniqueDeviceID: TEST_UDID };
  readonly services: Record<string, (wire: SocketWire) => Promise<unknown>> = {};
  readonly requests: PlistDict[] = [];
  /** Pair records that usbmuxd keeps. */
  readonly records = new Map<string, Uint8Array>();
  /** Host ids this phone trusts, with the device certificate they brought. */
  readonly trusted = new Map<string, string>();
  /** Common name-less certificates (DER, base64) that clients showed in TLS. */
  readonly shownCertificates: string[] = [];
  serverKey: KeyObject = deviceKey.privateKey;
  connection: 'USB' | 'Network' = 'USB';
  deviceId = 5;
  servesTls = true;
  keepsRecords = true;
  /** Overrides the answer to one lockdown request. */
  answer: (request: PlistDict, isSecure: boolean) => LockdownAnswer | Promise<LockdownAnswer> = () => undefined;
  tlsOptions: { readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' } = {};

  #mux: ScriptedMux | null = null;
  readonly #ports = new Map<number, string>();
  readonly #sockets = new Set<Socket>();

  static async start(setUp: (phone: ScriptedPhone) => void = () => undefined): Promise<ScriptedPhone> {
    const phone = new ScriptedPhone();
    setUp(phone);
    phone.#mux = await ScriptedMux.start((call) => phone.#serveMux(call));
    return phone;
  }

  get endpoint(): MuxEndpoint {
    if (this.#mux === null) throw new Error('not started');
    return this.#mux.endpoint;
  }

  get muxRequests(): readonly PlistDict[] {
    return this.#mux?.requests ?? [];
  }

  get entry(): MuxEntry {
    return {
      deviceId: this.deviceId,
      udid: TEST_UDID,
      connection: this.connection === 'USB' ? 'usb' : 'wifi',
      address: null,
      interfaceIndex: null,
    };
  }

  get publicKeyPem(): Buffer {
    return Buffer.from(deviceKey.publicKey.export({ type: 'pkcs1', format: 'pem' }));
  }

  /** A record as an earlier pairing would have left it; trusted by the phone unless told otherwise. */
  async makeRecord(options: { readonly trusted?: boolean } = {}): Promise<Buffer> {
    const certificates = await makePairingCertificates(deviceKey.publicKey, new Date());
    const hostId = randomUUID().toUpperCase();
    if (options.trusted !== false) this.trusted.set(hostId, certificates.deviceCertificate);
    return encodePlist(
      {
        HostID: hostId,
        SystemBUID: 'BUID',
        HostCertificate: Buffer.from(certificates.hostCertificate),
        HostPrivateKey: Buffer.from(certificates.hostPrivateKey),
        RootCertificate: Buffer.from(certificates.rootCertificate),
        RootPrivateKey: Buffer.from(certificates.rootPrivateKey),
        DeviceCertificate: Buffer.from(certificates.deviceCertificate),
        EscrowBag: Buffer.from('escrow'),
      },
      'xml',
    );
  }

  /** Cuts every connection to the phone, as a pulled cable does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await this.#mux?.[Symbol.asyncDispose]();
  }

  async #serveMux({ request, reply, wire }: MuxCall): Promise<unknown> {
    const id = stringAt(request, 'PairRecordID') ?? '';
    switch (request['MessageType']) {
      case 'ListDevices':
        return reply({ DeviceList: this.deviceId === 0 ? [] : [this.#attached()] });
      case 'Listen':
        await reply(result(0));
        return this.deviceId === 0 ? undefined : reply(this.#attached());
      case 'ReadBUID':
        return reply({ BUID: 'BUID' });
      case 'ReadPairRecord': {
        const data = this.records.get(id);
        return reply(data === undefined ? result(2) : { PairRecordData: data });
      }
      case 'SavePairRecord':
        if (!this.keepsRecords) return reply(result(22));
        this.records.set(id, dataAt(request, 'PairRecordData') ?? Buffer.alloc(0));
        return reply(result(0));
      case 'Connect':
        return this.#connect(request, reply, wire);
      default:
        return reply(result(1));
    }
  }

  async #connect(request: PlistDict, reply: MuxCall['reply'], wire: SocketWire): Promise<unknown> {
    if (integerAt(request, 'DeviceID') !== this.deviceId) return reply(result(2));
    const swapped = integerAt(request, 'PortNumber') ?? 0;
    const port = ((swapped & 0xff) << 8) | (swapped >> 8);
    const service = this.#ports.get(port);
    if (port !== 62_078 && service === undefined) return reply(result(3));
    await reply(result(0));
    const socket = wire.detach();
    this.#sockets.add(socket);
    const serving = service === undefined ? this.#serveLockdown(socket) : this.#serveService(socket, service);
    serving.catch(() => socket.destroy());
    return 'taken';
  }

  async #serveLockdown(socket: Socket): Promise<void> {
    let wire = new SocketWire(socket);
    let isSecure = false;
    for (;;) {
      const request = await readPlistFrame(wire, { maxBytes: 1 << 20 });
      if (!isPlistDict(request)) throw new Error('no dictionary');
      this.requests.push(request);
      const answer = (await this.answer(request, isSecure)) ?? this.#lockdownAnswer(request);
      if (answer === 'silence') continue;
      if (answer === 'hang-up') return wire.destroy();
      await writePlistFrame(wire, { Request: String(request['Request']), ...answer }, 'xml');
      if (answer['EnableSessionSSL'] === true) {
        wire = await this.#secure(wire, this.trusted.get(stringAt(request, 'HostID') ?? '') ?? '');
        isSecure = true;
      }
    }
  }

  #lockdownAnswer(request: PlistDict): PlistDict {
    switch (request['Request']) {
      case 'QueryType':
        return { Type: 'com.apple.mobile.lockdown' };
      case 'GetValue': {
        const key = stringAt(request, 'Key');
        if (key === 'DevicePublicKey') return { Value: this.publicKeyPem };
        const value = key === undefined ? this.values : this.values[key];
        return value === undefined ? { Error: 'MissingValue' } : { Value: value };
      }
      case 'StartSession':
        return this.trusted.has(stringAt(request, 'HostID') ?? '')
          ? { SessionID: 'S', EnableSessionSSL: true }
          : { Error: 'InvalidHostID' };
      case 'Pair':
        return this.trust(request);
      case 'StartService': {
        const name = stringAt(request, 'Service') ?? '';
        if (this.services[name] === undefined) return { Error: 'InvalidService' };
        const port = 1024 + this.#ports.size;
        this.#ports.set(port, name);
        return { Service: name, Port: port, EnableServiceSSL: this.servesTls };
      }
      default:
        return {};
    }
  }

  /** What the phone does when its owner taps Trust. */
  trust(request: PlistDict): PlistDict {
    const record = dictAt(request, 'PairRecord');
    const certificate = Buffer.from(dataAt(record, 'DeviceCertificate') ?? []).toString();
    this.trusted.set(stringAt(record, 'HostID') ?? '', certificate);
    return { EscrowBag: Buffer.from('escrow') };
  }

  async #serveService(socket: Socket, name: string): Promise<void> {
    const plain = new SocketWire(socket);
    const wire = this.servesTls ? await this.#secure(plain, [...this.trusted.values()].at(-1) ?? '') : plain;
    await this.services[name]?.(wire);
  }

  async #secure(wire: SocketWire, certificate: string): Promise<SocketWire> {
    const socket = new TLSSocket(wire.detach(), {
      isServer: true,
      key: this.serverKey.export({ type: 'pkcs8', format: 'pem' }),
      cert: certificate,
      requestCert: true,
      rejectUnauthorized: false,
      ...this.tlsOptions,
    });
    await once(socket, 'secure');
    this.shownCertificates.push(socket.getPeerCertificate().raw?.toString('base64') ?? '');
    return new SocketWire(socket);
  }

  #attached(): PlistDict {
    return {
      MessageType: 'Attached',
      DeviceID: this.deviceId,
      Properties: { ConnectionType: this.connection, DeviceID: this.deviceId, SerialNumber: TEST_UDID },
    };
  }
}

function result(number: number): PlistDict {
  return { MessageType: 'Result', Number: number };
}
