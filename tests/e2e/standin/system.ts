import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { strict } from './strict.ts';

/** What of the system a test reads or presses: dialogs, notifications, power, theme, pages opened outside. */

type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

const answers: object[] = [];
const asked: object[] = [];
function prepared(args: readonly unknown[]): object {
  const options = args.at(-1) as object;
  asked.push(options);
  const answer = answers.shift();
  if (answer === undefined) throw new Error(`electron stand-in: no answer was prepared for ${JSON.stringify(options)}`);
  return answer;
}
export const dialog = strict('dialog', {
  /** A test puts answers here, and reads what was asked. */
  answers,
  asked,
  showOpenDialog: async (...args: unknown[]) => prepared(args) as Electron.OpenDialogReturnValue,
  showMessageBox: async (...args: unknown[]) => prepared(args) as Electron.MessageBoxReturnValue,
});

const opened: string[] = [];
const shown: string[] = [];
export const shell = strict('shell', {
  opened,
  shown,
  openExternal: async (url: string): Promise<void> => {
    opened.push(url);
  },
  showItemInFolder: (path: string): void => {
    shown.push(path);
  },
});

class Power extends EventEmitter {}
export const powerMonitor = new Power();

const blockers = new Map<number, string>();
let nextBlocker = 0;
export const powerSaveBlocker = strict('powerSaveBlocker', {
  /** For a test: what keeps the computer awake now, and how often anything did. */
  blockers,
  counted: () => nextBlocker,
  start(type: 'prevent-app-suspension' | 'prevent-display-sleep'): number {
    blockers.set(nextBlocker, type);
    return nextBlocker++;
  },
  stop(id: number): boolean {
    if (!blockers.delete(id)) throw new Error('electron stand-in: this blocker does not run');
    return true;
  },
});

class Theme extends EventEmitter {
  #source: 'system' | 'light' | 'dark' = 'system';
  /** What the system wants, for a test. */
  systemIsDark = false;

  get themeSource(): 'system' | 'light' | 'dark' {
    return this.#source;
  }
  set themeSource(source: 'system' | 'light' | 'dark') {
    if (source === this.#source) return;
    this.#source = source;
    this.emit('updated');
  }
  get shouldUseDarkColors(): boolean {
    return this.#source === 'system' ? this.systemIsDark : this.#source === 'dark';
  }
  get shouldUseDarkColorsForSystemIntegratedUI(): boolean {
    return this.systemIsDark;
  }
}
export const nativeTheme = strict('nativeTheme', new Theme());

const display = { id: 1, workArea: { x: 0, y: 25, width: 1920, height: 1055 } };
export const screen = strict('screen', {
  /** A test may move or take away displays. */
  displays: [display] as { readonly id: number; workArea: Box }[],
  getPrimaryDisplay() {
    return this.displays[0] as unknown as Electron.Display;
  },
  getAllDisplays() {
    return this.displays as unknown as Electron.Display[];
  },
  getDisplayMatching(_box: Box) {
    return this.displays[0] as unknown as Electron.Display;
  },
});

const touchId = { isThere: true, fits: true, reasons: [] as string[] };
export const systemPreferences = strict('systemPreferences', {
  touchId,
  canPromptTouchID: (): boolean => touchId.isThere,
  promptTouchID: async (reason: string): Promise<void> => {
    touchId.reasons.push(reason);
    if (!touchId.fits) throw new Error('cancelled');
  },
});

export const crashReporter = strict('crashReporter', {
  started: [] as Electron.CrashReporterStartOptions[],
  start(options: Electron.CrashReporterStartOptions): void {
    this.started.push(options);
  },
});

class Image {
  readonly path: string;
  isTemplate = false;
  constructor(path: string) {
    this.path = path;
  }
  isEmpty(): boolean {
    return !existsSync(this.path);
  }
  setTemplateImage(isTemplate: boolean): void {
    this.isTemplate = isTemplate;
  }
}
export const nativeImage = strict('nativeImage', {
  createFromPath(path: string) {
    if (!existsSync(path)) throw new Error(`electron stand-in: there is no picture at ${path}`);
    return strict('nativeImage', new Image(path)) as unknown as Electron.NativeImage;
  },
});

const allNotifications: NotificationStandIn[] = [];
class NotificationStandIn extends EventEmitter {
  static readonly all = allNotifications;
  static isSupported(): boolean {
    return true;
  }
  readonly options: Electron.NotificationConstructorOptions;
  isShown = false;
  constructor(options: Electron.NotificationConstructorOptions) {
    super();
    this.options = options;
  }
  show(): void {
    this.isShown = true;
    allNotifications.push(this);
  }
}

export { NotificationStandIn as Notification };
