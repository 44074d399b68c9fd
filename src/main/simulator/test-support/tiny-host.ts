import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import {
  readMuxPacket,
  readPlistFrame,
  SocketWire,
  writeMuxPacket,
  writePlistFrame,
} from '../../engine/device/wire/index.ts';
import { dataAt, dictOf, integerAt, type PlistDict, stringAt } from '../../engine/formats/plist/index.ts';
import { makeCertificate } from '../lockdownd/certificate.ts';
import { DetachableTransport } from '../lockdownd/detachable-transport.ts';
import { swapPort } from '../usbmuxd/device-entry.ts';

/**
 * A host for tests of the simulator: just enough of usbmuxd, lockdownd and TLS to reach what is tested. It is not the
 * product's device stack, so that the two do not share their mistakes.
 */
export class TinyHost {
  readonly hostId = randomUUID().toUpperCase();
  readonly key: KeyObject;
  readonly rootCertificate: string;
  readonly #path: string;
  #deviceCertificate = '';
  escrowBag: Uint8Array | undefined;

  /** `address` as the simulator reports it: `UNIX:/path`. One small key serves as root and host, which phones allow. */
  constructor(address: string) {
    this.#path = address.replace(/^UNIX:/, '');
    this.key = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    this.rootCertificate = makeCertificate(this.key);
  }

  openMux(): Promise<SocketWire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ path: this.#path }, () => resolve(new SocketWire(socket)));
      socket.once('error', reject);
    });
  }

  async ask(body: PlistDict): Promise<PlistDict> {
    const wire = await this.openMux();
    await writeMuxPacket(wire, body, 7);
    const reply = await readMuxPacket(wire);
    wire.destroy();
    return dictOf(reply.body) ?? {};
  }

  async open(deviceId: number, port: number): Promise<Socket> {
    const wire = await this.openMux();
    await writeMuxPacket(wire, { MessageType: 'Connect', DeviceID: deviceId, PortNumber: swapPort(port) }, 1);
    const number = integerAt((await readMuxPacket(wire)).body, 'Number');
    if (number !== 0) throw new Error(`Connect was answered with ${number}`);
    return wire.detach();
  }

  async lockdown(deviceId: number): Promise<TinyLockdown> {
    return new TinyLockdown(new SocketWire(await this.open(deviceId, 62_078)));
  }

  /** The record of a Pair request for this phone. */
  async pairRecord(lockdown: TinyLockdown): Promise<PlistDict> {
    const value = await lockdown.ask({ Request: 'GetValue', Key: 'DevicePublicKey' });
    const publicKey = createPublicKey(Buffer.from(dataAt(value, 'Value') ?? []));
    this.#deviceCertificate = makeCertificate(publicKey, this.key);
    return {
      DeviceCertificate: Buffer.from(this.#deviceCertificate),
      HostCertificate: Buffer.from(this.rootCertificate),
      RootCertificate: Buffer.from(this.rootCertificate),
      HostID: this.hostId,
      SystemBUID: '30142955-444094379208051516',
    };
  }

  async pair(deviceId: number): Promise<PlistDict> {
    const lockdown = await this.lockdown(deviceId);
    const reply = await lockdown.ask({
      Request: 'Pair',
      PairRecord: await this.pairRecord(lockdown),
      ProtocolVersion: '2',
    });
    this.escrowBag = dataAt(reply, 'EscrowBag');
    lockdown.close();
    return reply;
  }

  /** A lockdown connection inside a session. */
  async session(deviceId: number): Promise<TinyLockdown> {
    const lockdown = await this.lockdown(deviceId);
    await this.startSession(lockdown);
    return lockdown;
  }

  async startSession(lockdown: TinyLockdown): Promise<void> {
    await this.#askForSession(lockdown);
    lockdown.wire = new SocketWire(await this.secure(lockdown.wire.detach()));
  }

  /** A session whose TLS can be taken off the connection again. */
  async detachableSession(deviceId: number): Promise<{ session: TinyLockdown; transport: DetachableTransport }> {
    const session = await this.lockdown(deviceId);
    await this.#askForSession(session);
    const transport = new DetachableTransport(session.wire.detach());
    session.wire = new SocketWire(await this.secure(transport));
    return { session, transport };
  }

  async #askForSession(lockdown: TinyLockdown): Promise<void> {
    const reply = await lockdown.ask({ Request: 'StartSession', HostID: this.hostId, SystemBUID: '1' });
    const sessionId = stringAt(reply, 'SessionID');
    if (sessionId === undefined) throw new Error(`StartSession: ${stringAt(reply, 'Error')}`);
    lockdown.sessionId = sessionId;
  }

  /** Starts a service inside a session and connects to it. */
  async service(deviceId: number, name: string): Promise<SocketWire> {
    const session = await this.session(deviceId);
    const reply = await session.ask({ Request: 'StartService', Service: name });
    const port = integerAt(reply, 'Port');
    if (port === undefined) throw new Error(`StartService: ${stringAt(reply, 'Error')}`);
    const socket = await this.open(deviceId, port);
    session.close();
    return new SocketWire(await this.secure(socket));
  }

  secure(socket: Duplex, identity = { key: this.key, cert: this.rootCertificate }): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const secure = connectTls({
        socket,
        key: identity.key.export({ type: 'pkcs8', format: 'pem' }),
        cert: identity.cert,
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        ciphers: 'DEFAULT:@SECLEVEL=0',
      });
      secure.once('secureConnect', () => resolve(secure));
      secure.once('error', reject);
      secure.once('close', () => reject(new Error('closed during the handshake')));
    });
  }
}

/** One connection to lockdownd. */
export class TinyLockdown {
  wire: SocketWire;
  sessionId = '';

  constructor(wire: SocketWire) {
    this.wire = wire;
  }

  async ask(request: PlistDict): Promise<PlistDict> {
    await writePlistFrame(this.wire, { Label: 'tiny-host', ...request }, 'xml');
    return dictOf(await readPlistFrame(this.wire, { maxBytes: 1 << 20 })) ?? {};
  }

  close(): void {
    this.wire.close();
  }
}
