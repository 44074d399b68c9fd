import { Menu, type MenuItemConstructorOptions, nativeTheme, type Rectangle, Tray } from 'electron';
import { type TrayStep, trayImage } from './tray-images.ts';
import { alwaysItems, type TrayAction, type TrayIcon, type TrayItem, type TrayStatus } from './tray-status.ts';

interface AppTrayOptions {
  readonly act: (action: TrayAction) => void;
  /** A left click: the popover, where there is one. */
  readonly onClick: (icon: Rectangle) => void;
}

/** How fast the bars of the backing-up icon move; they stand still where motion is not wanted. */
const STEP_MS = 700;

/** The icon. Kept by whoever made it: one that is collected disappears. */
export class AppTray {
  readonly #options: AppTrayOptions;
  #tray: Tray | null = null;
  #status: TrayStatus | null = null;
  #step: TrayStep = 1;
  #timer: NodeJS.Timeout | undefined;
  #shown = '';

  constructor(options: AppTrayOptions) {
    this.#options = options;
    nativeTheme.on('updated', () => this.#draw());
  }

  get isShown(): boolean {
    return this.#tray !== null;
  }

  setShown(isShown: boolean): void {
    if (isShown === this.isShown) return;
    if (!isShown) {
      this.#tray?.destroy();
      this.#tray = null;
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const status = this.#status;
    this.#tray = new Tray(trayImage(status?.icon ?? 'idle', 1, nativeTheme.shouldUseDarkColorsForSystemIntegratedUI));
    const tray = this.#tray;
    tray.on('click', (_event, bounds) => this.#options.onClick(bounds));
    // With a menu set, macOS would open it on the left click and Windows would not know of the flyout.
    if (process.platform !== 'linux') {
      tray.on('right-click', () => {
        if (this.#status !== null) tray.popUpContextMenu(this.#menu(this.#status));
      });
    }
    this.#shown = '';
    if (status !== null) this.update(status);
  }

  update(status: TrayStatus): void {
    this.#status = status;
    const isMoving = status.icon === 'backing-up' && this.#tray !== null;
    if (isMoving && this.#timer === undefined) {
      this.#timer = setInterval(() => {
        this.#step = this.#step === 3 ? 1 : this.#step === 1 ? 2 : 3;
        this.#draw();
      }, STEP_MS);
    } else if (!isMoving) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    if (this.#tray === null) return;
    const words = JSON.stringify([status.first, status.second, status.items, status.icon]);
    if (words === this.#shown) return;
    this.#shown = words;
    this.#draw();
    this.#tray.setToolTip(status.first);
    // The panels of Linux know only a menu, and see its changes only when it is set again.
    if (process.platform === 'linux') this.#tray.setContextMenu(this.#menu(status));
  }

  #draw(): void {
    const icon: TrayIcon = this.#status?.icon ?? 'idle';
    this.#tray?.setImage(trayImage(icon, this.#step, nativeTheme.shouldUseDarkColorsForSystemIntegratedUI));
  }

  #menu(status: TrayStatus): Menu {
    const entry = ({ id, label, action }: TrayItem): MenuItemConstructorOptions => ({
      id,
      label,
      click: () => this.#options.act(action),
    });
    const said = [status.first, status.second].filter((line) => line !== '');
    return Menu.buildFromTemplate([
      ...said.map((label, index) => ({ id: `line-${index}`, label, enabled: false })),
      { type: 'separator' },
      ...status.items.map(entry),
      ...(status.items.length > 0 ? [{ type: 'separator' } as const] : []),
      ...alwaysItems().map(entry),
    ]);
  }
}
