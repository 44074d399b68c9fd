import { app, type BrowserWindow } from 'electron';
import type { FaceTold, FaceWish } from '../../../shared/contract/face.ts';
import type { FactsWatch } from '../facts/facts.ts';
import { PopoverWindow } from '../windows/popover-window.ts';
import type { Quitting } from '../windows/quitting.ts';
import { AppTray } from './tray.ts';
import { phoneRows } from './tray-phones.ts';
import { alwaysItems, type TrayAction, type TrayItem, type TrayStatus, trayStatus } from './tray-status.ts';

interface TrayFaceParts {
  readonly facts: FactsWatch;
  readonly quitting: Quitting;
  readonly act: (action: TrayAction) => void;
  /** Joins the popover's page to the shell. */
  readonly connect: (window: BrowserWindow, onWish: (wish: FaceWish) => void) => void;
  readonly tell: (window: BrowserWindow, told: FaceTold) => void;
  readonly openWindow: () => void;
}

/** The icon and its popover, kept at what the engine tells. */
export class TrayFace {
  readonly #parts: TrayFaceParts;
  readonly #tray: AppTray;
  readonly #popover: PopoverWindow;
  #extra: readonly TrayItem[] = [];

  constructor(parts: TrayFaceParts) {
    this.#parts = parts;
    this.#popover = new PopoverWindow((window) => parts.connect(window, (wish) => this.#wished(wish)));
    this.#tray = new AppTray({
      act: parts.act,
      onClick: (icon) => {
        // Panels of Linux tell no place to put a popover at.
        if (process.platform === 'linux') parts.openWindow();
        else this.#popover.toggle(icon);
      },
    });
    parts.facts.onChange(({ settings, engine }) => {
      // With an engine that cannot be started nobody knows the settings: a program without a window must be found.
      if (settings !== null) this.#tray.setShown(settings.menuBarIcon);
      else if (engine === 'failed') this.#tray.setShown(true);
      this.refresh();
    });
  }

  get isShown(): boolean {
    return this.#tray.isShown;
  }

  /** Also when the clock or an intention changed, and not only a fact. */
  refresh(): void {
    const status = this.#status();
    this.#tray.update(status);
    const { window } = this.#popover;
    if (window?.isVisible() === true) this.#parts.tell(window, this.#told(status));
  }

  /** An item of the program itself, above the others: an update that waits. */
  setExtra(items: readonly TrayItem[]): void {
    this.#extra = items;
    this.refresh();
  }

  #status(): TrayStatus {
    const { facts, quitting } = this.#parts;
    const context = { now: new Date(), locale: locale(), isQuittingLater: quitting.isLater };
    const status = trayStatus(facts.now, context);
    return { ...status, items: [...this.#extra, ...status.items] };
  }

  #wished(wish: FaceWish): void {
    const { window } = this.#popover;
    if (window === null) return;
    const status = this.#status();
    if (wish.wish === 'hello') this.#parts.tell(window, this.#told(status));
    else if (wish.wish === 'height') this.#popover.setHeight(wish.pixels);
    else if (wish.wish === 'close' || wish.wish === 'act') {
      this.#popover.hide();
      if (wish.wish === 'close') return;
      const chosen = [...status.items, ...alwaysItems()].find(({ id }) => id === wish.id);
      const row = phoneRows(this.#parts.facts.now, new Date(), locale()).find(({ act }) => act?.id === wish.id);
      if (chosen !== undefined) this.#parts.act(chosen.action);
      else if (row !== undefined) this.#parts.act({ kind: 'back-up', udid: wish.id.replace(/^back-up:/, '') });
    }
  }

  /** Backing up a phone is a button in its row here, and an item in menus. */
  #told({ icon, first, second, percent, items }: TrayStatus): FaceTold {
    const phones = phoneRows(this.#parts.facts.now, new Date(), locale());
    const inRows = new Set(phones.map(({ act }) => act?.id));
    const actions = [...items, ...alwaysItems()]
      .filter(({ id }) => !inRows.has(id))
      .map(({ id, label }) => ({ id, label, isEnabled: true }));
    return { type: 'face', told: 'status', state: icon, first, second, percent, phones, actions };
  }
}

function locale(): string | undefined {
  return app.getLocale() || undefined;
}
