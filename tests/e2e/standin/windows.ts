import { EventEmitter } from 'node:events';
import type { BrowserContext, Frame, Page } from 'playwright-core';
import { fromBrowser, toBrowser } from './address.ts';
import { app, ask, openWindows } from './app.ts';
import { browserContext } from './browser.ts';
import { OPEN, preloadScript, RECEIVE, SEND } from './preload-world.ts';
import { answerRequest } from './protocol.ts';
import { session } from './session.ts';
import { strict } from './strict.ts';
import { nativeTheme } from './system.ts';

type Box = { x: number; y: number; width: number; height: number };
type Message = { readonly channel: string; readonly text: string };

export const ipcMain = strict('ipcMain', new EventEmitter());

const MUST = { sandbox: true, contextIsolation: true, nodeIntegration: false } as const;
let nextId = 1;
let joined: Promise<void> | null = null;

/** Requests of pages that nobody made here. */
async function joinContext(context: BrowserContext): Promise<void> {
  await context.route('**/*', (route) => answerRequest(route, () => false));
}

class WebContentsStandIn extends EventEmitter {
  readonly id = nextId++;
  readonly session = session.defaultSession;
  readonly mainFrame = { routingId: this.id, processId: 1, url: '', parent: null };
  page: Page | null = null;
  /** For a test: windows that a page would have been given. None is made. */
  readonly allowedWindows: string[] = [];
  readonly #preload: string;
  readonly #waiting: Message[] = [];
  #receiver: ((messages: Message[]) => void) | null = null;
  #openHandler: ((details: { url: string }) => { action: string }) | null = null;
  #expected: string | null = null;
  #url = '';
  #isGone = false;
  readonly #size: () => { width: number; height: number };

  constructor(preload: string, size: () => { width: number; height: number }) {
    super();
    this.#preload = preload;
    this.#size = size;
  }

