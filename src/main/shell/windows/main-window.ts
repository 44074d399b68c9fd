import { app, type BrowserWindow, nativeTheme, screen } from 'electron';
import type { FaceTold } from '../../../shared/contract/face.ts';
import type { Logger } from '../../engine/log/index.ts';
import { PAGE_URL } from '../security/origins.ts';
import type { StateFile } from '../state-file.ts';
import { closedWindow } from './closed-window.ts';
import { MIN_SIZE, openingBounds } from './window-bounds.ts';

interface MainWindowOptions {
  readonly state: StateFile;
  readonly log: Logger;
  /** Joins the page to the shell, before it is loaded. */
  readonly connect: (window: BrowserWindow) => void;
  readonly tell: (window: BrowserWindow, told: FaceTold) => void;
  /** The owner closed the window: hide it, or is this the end of the program? */
  readonly onClose: (window: BrowserWindow) => 'hide' | 'close';
}

/** Colours of `tokens.css`, before the page is there and behind the buttons of Windows. */
const COLOURS = {
  light: { window: '#ffffff', symbol: '#15181c' },
  dark: { window: '#1b1d20', symbol: '#f1f3f5' },
} as const;
const TITLE_BAR_PX = 40;
const SAVE_AFTER_MS = 400;
/** A page that dies again within this time is left as it is: loading it again would go round for ever. */
const RELOAD_AGAIN_MS = 30_000;

/** The one window. It is made when it is first wanted, and hidden, not destroyed, when it is closed. */
export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | null = null;
  #early: FaceTold[] = [];
  #isListening = false;
  #reloadedAt = Number.NEGATIVE_INFINITY;

  constructor(options: MainWindowOptions) {
    this.#options = options;
    nativeTheme.on('updated', () => this.#dress());
  }

  get window(): BrowserWindow | null {
    return this.#window;
  }

  get isFocused(): boolean {
    return this.#window?.isFocused() === true;
  }

  /** Shows it, in front, whether it was there or not. */
  show(): void {
    const window = this.#window ?? this.#make();
    if (process.platform === 'darwin') app.setActivationPolicy('regular');
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  hide(): void {
    this.#window?.hide();
  }

  /** Says something to the page; what is said before it listens waits for it. */
  tell(told: FaceTold): void {
    if (this.#window !== null && this.#isListening) this.#options.tell(this.#window, told);
    else this.#early.push(told);
  }

  showAnd(told: FaceTold): void {
    this.show();
    this.tell(told);
  }

  /** The page said hello. */
  listens(): void {
    this.#isListening = true;
    this.#tellState();
    for (const told of this.#early.splice(0)) this.tell(told);
  }

  #make(): BrowserWindow {
    const { state, connect, onClose } = this.#options;
    const displays = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
    const window = closedWindow({
      ...openingBounds(state.now.bounds, displays),
      minWidth: MIN_SIZE.width,
      minHeight: MIN_SIZE.height,
      show: false,
      title: 'Backstop',
      backgroundColor: colours().window,
      autoHideMenuBar: true,
      ...frameOfSystem(),
    });
    this.#window = window;
    if (state.now.isMaximized) window.maximize();
    connect(window);
    this.#remember(window);
    this.#watchPage(window);
    window.on('close', (event) => {
      if (onClose(window) === 'close') return;
      event.preventDefault();
      window.hide();
    });
    window.on('closed', () => {
      this.#window = null;
      this.#isListening = false;
    });
    void window.loadURL(PAGE_URL);
    return window;
  }

  #remember(window: BrowserWindow): void {
    let timer: NodeJS.Timeout | undefined;
    const save = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
        this.#options.state.change({ bounds: window.getNormalBounds(), isMaximized: window.isMaximized() });
      }, SAVE_AFTER_MS);
    };
    window.on('move', save);
    window.on('resize', save);
    window.on('maximize', save);
    window.on('unmaximize', save);
    const tell = (): void => this.#tellState();
    window.on('focus', tell);
    window.on('blur', tell);
    window.on('maximize', tell);
    window.on('unmaximize', tell);
    window.on('enter-full-screen', tell);
    window.on('leave-full-screen', tell);
  }

  /** The page may die; what runs in the engine goes on, and the page is loaded again, once in a while. */
  #watchPage(window: BrowserWindow): void {
    const { log } = this.#options;
    window.webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) this.#isListening = false;
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      log.error('shell.page-gone', { reason });
      this.#isListening = false;
      const now = performance.now();
      if (reason === 'clean-exit' || now - this.#reloadedAt < RELOAD_AGAIN_MS) return;
      this.#reloadedAt = now;
      window.webContents.reload();
    });
    window.on('unresponsive', () => log.warn('shell.page-unresponsive'));
  }

  #tellState(): void {
    const window = this.#window;
    if (window === null || !this.#isListening) return;
    this.#options.tell(window, {
      type: 'face',
      told: 'window',
      isFocused: window.isFocused(),
      isFullScreen: window.isFullScreen(),
      isMaximized: window.isMaximized(),
    });
  }

  #dress(): void {
    const window = this.#window;
    if (window === null) return;
    window.setBackgroundColor(colours().window);
    if (process.platform === 'win32') window.setTitleBarOverlay(overlay());
  }
}

/** Title bars: ux.md § 26. */
function frameOfSystem(): Electron.BrowserWindowConstructorOptions {
  if (process.platform === 'darwin') {
    return { titleBarStyle: 'hiddenInset', trafficLightPosition: { x: 18, y: 18 } };
  }
  if (process.platform === 'win32') return { titleBarStyle: 'hidden', titleBarOverlay: overlay() };
  return {};
}

function overlay(): Electron.TitleBarOverlayOptions {
  return { color: '#00000000', symbolColor: colours().symbol, height: TITLE_BAR_PX };
}

function colours(): { readonly window: string; readonly symbol: string } {
  return nativeTheme.shouldUseDarkColors ? COLOURS.dark : COLOURS.light;
}
