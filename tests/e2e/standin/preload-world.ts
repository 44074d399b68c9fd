import { readFileSync } from 'node:fs';

export const SEND = '__standin_send';
export const RECEIVE = '__standin_receive';
/** A page wants a window. */
export const OPEN = 'standin:open-window';

/**
 * The built preload as a script that runs before the page: in a closure that has `require('electron')` and a frozen
 * `process`, and nothing else. The roads to the shell are taken off the window before the page could see them.
 */
export function preloadScript(file: string, platform: string): string {
  const source = readFileSync(file, 'utf8');
  return `(() => {
  if (window !== window.top) return;
  const send = window[${JSON.stringify(SEND)}];
  const receive = window[${JSON.stringify(RECEIVE)}];
  delete window[${JSON.stringify(SEND)}];
  delete window[${JSON.stringify(RECEIVE)}];
  ${mediaAddresses}
  ${openedWindows}
  const listeners = new Map();
  const of = (channel) => listeners.get(channel) ?? listeners.set(channel, []).get(channel);
  const deny = (name, known) => new Proxy(known, {
    get(object, key) {
      if (typeof key === 'symbol' || key in object) return object[key];
      throw new Error('electron stand-in: ' + name + '.' + key + ' is not modelled');
    },
  });
  const ipcRenderer = deny('ipcRenderer', {
    send: (channel, ...args) => void send(channel, JSON.stringify(structuredClone(args))),
    on: (channel, listener) => { of(channel).push(listener); },
    removeListener: (channel, listener) => {
      listeners.set(channel, of(channel).filter((one) => one !== listener));
    },
  });
  const inwards = (value) => typeof value === 'function'
    ? (...args) => value(...args.map((one) => structuredClone(one)))
    : structuredClone(value);
  const outwards = (value) => {
    if (typeof value === 'function') return (...args) => outwards(value(...args.map(inwards)));
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return Object.freeze(value.map(outwards));
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, outwards(one)])));
  };
  const contextBridge = deny('contextBridge', {
    exposeInMainWorld: (key, api) => {
      Object.defineProperty(window, key, { value: outwards(api), writable: false, configurable: false, enumerable: true });
    },
  });
  const process = Object.freeze({ platform: ${JSON.stringify(platform)}, type: 'renderer', sandboxed: true });
  const require = (name) => {
    if (name === 'electron') return { contextBridge, ipcRenderer };
    throw new Error('module not found: ' + name);
  };
  const run = (module, exports, require, process) => {
${source}
  };
  const module = { exports: {} };
  run(module, module.exports, require, process);
  const hear = async (isFirst) => {
    for (const { channel, text } of await receive(isFirst)) {
      for (const listener of [...of(channel)]) listener({}, ...JSON.parse(text));
    }
    void hear(false);
  };
  void hear(true);
})();`;
}

/** Addresses of media, as elements get them, become addresses that the browser can ask for. */
const mediaAddresses = `
  const map = (value) => typeof value === 'string' && value.startsWith('backstop-media://media/')
    ? value.replace('backstop-media://media/', 'https://media--backstop-media.standin.test/') : value;
  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    return setAttribute.call(this, name, name === 'src' || name === 'poster' ? map(value) : value);
  };
  for (const type of [HTMLImageElement, HTMLMediaElement, HTMLSourceElement]) {
    const known = Object.getOwnPropertyDescriptor(type.prototype, 'src');
    Object.defineProperty(type.prototype, 'src', { ...known, set(value) { known.set.call(this, map(value)); } });
  }
`;

/** `window.open` and links that want a window of their own, as the shell's handler is asked about them; none is given. */
const openedWindows = `
  window.open = (address) => {
    send(${JSON.stringify(OPEN)}, JSON.stringify(new URL(String(address ?? ''), location.href).href));
    return null;
  };
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[target]') : null;
    if (link === null || link.target === '_self' || event.defaultPrevented) return;
    event.preventDefault();
    window.open(link.href);
  });
`;
