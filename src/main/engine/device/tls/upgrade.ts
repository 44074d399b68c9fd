import { X509Certificate } from 'node:crypto';
import { connect, createSecureContext, type SecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { BackstopError } from '../../../../shared/errors/index.ts';
import { answerLimitMs } from '../answer-limit.ts';
import { SocketWire } from '../wire/index.ts';

/** Longest TLS handshake. */
const TLS_HANDSHAKE_TIMEOUT_MS = answerLimitMs(10_000);

/** What both sides of one pairing are known by. */
export interface TlsCredentials {
  /** Ours: the certificate and key we show. */
  readonly context: SecureContext;
  /** The phone's: SubjectPublicKeyInfo (DER) of the key it had when it was paired. */
  readonly peerKey: Buffer;
}

/**
 * The context for our certificate and key (PEM). Throws what the library says about unreadable ones.
 *
 * TLS 1.2 is what iOS 10 and later speak. Pair records of other programs may be signed with SHA-1, which OpenSSL takes
 * only at security level 0; BoringSSL (Electron) has no levels and takes no such cipher string. Which one runs is told
 * by what the process says of itself, and the plain list is the answer to any doubt. BoringSSL itself has not been run.
 */
export function tlsContext(cert: Uint8Array, key: Uint8Array): SecureContext {
  const options: SecureContextOptions = { cert: Buffer.from(cert), key: Buffer.from(key), minVersion: 'TLSv1.2' };
  return createSecureContext(isOpenSsl() ? { ...options, ciphers: 'DEFAULT:@SECLEVEL=0' } : options);
}

/** Electron reports OpenSSL as 0.0.0 or not at all; newer Node builds on BoringSSL say so themselves. */
export function isOpenSsl(versions: Readonly<Record<string, string | undefined>> = process.versions): boolean {
  if ('electron' in versions || 'boringssl' in versions) return false;
  return /^[1-9]\d*\./.test(versions['openssl'] ?? '');
}

/**
 * Turns an open connection into TLS; we are the client, the phone is the server. No name and no authority is checked:
 * phones show certificates of the pairing. Instead the key must be the one this phone was paired with. Throws
 * `device/tls-failed`, `device/silent` (no end of the handshake) or `device/key-mismatch`; the connection is closed then.
 */
export async function upgradeToTls(
  wire: SocketWire,
  credentials: TlsCredentials,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SocketWire> {
  options.signal?.throwIfAborted();
  const socket = connect({
    socket: wire.detach(),
    secureContext: credentials.context,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  try {
    await handshake(socket, options.signal);
    checkPeer(socket, credentials.peerKey);
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw error;
  }
  return new SocketWire(socket);
}

function handshake(socket: TLSSocket, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('secureConnect', onSecure);
      socket.off('error', onError);
      socket.off('close', onClose);
      finish();
    };
    const onSecure = (): void => settle(resolve);
    const onError = (cause: Error): void => settle(() => reject(tlsFailed(cause.message, cause)));
    const onClose = (): void => settle(() => reject(tlsFailed('the phone closed the connection')));
    const onAbort = (): void => settle(() => reject(signal?.reason));
    const timer = setTimeout(() => {
      const message = `the TLS handshake did not end within ${TLS_HANDSHAKE_TIMEOUT_MS} ms`;
      settle(() => reject(new BackstopError('device/silent', { message })));
    }, TLS_HANDSHAKE_TIMEOUT_MS);
    socket.once('secureConnect', onSecure);
    socket.once('error', onError);
    socket.once('close', onClose);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Taken from the certificate's own bytes: what the library offers beyond them differs between OpenSSL and BoringSSL. */
function checkPeer(socket: TLSSocket, peerKey: Buffer): void {
  const { raw } = socket.getPeerCertificate();
  const shown = raw === undefined ? null : new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' });
  if (shown?.equals(peerKey) === true) return;
  throw new BackstopError('device/key-mismatch', {
    message:
      shown === null ? 'the phone showed no certificate' : 'the phone showed another key than when it was paired',
  });
}

function tlsFailed(message: string, cause?: Error): BackstopError {
  return new BackstopError('device/tls-failed', { message: `TLS handshake: ${message}`, cause });
}
