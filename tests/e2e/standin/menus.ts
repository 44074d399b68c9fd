import { EventEmitter } from 'node:events';
import { strict } from './strict.ts';

type Template = Electron.MenuItemConstructorOptions;

const MODIFIERS = /^(Cmd|Command|Ctrl|Control|CmdOrCtrl|CommandOrControl|Alt|Option|AltGr|Shift|Super|Meta)$/;
const KEYS =
  /^([A-Z0-9]|[,.[\]/;'`=\\-]|F([1-9]|1\d|2[0-4])|Plus|Space|Tab|Backspace|Delete|Return|Enter|Up|Down|Left|Right|Home|End|PageUp|PageDown|Esc(ape)?)$/;

export class MenuItemStandIn {
  readonly id: string | undefined;
  readonly label: string;
  readonly role: string | undefined;
  readonly type: string;
  readonly accelerator: string | undefined;
  enabled: boolean;
  readonly submenu: MenuStandIn | null;
  readonly #click: (() => void) | null;

  constructor(template: Template) {
    this.id = template.id;
    this.role = template.role;
    this.label = template.label ?? template.role ?? '';
    this.type = template.type ?? (template.submenu === undefined ? 'normal' : 'submenu');
    this.enabled = template.enabled ?? true;
    this.accelerator = template.accelerator;
    if (this.accelerator !== undefined) checkAccelerator(this.accelerator);
    this.submenu = Array.isArray(template.submenu) ? MenuStandIn.buildFromTemplate(template.submenu) : null;
    const { click } = template;
    this.#click = click === undefined ? null : () => (click as () => void)();
    if (this.type === 'normal' && this.label === '') throw new Error('electron stand-in: an item without a label');
  }

  click(): void {
    if (!this.enabled) throw new Error(`electron stand-in: "${this.label}" is not enabled`);
    if (this.#click === null) throw new Error(`electron stand-in: "${this.label}" does nothing`);
    this.#click();
  }
}

function checkAccelerator(accelerator: string): void {
  const parts = accelerator.split('+');
  const key = parts.pop() ?? '';
  if (!KEYS.test(key) || !parts.every((part) => MODIFIERS.test(part))) {
    throw new Error(`electron stand-in: "${accelerator}" is no accelerator`);
  }
}

let applicationMenu: MenuStandIn | null = null;

export class MenuStandIn {
  readonly items: readonly MenuItemStandIn[];
  constructor(items: readonly MenuItemStandIn[]) {
    this.items = items;
  }
  static buildFromTemplate(template: readonly Template[]): MenuStandIn {
    return new MenuStandIn(template.map((one) => new MenuItemStandIn(one)));
  }
  static setApplicationMenu(menu: MenuStandIn | null): void {
    applicationMenu = menu;
  }
  static getApplicationMenu(): MenuStandIn | null {
    return applicationMenu;
  }
  getMenuItemById(id: string): MenuItemStandIn | null {
    for (const item of this.items) {
      if (item.id === id) return item;
      const inside = item.submenu?.getMenuItemById(id) ?? null;
      if (inside !== null) return inside;
    }
    return null;
  }
}

const allTrays: TrayStandIn[] = [];
export class TrayStandIn extends EventEmitter {
  static readonly all = allTrays;
  image: Electron.NativeImage;
  tooltip = '';
  /** Set with `setContextMenu`, or shown with `popUpContextMenu`. */
  menu: MenuStandIn | null = null;
  popped: MenuStandIn | null = null;
  #isGone = false;

  constructor(image: Electron.NativeImage) {
    super();
    this.image = image;
    allTrays.push(this);
    // biome-ignore lint/correctness/noConstructorReturn: what is not modelled must throw on instances too.
    return strict('Tray', this);
  }
  setImage(image: Electron.NativeImage): void {
    this.image = image;
  }
  setToolTip(tooltip: string): void {
    this.tooltip = tooltip;
  }
  setContextMenu(menu: MenuStandIn | null): void {
    this.menu = menu;
  }
  popUpContextMenu(menu: MenuStandIn): void {
    this.popped = menu;
  }
  destroy(): void {
    this.#isGone = true;
    allTrays.splice(allTrays.indexOf(this), 1);
  }
  isDestroyed(): boolean {
    return this.#isGone;
  }
}
