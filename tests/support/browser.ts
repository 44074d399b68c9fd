import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { WebSocket } from 'ws';
import { createClient, type Port } from '../../src/shared/contract/carrier/index.ts';
import type { EngineClient } from '../../src/shared/contract/procedures/index.ts';

/** What a browser holds after it came in. */
export interface Visitor {
  readonly cookie: string;
  readonly key: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** A request as it is written: `path` is not normalised, `Host` may be anything. */
export function ask(
  url: string,
  options: {
    readonly path?: string;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<Answer> {
  const { hostname, port, protocol, pathname, search } = new URL(url);
  const { path = `${pathname}${search}`, method = 'GET', headers = {}, body } = options;
  const send = protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      {
        hostname: hostname.replace(/[[\]]/g, ''),
        port,
        path,
        method,
        headers,
        rejectUnauthorized: false,
        agent: false,
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const whole = Buffer.concat(parts);
          const { statusCode = 0 } = response;
          resolve({ status: statusCode, headers: response.headers, body: whole, text: whole.toString('utf8') });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** What an answer that lets somebody in leaves with a browser; null: it lets nobody in. */
export function visitorOf(answer: Answer): Visitor | null {
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0];
  const key = /setItem\('backstop-key',"([^"]+)"\)/.exec(answer.text)?.[1];
  return cookie === undefined || key === undefined ? null : { cookie, key };
}

export async function openLink(link: string): Promise<Visitor> {
  const visitor = visitorOf(await ask(link));
  if (visitor === null) throw new Error('the link does not work');
  return visitor;
}

export interface Page {
  readonly socket: WebSocket;
  readonly client: EngineClient;
  /** Sends text as it is and waits for the next frame that comes. */
  raw(data: string | Buffer): Promise<Record<string, unknown>>;
  close(): void;
}

/** Opens the page's socket; rejects with the status of a refusal. */
export function openSocket(
  address: string,
  options: { readonly visitor?: Visitor; readonly headers?: Readonly<Record<string, string>>; readonly key?: string },
): Promise<Page> {
  const { visitor, headers = {} } = options;
  const key = options.key ?? visitor?.key;
  const protocols = ['backstop', ...(key === undefined ? [] : [`key.${key}`])];
  const socket = new WebSocket(`${address.replace(/^http/, 'ws')}/engine`, protocols, {
    rejectUnauthorized: false,
    headers: { origin: address, ...(visitor === undefined ? {} : { cookie: visitor.cookie }), ...headers },
  });
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(`refused with ${response.statusCode}`));
    });
    socket.on('error', reject);
    socket.on('open', () => {
      const port: Port = {
        post: (frame) => socket.send(JSON.stringify(frame)),
        onFrame: (listener) => socket.on('message', (data) => listener(JSON.parse(String(data)))),
        onClose: (listener) => socket.on('close', listener),
      };
      const raw = (data: string | Buffer): Promise<Record<string, unknown>> => {
        const next = new Promise<Record<string, unknown>>((done, fail) => {
          socket.once('message', (reply) => done(JSON.parse(String(reply)) as Record<string, unknown>));
          socket.once('close', (code) => fail(new Error(`closed with ${code}`)));
        });
        socket.send(data);
        return next;
      };
      resolve({ socket, client: createClient(port), raw, close: () => socket.close() });
    });
  });
}
