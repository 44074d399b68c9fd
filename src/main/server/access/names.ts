import { hostname, networkInterfaces } from 'node:os';

/** Names under which this computer may be asked for. A page of somebody else can point a name of its own at us, not these. */
export class Names {
  readonly #hosts: ReadonlySet<string>;
  readonly #scheme: 'http' | 'https';

  constructor(names: readonly string[], port: number, scheme: 'http' | 'https') {
    const usualPort = scheme === 'http' ? 80 : 443;
    this.#scheme = scheme;
    this.#hosts = new Set(
      names.flatMap((name) => (port === usualPort ? [name, `${name}:${port}`] : [`${name}:${port}`])),
    );
  }

  /** Is a `Host` header one of ours? */
  isOurs(host: string | undefined): host is string {
    return host !== undefined && this.#hosts.has(host.toLowerCase());
  }

  /** Does an `Origin` header name the very place that was asked? */
  isSameOrigin(origin: string | undefined, host: string): boolean {
    if (origin === undefined || !URL.canParse(origin)) return false;
    return new URL(origin).origin === new URL(`${this.#scheme}://${host}`).origin;
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Names for an address that a server listens on, the most telling one first. */
export function namesOf(host: string): readonly string[] {
  if (isLoopback(host)) return unique([bracketed(host), '127.0.0.1', 'localhost', '[::1]']);
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const own = hostname().toLowerCase();
  const computer = own.includes('.') ? [own] : [own, `${own}.local`];
  if (!isEverywhere) return unique([bracketed(host), ...computer]);
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => bracketed(address.replace(/%.*$/, '')));
  return unique([...computer, ...addresses, 'localhost']);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host.toLowerCase();
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