  getURL(): string {
    return this.#url;
  }
  isDestroyed(): boolean {
    return this.#isGone;
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#openHandler = handler;
  }
  askForWindow(details: { url: string }): { action: string } {
    return this.#openHandler?.(details) ?? { action: 'allow' };
  }
  send(channel: string, ...args: unknown[]): void {
    if (this.#isGone) throw new Error('electron stand-in: Object has been destroyed');
    const message = { channel, text: JSON.stringify(args) };
    if (this.#receiver === null) this.#waiting.push(message);
    else this.#receiver([message]);
    this.#receiver = null;
  }
  reload(): void {
    if (this.page?.isClosed() !== false) return;
    this.#expected = this.#url;
    void this.page.reload().catch(() => undefined);
  }

  async load(url: string): Promise<void> {
    this.page ??= await this.#open();
    this.#expected = url;
    await this.page.goto(toBrowser(url));
  }

  async #open(): Promise<Page> {
    const context = await browserContext();
    joined ??= joinContext(context);
    await joined;
    const page = await context.newPage();
    await page.setViewportSize(this.#size());
    await page.emulateMedia({ colorScheme: nativeTheme.shouldUseDarkColors ? 'dark' : 'light' });
    nativeTheme.on('updated', () => {
      if (!page.isClosed()) void page.emulateMedia({ colorScheme: nativeTheme.shouldUseDarkColors ? 'dark' : 'light' });
    });
    await page.exposeBinding(SEND, ({ frame }, channel: string, text: string) => this.#sent(frame, channel, text));
    await page.exposeBinding(RECEIVE, (_source, isFirst: boolean) => this.#receive(isFirst));
    await page.addInitScript({ content: preloadScript(this.#preload, process.platform) });
    await page.route('**/*', (route) => answerRequest(route, (frame, url) => this.#mayNavigate(frame, url)));
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }));
    return page;
  }

  /** The shell's own `loadURL` asks nobody; what a page wants is asked about. */
  #mayNavigate(frame: Frame, url: string): boolean {
    const isMainFrame = frame === this.page?.mainFrame();
    if (isMainFrame && url === this.#expected) this.#expected = null;
    else {
      const facts = { url, isMainFrame, isSameDocument: false };
      if (ask(this, 'will-frame-navigate', facts)) return false;
      if (isMainFrame && ask(this, 'will-navigate', facts)) return false;
    }
    this.emit('did-start-navigation', { url, isMainFrame, isSameDocument: false });
    if (isMainFrame) {
      this.#url = url;
      this.mainFrame.url = url;
    }
    return true;
  }

  #sent(frame: Frame, channel: string, text: string): void {
    if (channel === OPEN) {
      const url = fromBrowser(String(JSON.parse(text)));
      if (this.askForWindow({ url }).action !== 'deny') this.allowedWindows.push(url);
      return;
    }
    const isMain = frame === this.page?.mainFrame();
    const url = fromBrowser(frame.url());
    const senderFrame = isMain
      ? { ...this.mainFrame, url }
      : { routingId: -1, processId: 1, url, parent: this.mainFrame };
    const args = JSON.parse(text) as unknown[];
    ipcMain.emit(channel, { sender: this.#own, senderFrame }, ...args);
  }

  /** What went to a page that is gone is lost; a new one hears what is said from now on. */
  #receive(isFirst: boolean): Promise<Message[]> {
    if (isFirst) this.#receiver?.([]);
    const early = this.#waiting.splice(0);
    if (early.length > 0) return Promise.resolve(early);
    return new Promise((resolve) => {
      this.#receiver = resolve;
    });
  }

  #own: WebContentsStandIn = this;
  known(own: WebContentsStandIn): void {
    this.#own = own;
  }

  async end(): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    this.emit('destroyed');
    await this.page?.close().catch(() => undefined);
  }
}

const allWindows: BrowserWindowStandIn[] = [];

export class BrowserWindowStandIn extends EventEmitter {
  static readonly all = allWindows;
  static getAllWindows(): BrowserWindowStandIn[] {
    return [...allWindows];
  }
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly webContents: WebContentsStandIn;
  readonly id = nextId++;
  readonly told: { backgroundColor?: string; overlay?: Electron.TitleBarOverlayOptions } = {};
  #bounds: Box;
  #isVisible: boolean;
  #isFocused = false;
  #isMinimized = false;
  #isMaximized = false;
  #isFullScreen = false;
  #isGone = false;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    for (const [key, value] of Object.entries(MUST)) {
      if (options.webPreferences?.[key as keyof typeof MUST] !== value) {
        throw new Error(`electron stand-in: webPreferences.${key} must be ${value}`);
      }
    }
    const { x = 100, y = 100, width = 800, height = 600 } = options;
    this.#bounds = { x, y, width, height };
    this.#isVisible = options.show !== false;
    const preload = options.webPreferences?.preload;
    if (preload === undefined) throw new Error('electron stand-in: a window without a preload is not modelled');
    const contents = new WebContentsStandIn(preload, () => ({
      width: this.#bounds.width,
      height: this.#bounds.height,
    }));
    this.webContents = strict('webContents', contents);
    contents.known(this.webContents);
    const own = strict('BrowserWindow', this);
    allWindows.push(own);
    openWindows.add({ close: () => this.close(), isGone: () => this.#isGone });
    app.emit('browser-window-created', {}, own);
    app.emit('web-contents-created', {}, this.webContents);
    // biome-ignore lint/correctness/noConstructorReturn: what is not modelled must throw on instances too.
    return own;
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.load(url);
  }
  show(): void {
    this.#isVisible = true;
    this.emit('show');
  }
  hide(): void {
    this.#isVisible = false;
    this.#blur();
    this.emit('hide');
  }
  focus(): void {
    for (const other of allWindows) if (other.isFocused()) other.blur();
    this.#isFocused = true;
    this.emit('focus');
  }
  blur(): void {
    this.#blur();
  }
  #blur(): void {
    if (!this.#isFocused) return;
    this.#isFocused = false;
    this.emit('blur');
  }
  isFocused(): boolean {
    return this.#isFocused;
  }
  isVisible(): boolean {
    return this.#isVisible;
  }
  minimize(): void {
    this.#isMinimized = true;
    this.emit('minimize');
  }
  isMinimized(): boolean {
    return this.#isMinimized;
  }
  restore(): void {
    this.#isMinimized = false;
    this.emit('restore');
  }
  maximize(): void {
    this.#isMaximized = true;
    this.emit('maximize');
  }
  unmaximize(): void {
    this.#isMaximized = false;
    this.emit('unmaximize');
  }
  isMaximized(): boolean {
    return this.#isMaximized;
  }
  isFullScreen(): boolean {
    return this.#isFullScreen;
  }
  setFullScreen(isFull: boolean): void {
    this.#isFullScreen = isFull;
    this.emit(isFull ? 'enter-full-screen' : 'leave-full-screen');
  }
  getBounds(): Box {
    return { ...this.#bounds };
  }
  getNormalBounds(): Box {
    return { ...this.#bounds };
  }
  setBounds(bounds: Partial<Box>): void {
    const { minWidth = 0, minHeight = 0 } = this.options;
    const next = { ...this.#bounds, ...bounds };
    this.#bounds = { ...next, width: Math.max(minWidth, next.width), height: Math.max(minHeight, next.height) };
    const { width, height } = this.#bounds;
    const page = this.webContents.page;
    if (page !== null && !page.isClosed()) void page.setViewportSize({ width, height }).catch(() => undefined);
    this.emit('resize');
    this.emit('move');
  }
  setBackgroundColor(colour: string): void {
    this.told.backgroundColor = colour;
  }
  setTitleBarOverlay(overlay: Electron.TitleBarOverlayOptions): void {
    this.told.overlay = overlay;
  }
  isDestroyed(): boolean {
    return this.#isGone;
  }
  close(): void {
    if (this.#isGone || ask(this, 'close')) return;
    this.destroy();
  }
  destroy(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const one of openWindows) if (one.isGone()) openWindows.delete(one);
    const at = allWindows.findIndex((one) => one.id === this.id);
    if (at >= 0) allWindows.splice(at, 1);
    void this.webContents.end();
    this.emit('closed');
    if (allWindows.length > 0) return;
    if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed');
    else app.quit();
  }
}
