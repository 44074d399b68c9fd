import { type BrowserWindow, type Rectangle, screen } from 'electron';
import { PAGE_URL } from '../security/origins.ts';
import { closedWindow } from './closed-window.ts';
import { popoverBounds } from './popover-bounds.ts';
import type { Box } from './window-bounds.ts';

const WIDTH_PX = 344;
const FIRST_HEIGHT_PX = 240;

/** The small window under the menu bar's icon (macOS) or over the tray (Windows). It asks the engine nothing. */
export class PopoverWindow {
  readonly #connect: (window: BrowserWindow) => void;
  #window: BrowserWindow | null = null;
  #icon: Rectangle = { x: 0, y: 0, width: 0, height: 0 };
  #hiddenAt = Number.NEGATIVE_INFINITY;

  constructor(connect: (window: BrowserWindow) => void) {
    this.#connect = connect;
  }

  get window(): BrowserWindow | null {
    return this.#window;
  }

  /** A click on the icon takes the focus away first, which hides it: then the click meant "close". */
  toggle(icon: Rectangle): void {
    const wasJustHidden = performance.now() - this.#hiddenAt < 200;
    if (this.#window?.isVisible() === true) this.hide();
    else if (!wasJustHidden) this.#show(icon);
  }

  hide(): void {
    if (this.#window?.isVisible() !== true) return;
    this.#hiddenAt = performance.now();
    this.#window.hide();
  }

  setHeight(pixels: number): void {
    this.#window?.setBounds(this.#place(pixels));
  }

  #show(icon: Rectangle): void {
    this.#icon = icon;
    const window = this.#window ?? this.#make();
    window.setBounds(this.#place(window.getBounds().height));
    window.show();
    window.focus();
  }

  #place(height: number): Box {
    return popoverBounds(this.#icon, screen.getDisplayMatching(this.#icon).workArea, { width: WIDTH_PX, height });
  }

  #make(): BrowserWindow {
    const window = closedWindow({
      width: WIDTH_PX,
      height: FIRST_HEIGHT_PX,
      show: false,
      frame: false,
      resizable: false,
      movable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      title: 'Backstop',
    });
    this.#window = window;
    this.#connect(window);
    window.on('blur', () => this.hide());
    window.on('closed', () => {
      this.#window = null;
    });
    void window.loadURL(`${PAGE_URL}popover.html`);
    return window;
  }
}
