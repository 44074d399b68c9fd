import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import { type FaceCommand, type FaceTold, faceCommand } from '../../../shared/contract/face.ts';
import type { InputOf } from '../../../shared/contract/procedures/index.ts';
import { type ShellTextKey, shellText } from '../../../shared/text/shell/index.ts';

interface AppMenuOptions {
  /** Opens the window where it is hidden, and says it to the page. */
  readonly tell: (told: FaceTold) => void;
  readonly help: (page: InputOf<'system.openHelp'>['page']) => void;
  /** Null: updates are not set up in this copy. */
  readonly checkForUpdates: (() => void) | null;
}

type Item = MenuItemConstructorOptions;
const PHONES = 9;

/** The menus of the window with the shortcuts of ux.md § 19: the menu bar on macOS, behind Alt elsewhere. */
export function appMenu(options: AppMenuOptions): Menu {
  const isMac = process.platform === 'darwin';
  return Menu.buildFromTemplate([
    ...(isMac ? [macMenu(options)] : []),
    fileMenu(options, isMac),
    { role: 'editMenu', label: shellText('menu.edit') },
    viewMenu(options),
    backupMenu(options),
    ...(isMac ? [{ role: 'windowMenu', label: shellText('menu.window') } as const] : []),
    helpMenu(options, isMac),
  ]);
}

/** No dead item: what the page cannot do where it is cannot be chosen. */
export function setPossible(menu: Menu, commands: readonly FaceCommand[]): void {
  for (const name of faceCommand.options) {
    const item = menu.getMenuItemById(name);
    if (item !== null) item.enabled = commands.includes(name);
  }
}

function macMenu(options: AppMenuOptions): Item {
  return {
    label: app.name,
    submenu: [
      { role: 'about', label: shellText('menu.about') },
      ...updates(options),
      { type: 'separator' },
      settings(options),
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit', label: shellText('menu.quit') },
    ],
  };
}

function fileMenu(options: AppMenuOptions, isMac: boolean): Item {
  return {
    label: shellText('menu.file'),
    submenu: [
      command(options, 'export', 'menu.export', 'CmdOrCtrl+E'),
      { type: 'separator' },
      ...(isMac ? [] : [settings(options)]),
      { role: 'close', label: shellText('menu.close') },
      ...(isMac ? [] : [{ role: 'quit', label: shellText('menu.quit') } as const]),
    ],
  };
}

function viewMenu(options: AppMenuOptions): Item {
  const isMac = process.platform === 'darwin';
  return {
    label: shellText('menu.view'),
    submenu: [
      go(options, '/home', 'menu.home', 'CmdOrCtrl+1'),
      go(options, '/cleanup', 'menu.cleanup', 'CmdOrCtrl+2'),
      command(options, 'show-history', 'menu.history', 'CmdOrCtrl+3'),
      command(options, 'show-browse', 'menu.browse', 'CmdOrCtrl+4'),
      command(options, 'show-changes', 'menu.changes', 'CmdOrCtrl+5'),
      command(options, 'show-verify', 'menu.verify', 'CmdOrCtrl+6'),
      { type: 'separator' },
      go(options, '/backups', 'menu.allBackups'),
      go(options, '/destinations', 'menu.destinations'),
      go(options, '/activity', 'menu.activity'),
      { label: shellText('menu.phone'), submenu: phones(options) },
      { type: 'separator' },
      command(options, 'back', 'menu.back', isMac ? 'Cmd+[' : 'Alt+Left'),
      command(options, 'forward', 'menu.forward', isMac ? 'Cmd+]' : 'Alt+Right'),
      { type: 'separator' },
      command(options, 'find', 'menu.find', 'CmdOrCtrl+F'),
      command(options, 'search-all', 'menu.searchAll', 'CmdOrCtrl+Shift+F'),
      { type: 'separator' },
      command(options, 'sidebar', 'menu.sidebar', isMac ? 'Alt+Cmd+S' : 'Ctrl+B'),
      command(options, 'inspector', 'menu.inspector', 'CmdOrCtrl+I'),
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
    ],
  };
}

function backupMenu(options: AppMenuOptions): Item {
  return {
    label: shellText('menu.backup'),
    submenu: [
      // Ctrl+B shows the sidebar on Windows (ux.md § 2), so Back Up takes Shift there.
      command(options, 'back-up', 'menu.backUp', process.platform === 'darwin' ? 'Cmd+B' : 'Ctrl+Shift+B'),
      command(options, 'cancel-backup', 'menu.cancel', 'CmdOrCtrl+.'),
      { type: 'separator' },
      // Without modifiers these keys belong to whatever is typed into; the page listens for them itself.
      shown(command(options, 'older-backup', 'menu.older', '[')),
      shown(command(options, 'newer-backup', 'menu.newer', ']')),
      command(options, 'pin', 'menu.pin', 'CmdOrCtrl+P'),
    ],
  };
}

function helpMenu({ help, ...options }: AppMenuOptions, isMac: boolean): Item {
  return {
    role: 'help',
    label: shellText('menu.help'),
    submenu: [
      { label: shellText('menu.helpPassword'), click: () => help('forgotten-password') },
      { label: shellText('menu.helpDevices'), click: () => help('apple-devices') },
      { label: shellText('menu.helpCables'), click: () => help('cables') },
      ...(isMac
        ? []
        : [
            { type: 'separator' } as const,
            ...updates({ help, ...options }),
            { role: 'about', label: shellText('menu.about') } as const,
          ]),
    ],
  };
}

function updates({ checkForUpdates }: AppMenuOptions): Item[] {
  if (checkForUpdates === null) return [];
  return [{ id: 'check-for-updates', label: shellText('menu.checkForUpdates'), click: checkForUpdates }];
}

function settings(options: AppMenuOptions): Item {
  return go(options, '/settings', 'menu.settings', 'CmdOrCtrl+,');
}

function phones({ tell }: AppMenuOptions): Item[] {
  return Array.from({ length: PHONES }, (_none, index) => ({
    label: shellText('menu.phoneAt', { number: index + 1 }),
    accelerator: `Alt+CmdOrCtrl+${index + 1}`,
    click: () => tell({ type: 'face', told: 'phone', index }),
  }));
}

function command({ tell }: AppMenuOptions, name: FaceCommand, key: ShellTextKey, accelerator: string): Item {
  return {
    id: name,
    label: shellText(key),
    accelerator,
    click: () => tell({ type: 'face', told: 'command', command: name }),
  };
}

/** The key is shown, and not taken. */
function shown(item: Item): Item {
  return { ...item, registerAccelerator: false };
}

function go({ tell }: AppMenuOptions, route: string, key: ShellTextKey, accelerator?: string): Item {
  return {
    id: `go:${route}`,
    label: shellText(key),
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => tell({ type: 'face', told: 'go', route }),
  };
}
