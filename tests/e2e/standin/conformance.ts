import type * as standIn from './electron.ts';

/**
 * Does the stand-in keep to Electron's own types? Compiled, never run: a member that both have must fit Electron's. What a
 * test reads or presses (`told`, `answers`, `all` …) is the stand-in's own and is left out, as are the members of emitters,
 * whose overloads for each event no emitter of Node's can have.
 */
type Emitter = keyof NodeJS.EventEmitter | 'addListener' | 'once' | 'on' | 'off' | 'emit';
type Common<Ours, Theirs> = Exclude<Extract<keyof Ours, keyof Theirs>, Emitter>;

/** Every common function takes what Electron's takes; every common value is of Electron's type. */
type Fits<Ours, Theirs> = {
  [K in Common<Ours, Theirs>]: Theirs[K] extends (...args: infer A) => unknown
    ? [Ours[K]] extends [(...args: A) => unknown]
      ? true
      : [K, 'takes something else']
    : [Ours[K]] extends [Theirs[K]]
      ? true
      : [K, 'is of another type'];
}[Common<Ours, Theirs>];

/** Plain values and promises that Electron's functions give back, the stand-in's give back. */
type Gives<Ours, Theirs> = {
  [K in Common<Ours, Theirs>]: [Theirs[K], Ours[K]] extends [
    (...args: never[]) => infer R,
    (...args: never[]) => infer O,
  ]
    ? [R] extends [boolean | string | number | Promise<unknown>]
      ? [O] extends [R]
        ? true
        : [K, 'gives something else']
      : true
    : true;
}[Common<Ours, Theirs>];

/** Members that Electron does not have and that no test tool explains would be inventions. */
type Invented<Ours, Theirs, Tools extends string> = Exclude<keyof Ours, keyof Theirs | Tools | Emitter>;

type AllTrue<T> = [T] extends [true] ? true : T;
type None<T> = [T] extends [never] ? true : T;

const sound = <T extends true>(): T | undefined => undefined;
type Window = InstanceType<typeof standIn.BrowserWindow>;

sound<AllTrue<Fits<typeof standIn.app, Electron.App>>>();
sound<AllTrue<Gives<typeof standIn.app, Electron.App>>>();
sound<None<Invented<typeof standIn.app, Electron.App, 'told'>>>();
sound<AllTrue<Fits<typeof standIn.dialog, Electron.Dialog>>>();
sound<AllTrue<Gives<typeof standIn.dialog, Electron.Dialog>>>();
sound<None<Invented<typeof standIn.dialog, Electron.Dialog, 'answers' | 'asked'>>>();
sound<AllTrue<Fits<typeof standIn.shell, Electron.Shell>>>();
sound<AllTrue<Gives<typeof standIn.shell, Electron.Shell>>>();
sound<None<Invented<typeof standIn.shell, Electron.Shell, 'opened' | 'shown'>>>();
sound<AllTrue<Fits<typeof standIn.screen, Electron.Screen>>>();
sound<AllTrue<Gives<typeof standIn.screen, Electron.Screen>>>();
sound<AllTrue<Gives<typeof standIn.powerSaveBlocker, Electron.PowerSaveBlocker>>>();
sound<None<Invented<typeof standIn.powerSaveBlocker, Electron.PowerSaveBlocker, 'blockers' | 'counted'>>>();
sound<AllTrue<Fits<typeof standIn.systemPreferences, Electron.SystemPreferences>>>();
sound<AllTrue<Gives<typeof standIn.systemPreferences, Electron.SystemPreferences>>>();
sound<None<Invented<typeof standIn.systemPreferences, Electron.SystemPreferences, 'touchId'>>>();
sound<AllTrue<Fits<typeof standIn.nativeTheme, Electron.NativeTheme>>>();
sound<None<Invented<typeof standIn.nativeTheme, Electron.NativeTheme, 'systemIsDark'>>>();
sound<AllTrue<Gives<typeof standIn.protocol, Electron.Protocol>>>();
sound<None<Invented<typeof standIn.protocol, Electron.Protocol, never>>>();
sound<AllTrue<Gives<typeof standIn.crashReporter, Electron.CrashReporter>>>();
sound<None<Invented<typeof standIn.crashReporter, Electron.CrashReporter, 'started'>>>();
sound<AllTrue<Gives<Window, Electron.BrowserWindow>>>();
sound<None<Invented<Window, Electron.BrowserWindow, 'options' | 'told'>>>();
sound<AllTrue<Gives<Window['webContents'], Electron.WebContents>>>();
sound<
  None<
    Invented<
      Window['webContents'],
      Electron.WebContents,
      'page' | 'allowedWindows' | 'askForWindow' | 'load' | 'end' | 'known'
    >
  >
>();
sound<AllTrue<Gives<InstanceType<typeof standIn.Tray>, Electron.Tray>>>();
sound<None<Invented<InstanceType<typeof standIn.Tray>, Electron.Tray, 'image' | 'tooltip' | 'menu' | 'popped'>>>();
sound<None<Invented<InstanceType<typeof standIn.Notification>, Electron.Notification, 'options' | 'isShown'>>>();

// The check bites: an invented member, a wrong type and a wrong answer are seen.
// @ts-expect-error setBadgeColour is no member of Electron's app.
sound<None<Invented<{ setBadgeColour(): void }, Electron.App, never>>>();
// @ts-expect-error a title is text.
sound<AllTrue<Fits<{ name: number }, Electron.App>>>();
// @ts-expect-error whether a window is visible is yes or no.
sound<AllTrue<Gives<{ isVisible(): string }, Electron.BrowserWindow>>>();
