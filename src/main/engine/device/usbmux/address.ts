import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { BackstopError } from '../../../../shared/errors/index.ts';

/** Where a usbmuxd listens. */
export type MuxEndpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

const UNIX_PATH = '/var/run/usbmuxd';
/** Apple Mobile Device Service on Windows; from WSL the same service is reached by the same address. */
const TCP_ENDPOINT: MuxEndpoint = { kind: 'tcp', host: '127.0.0.1', port: 27015 };

/**
 * The endpoint this process is to use: USBMUXD_SOCKET_ADDRESS if it is set, else the system's own.
 * Throws `usbmux/bad-address` rather than fall back in silence: whoever set the variable means it.
 */
export function muxEndpoint(env: NodeJS.ProcessEnv = process.env): MuxEndpoint {
  const address = env['USBMUXD_SOCKET_ADDRESS'];
  return address === undefined || address.trim() === '' ? systemMuxEndpoint() : parseMuxAddress(address);
}

/**
 * `UNIX:/path` (prefix in any case), `UNIX:///path`, `/path`, `host:port`, `[v6]:port`: every form that one of the open
 * clients understands (protocol reference 1.1).
 */
export function parseMuxAddress(address: string): MuxEndpoint {
  const text = address.trim();
  const unix = /^unix:(?:\/\/(?=\/))?(.+)$/is.exec(text);
  const path = unix?.[1] ?? (text.startsWith('/') ? text : undefined);
  if (path !== undefined) {
    if (path.includes('\0')) throw badAddress(address);
    return { kind: 'unix', path };
  }
  const tcp = /^(?:\[([^\]]+)\]|(.+)):(\d{1,5})$/s.exec(text);
  const host = tcp?.[1] ?? tcp?.[2] ?? '';
  const port = Number(tcp?.[3]);
  if (!isHost(host) || !(port >= 1 && port <= 65_535)) throw badAddress(address);
  if (tcp?.[1] !== undefined && !isIPv6(host)) throw badAddress(address);
  return { kind: 'tcp', host, port };
}

export function describeMuxEndpoint(endpoint: MuxEndpoint): string {
  if (endpoint.kind === 'unix') return endpoint.path;
  return endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}

/** What the owner can do when nothing listens there, in words for this system. */
export function notRunningHelp(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') {
    return 'Install Apple Devices from the Microsoft Store (or iTunes), then connect the iPhone again.';
  }
  if (platform === 'darwin') return 'It is part of macOS: unplug the iPhone, plug it in again, or restart the Mac.';
  return 'Install usbmuxd (Debian and Ubuntu: sudo apt install usbmuxd), then connect the iPhone again.';
}

function systemMuxEndpoint(): MuxEndpoint {
  if (process.platform === 'win32') return TCP_ENDPOINT;
  if (process.platform === 'linux' && isWsl() && !existsSync(UNIX_PATH)) return TCP_ENDPOINT;
  return { kind: 'unix', path: UNIX_PATH };
}

function isWsl(): boolean {
  try {
    return /microsoft/i.test(readFileSync('/proc/sys/kernel/osrelease', 'utf8'));
  } catch {
    // No such file, no such Linux: the ordinary socket is the right guess then.
    return false;
  }
}

/** A name, an IPv4 address, or an IPv6 address (a bare one is told by its own colons). */
function isHost(host: string): boolean {
  return host.includes(':') ? isIPv6(host) : /^[\w.-]+$/.test(host);
}

function badAddress(address: string): BackstopError {
  return new BackstopError('usbmux/bad-address', {
    message: `not an address of a usbmuxd: ${JSON.stringify(address)}`,
    data: { address },
  });
}
