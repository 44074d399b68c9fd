import { app, type Session, type WebContents } from 'electron';
import type { Logger } from '../../engine/log/index.ts';
import { isOwnMedia, isOwnPage } from './origins.ts';

/** What pages may never do, whatever gets into them. Every web contents is caught as it is made. */
export function lockDown(log: Logger): void {
  app.on('web-contents-created', (_event, contents) => lockContents(contents, log));
}

function lockContents(contents: WebContents, log: Logger): void {
  const refuse = (event: { preventDefault(): void; readonly url?: string }, what: string): void => {
    event.preventDefault();
    log.warn('shell.navigation-refused', { what });
  };
  // The first loading is the window's own `loadURL`, which raises none of these; a page of ours may reload itself.
  contents.on('will-navigate', (event) => {
    if (!isReload(event.url, contents.getURL())) refuse(event, 'navigate');
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isReload(event.url, contents.getURL())) refuse(event, 'frame');
  });
  contents.on('will-redirect', (event) => refuse(event, 'redirect'));
  contents.on('will-attach-webview', (event) => refuse(event, 'webview'));
  contents.setWindowOpenHandler(() => {
    log.warn('shell.window-refused');
    return { action: 'deny' };
  });
}

function isReload(to: string, from: string): boolean {
  return isOwnPage(to) && withoutHash(to) === withoutHash(from);
}

function withoutHash(address: string): string {
  return address.split('#', 1)[0] ?? '';
}

/** Copying a text that the owner chose, and a film over the whole screen: neither tells a page anything. */
const HARMLESS: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'fullscreen']);

export function lockSession(session: Session, log: Logger): void {
  const isAllowed = (permission: string, isMainFrame: boolean, address: string): boolean =>
    HARMLESS.has(permission) && isMainFrame && isOwnPage(address);
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    const allowed = isAllowed(permission, details.isMainFrame, details.requestingUrl);
    if (!allowed) log.warn('shell.permission-refused', { permission });
    answer(allowed);
  });
  session.setPermissionCheckHandler((_contents, permission, origin, details) =>
    isAllowed(permission, details.isMainFrame, details.requestingUrl ?? origin),
  );
  // Phones are the engine's business: no page sees USB, HID or serial ports.
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
  // Its dictionaries would come from the network.
  session.setSpellCheckerEnabled(false);
  // The policy of the page forbids it already; this holds even where a page had none.
  session.webRequest.onBeforeRequest((details, answer) => {
    const isOurs = isOwnPage(details.url) || isOwnMedia(details.url) || details.url.startsWith('devtools:');
    if (!isOurs) log.warn('shell.request-refused');
    answer({ cancel: !isOurs });
  });
}
