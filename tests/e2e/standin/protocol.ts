import type { Frame, Route } from 'playwright-core';
import { fromBrowser, policyToBrowser } from './address.ts';
import { strict } from './strict.ts';

type Handler = (request: Request) => Response | Promise<Response>;
type Details = { readonly url: string; readonly method: string; readonly resourceType: string };
type BeforeRequest = (details: Details, answer: (answer: { readonly cancel?: boolean }) => void) => void;

const handlers = new Map<string, Handler>();
/** Only a scheme that was registered is standard and secure; the stand-in serves no other. */
const privileged = new Set<string>();
let beforeRequest: BeforeRequest | null = null;
let isReady = false;

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    if (isReady) throw new Error('electron stand-in: schemes are registered before the app is ready');
    for (const { scheme } of schemes) privileged.add(scheme);
  },
  handle(scheme: string, handler: Handler): void {
    if (!isReady) throw new Error('electron stand-in: protocol.handle before the app is ready');
    if (!privileged.has(scheme)) throw new Error(`electron stand-in: ${scheme} was not registered`);
    if (handlers.has(scheme)) throw new Error(`electron stand-in: ${scheme} is handled already`);
    handlers.set(scheme, handler);
  },
  isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
});

export function schemesAreSettled(): void {
  isReady = true;
}

export const webRequest = strict('webRequest', {
  onBeforeRequest(listener: BeforeRequest): void {
    beforeRequest = listener;
  },
});

/** What the session would do with a request: through the shell's own filter, then to the shell's own handler. */
export async function answerRequest(
  route: Route,
  allowNavigation: (frame: Frame, url: string) => boolean,
): Promise<void> {
  const request = route.request();
  const url = fromBrowser(request.url());
  const frame = frameOf(route);
  if (request.isNavigationRequest() && (frame === null || !allowNavigation(frame, url))) {
    await route.abort('aborted');
    return;
  }
  if (await isCancelled({ url, method: request.method(), resourceType: request.resourceType() })) {
    await route.abort('blockedbyclient');
    return;
  }
  const handler = handlers.get(new URL(url).protocol.slice(0, -1));
  if (handler === undefined) {
    // Nothing of a test ever reaches a network.
    await route.abort('addressunreachable');
    return;
  }
  const headers = new Headers(await request.allHeaders().catch(() => ({})));
  const body = request.postDataBuffer();
  const response = await handler(
    new Request(url, { method: request.method(), headers, ...(body === null ? {} : { body: new Uint8Array(body) }) }),
  );
  const given = Object.fromEntries(response.headers);
  const policy = given['content-security-policy'];
  if (policy !== undefined) given['content-security-policy'] = policyToBrowser(policy);
  await route
    .fulfill({ status: response.status, headers: given, body: Buffer.from(await response.arrayBuffer()) })
    // The page may have gone meanwhile.
    .catch(() => undefined);
}

function frameOf(route: Route): Frame | null {
  try {
    return route.request().frame();
  } catch {
    // A popup asks before it has a frame.
    return null;
  }
}

function isCancelled(details: Details): Promise<boolean> {
  const listener = beforeRequest;
  if (listener === null) return Promise.resolve(false);
  return new Promise((resolve) => listener(details, ({ cancel }) => resolve(cancel === true)));
}
