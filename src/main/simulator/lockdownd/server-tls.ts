import { generateKeyPair, type KeyObject, type X509Certificate as NodeCertificate, X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { BackstopError } from '../../../shared/errors/index.ts';
import { scaledMs } from '../../engine/platform/index.ts';
import type { TlsFault } from '../fault-injection/transport-faults.ts';
import { makeCertificate } from './certificate.ts';
import type { TrustedHost } from './trusted-hosts.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** What is handed to the socket before `write` asks to wait: large, so that a backup is few and big writes. */
export const SOCKET_BUFFER_BYTES = 1024 * 1024;

/**
 * The phone's end of TLS: it shows the pairing's DeviceCertificate, proves it with its own key, and takes only a
 * client that holds the pairing's root or a certificate signed by it. The check is ours and not OpenSSL's because all
 * pairing certificates have the same, empty name, so that every one of them looks self-signed to a chain builder.
 */
export class PhoneTls {
  readonly #key: KeyObject;
  readonly #contexts = new Map<string, SecureContext>();
  #stranger: Promise<SecureContext> | null = null;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** Ends the handshake or throws `device/connection-lost`; `transport` is destroyed then. */
  async accept(transport: Duplex, host: TrustedHost, fault: TlsFault | null, signal: AbortSignal): Promise<TLSSocket> {
    if (fault !== null && fault.kind !== 'tls-wrong-certificate') return misbehave(transport, fault, signal);
    const secureContext = fault === null ? this.#contextFor(host) : await this.#strangerContext();
    const socket = new TLSSocket(transport, {
      isServer: true,
      secureContext,
      requestCert: true,
      rejectUnauthorized: false,
      // Handed on to the socket below; the types of Node do not name it.
      ...{ highWaterMark: SOCKET_BUFFER_BYTES },
    });
    try {
      await handshake(socket, signal);
      checkClient(socket.getPeerX509Certificate(), host);
    } catch (cause) {
      socket.destroy();
      transport.destroy();
      throw new BackstopError('device/connection-lost', {
        message: `TLS with the host failed: ${String(cause)}`,
        cause,
      });
    }
    return socket;
  }

  #contextFor(host: TrustedHost): SecureContext {
    const known = this.#contexts.get(host.deviceCertificate);
    if (known !== undefined) return known;
    const context = makeContext(this.#key, host.deviceCertificate, host.rootCertificate);
    this.#contexts.set(host.deviceCertificate, context);
    return context;
  }

  #strangerContext(): Promise<SecureContext> {
    this.#stranger ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(({ privateKey }) => {
      const certificate = makeCertificate(privateKey);
      return makeContext(privateKey, certificate, certificate);
    });
    return this.#stranger;
  }
}

/** Security level 0, as on the phone: pairing records signed with SHA-1 must still work. */
function makeContext(key: KeyObject, certificate: string, authority: string): SecureContext {
  return createSecureContext({
    key: key.export({ type: 'pkcs8', format: 'pem' }),
    cert: certificate,
    ca: authority,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: 'DEFAULT:@SECLEVEL=0',
  });
}

function handshake(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('secure', onSecure);
      socket.off('close', onClose);
      socket.off('error', onError);
      finish();
    };
    const onSecure = (): void => settle(resolve);
    const onClose = (): void => settle(() => reject(new Error('closed during the handshake')));
    const onError = (error: Error): void => settle(() => reject(error));
    const onAbort = (): void => settle(() => reject(signal.reason));
    const timer = setTimeout(
      () => settle(() => reject(new Error('no handshake in time'))),
      scaledMs(HANDSHAKE_TIMEOUT_MS),
    );
    // 'secure' is what a server-side TLSSocket emits when the handshake is over ('secureConnect' is the client's).
    socket.once('secure', onSecure);
    socket.once('close', onClose);
    socket.once('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function checkClient(certificate: NodeCertificate | undefined, host: TrustedHost): void {
  if (certificate === undefined) throw new Error('the host showed no certificate');
  const root = new X509Certificate(host.rootCertificate);
  if (!certificate.verify(root.publicKey)) throw new Error('the host showed a certificate of another pairing');
}

const HANDSHAKE_FAILURE_ALERT = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]);

/** The other TLS faults: an alert, rubbish, or nothing at all in answer to the client's hello. */
function misbehave(transport: Duplex, fault: TlsFault, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      transport.destroy();
      reject(new BackstopError('device/connection-lost', { message: `fault ${fault.kind}` }));
    };
    transport.on('error', end);
    transport.once('close', end);
    signal.addEventListener('abort', end, { once: true });
    transport.once('data', () => {
      if (fault.kind === 'tls-stall') return;
      const answer = fault.kind === 'tls-refused' ? HANDSHAKE_FAILURE_ALERT : Buffer.alloc(512, 'not a handshake ');
      transport.end(answer);
    });
    transport.resume();
  });
}
