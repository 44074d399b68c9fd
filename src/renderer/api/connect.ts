import { createClient, type Port } from '../../shared/contract/carrier/index.ts';
import type { EngineClient } from '../../shared/contract/procedures/index.ts';

/** What the preload gives a page of the desktop app: frames there and back, and nothing else. */
export interface DesktopBridge {
  post(frame: unknown): void;
  /** Returns how to stop listening. */
  onFrame(listener: (frame: unknown) => void): () => void;
  readonly platform: 'darwin' | 'win32' | 'linux';
}

declare global {
  interface Window {
    readonly backstop?: DesktopBridge;
  }
}

/** True inside the desktop app. */
export const isDesktop = (): boolean => window.backstop !== undefined;

export function connect(): EngineClient {
  const bridge = window.backstop;
  return createClient(bridge === undefined ? webSocketPort() : bridgePort(bridge));
}

/** Where the bytes of an item are; the token comes from the engine and stands for nothing else. */
export function mediaUrl(token: string): string {
  return isDesktop() ? `backstop-media://media/${token}` : `/media/${token}`;
}

function bridgePort(bridge: DesktopBridge): Port {
  return {
    post: (frame) => bridge.post(frame),
    onFrame: (listener) => void bridge.onFrame(listener),
    // The engine's own end is told as an event; the bridge lives as long as the page.
    onClose: () => undefined,
  };
}

/**
 * What the link of `backstop serve` left in the storage of this origin. A cookie goes to every port of a computer; this
 * goes nowhere by itself, so the server asks for both.
 */
function sessionKey(): readonly string[] {
  try {
    const key = window.localStorage.getItem('backstop-key');
    return key === null ? [] : [`key.${key}`];
  } catch {
    // Storage that is switched off: the server will say that the link has to be opened.
    return [];
  }
}

/** Frames wait until the socket is open. When it closes for good the page says so; reloading it makes a new one. */
function webSocketPort(): Port {
  const url = new URL('/engine', window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, ['backstop', ...sessionKey()]);
  const early: string[] = [];
  socket.addEventListener('open', () => {
    for (const text of early.splice(0)) socket.send(text);
  });
  return {
    post(frame) {
      const text = JSON.stringify(frame);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else if (socket.readyState === WebSocket.CONNECTING) early.push(text);
    },
    onFrame(listener) {
      socket.addEventListener('message', (event) => {
        if (typeof event.data !== 'string') return;
        try {
          listener(JSON.parse(event.data));
        } catch {
          // Not a frame of ours: nothing follows from it.
        }
      });
    },
    onClose(listener) {
      socket.addEventListener('close', listener);
    },
  };
}
