import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { MediaSource } from '../../../shared/contract/carrier/index.ts';
import { mediaToken } from '../../../shared/contract/procedures/index.ts';
import type { LinkTokens } from '../access/link-tokens.ts';
import type { Names } from '../access/names.ts';
import type { PasswordGate } from '../access/password-gate.ts';
import { cookieNamed, type Session, type Sessions } from '../access/sessions.ts';
import { keyOf, refuseUpgrade, type Sockets } from '../socket/sockets.ts';
import type { BuiltPages } from './built-pages.ts';
import { commonHeaders, newNonce, pagePolicy } from './headers.ts';
import { sendMedia } from './media-route.ts';
import { linkNeeded, linkRefused, loginPage, refused, welcome } from './plain-pages.ts';

export interface RoutesParts {
  readonly names: Names;
  readonly tokens: LinkTokens;
  readonly sessions: Sessions;
  readonly sockets: Sockets;
  readonly pages: BuiltPages;
  readonly media: MediaSource;
  /** Null: in by a link only. */
  readonly gate: PasswordGate | null;
  /** One for each port: cookies do not know ports, and two Backstops would take each other's away. */
  readonly cookieName: string;
  readonly isEncrypted: boolean;
  readonly onProblem: (error: unknown) => void;
}

const MEDIA = '/media/';
const ENGINE = '/engine';
const MOST_LOGIN_BYTES = 4096;

/** Who may ask for what. Host and origin are looked at before anything else; nothing is read from the disk here. */
export class Routes {
  readonly #parts: RoutesParts;

  constructor(parts: RoutesParts) {
    this.#parts = parts;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    this.#route(request, response).catch((error: unknown) => {
      this.#parts.onProblem(error);
      if (response.headersSent) response.destroy();
      else refused(response, 500, 'Something went wrong here. Reload the page.');
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const session = this.#mayAsk(request);
    if (typeof session === 'number') refuseUpgrade(socket, session);
    else this.#parts.sockets.accept(session, request, socket, head);
  }

  /** The session that may have a socket, or the status that says why not. */
  #mayAsk(request: IncomingMessage): Session | number {
    const { names, sessions, sockets, cookieName } = this.#parts;
    const { host, origin, cookie } = request.headers;
    if (!names.isOurs(host)) return 421;
    if (addressOf(request)?.pathname !== ENGINE) return 404;
    if (!names.isSameOrigin(origin, host)) return 403;
    const session = sessions.find(cookieNamed(cookieName, cookie));
    const key = keyOf(request);
    if (session === null || key === null || !session.hasKey(key)) return 401;
    return sockets.isFull ? 503 : session;
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { names, sessions, cookieName } = this.#parts;
    const { host } = request.headers;
    if (!names.isOurs(host)) {
      refused(response, 421, 'Backstop is not called by this name. Use the address that it printed.');
      return;
    }
    const address = addressOf(request);
    if (address === null) {
      refused(response, 400, 'This is no address.');
      return;
    }
    if (request.method === 'POST' && address.pathname === '/login') {
      await this.#login(request, response, host);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      refused(response, 405, 'Pages are read here, and nothing else.');
      return;
    }
    if (address.pathname === '/open') {
      this.#open(request, response, address.searchParams.get('token') ?? '');
      return;
    }
    // Asked for by browsers on their own; the page names its icons itself.
    if (address.pathname === '/favicon.ico') {
      response.writeHead(204, commonHeaders).end();
      return;
    }
    const session = sessions.find(cookieNamed(cookieName, request.headers.cookie));
    if (session === null) this.#stranger(response);
    else await this.#serve(request, response, address.pathname);
  }

  async #serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    // A page of another site, or of another port, may not pull anything of ours into itself.
    const from = request.headers['sec-fetch-site'];
    if (from !== undefined && from !== 'same-origin' && from !== 'none' && path !== '/') {
      refused(response, 403, 'This is not for other pages.');
      return;
    }
    const { pages, media } = this.#parts;
    if (path === '/') {
      const nonce = newNonce();
      send(request, response, Buffer.from(pages.index.replaceAll('%CSP_NONCE%', nonce)), {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': pagePolicy(nonce),
      });
      return;
    }
    if (path.startsWith(MEDIA)) {
      const token = mediaToken.safeParse(path.slice(MEDIA.length));
      if (token.success) await sendMedia(media, token.data, request, response);
      else refused(response, 404, 'There is nothing here.');
      return;
    }
    const file = pages.files.get(path);
    if (file === undefined) {
      refused(response, 404, 'There is nothing here.');
      return;
    }
    send(request, response, file.bytes, {
      'content-type': file.type,
      ...(file.isHashed ? { 'cache-control': 'private, max-age=31536000, immutable' } : {}),
    });
  }

  #stranger(response: ServerResponse): void {
    if (this.#parts.gate === null) linkNeeded(response);
    else loginPage(response, { kind: 'none' });
  }

  #open(request: IncomingMessage, response: ServerResponse, token: string): void {
    // A browser that looks ahead, or a program that only looks whether something is there, must not use the link up.
    const isLookingAhead = request.headers['sec-purpose'] !== undefined || request.method === 'HEAD';
    if (isLookingAhead) refused(response, 405, 'This link is opened, not looked at.');
    else if (this.#parts.tokens.redeem(token)) this.#welcome(response);
    else linkRefused(response);
  }

  async #login(request: IncomingMessage, response: ServerResponse, host: string): Promise<void> {
    const { gate, names } = this.#parts;
    if (gate === null || !names.isSameOrigin(request.headers.origin, host)) {
      refused(response, 403, 'This is not for other pages.');
      return;
    }
    const body = await readBody(request, MOST_LOGIN_BYTES);
    if (body === null) {
      refused(response, 413, 'A password is shorter.');
      return;
    }
    const password = new URLSearchParams(body).get('password') ?? '';
    const verdict = await gate.try(password, request.socket.remoteAddress ?? '');
    if (verdict.kind === 'right') this.#welcome(response);
    else if (verdict.kind === 'wrong') loginPage(response, { kind: 'wrong' });
    else loginPage(response, { kind: 'wait', seconds: Math.ceil(verdict.ms / 1000) });
  }

  #welcome(response: ServerResponse): void {
    const { sessions, cookieName, isEncrypted } = this.#parts;
    const { cookie, key } = sessions.open();
    const secure = isEncrypted ? '; Secure' : '';
    response.setHeader('set-cookie', `${cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict${secure}`);
    welcome(response, key);
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(200, { ...commonHeaders, ...headers, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** The path stays as it was sent: it is looked up in a list, never decoded, never joined. */
function addressOf(request: IncomingMessage): URL | null {
  const { url = '' } = request;
  if (!url.startsWith('/') || url.startsWith('//') || !URL.canParse(url, 'http://backstop')) return null;
  return new URL(url, 'http://backstop');
}

async function readBody(request: IncomingMessage, most: number): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
