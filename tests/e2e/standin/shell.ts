import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { BUILT } from './build.ts';
import { type LaunchedApp, type LaunchOptions, launchApp } from './launch.ts';
import type { Script } from './scripted-engine.ts';

/** The app with an engine that a test dictates. */
export interface Shell {
  readonly app: LaunchedApp;
  readonly home: string;
  /** Sets the engine's state. */
  tell(script: Script): Promise<void>;
  /** What reached the engine, in order. */
  heard(): Promise<{ readonly name: string; readonly input?: unknown }[]>;
  /** The shell's own log, as objects. */
  log(): { readonly event: string; readonly data?: Record<string, unknown> }[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ShellOptions extends Partial<Omit<LaunchOptions, 'folder'>> {
  readonly keepHome?: boolean;
}

export async function openShell({ keepHome = false, ...options }: ShellOptions = {}): Promise<Shell> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'backstop-shell-'));
  const app = await launchApp({
    folder: BUILT,
    ...options,
    home,
    env: { STANDIN_ENGINE: join(import.meta.dirname, 'scripted-engine.ts'), ...options.env },
  });
  return {
    app,
    home,
    tell: async (script) => {
      await eventually(
        () => app.evaluate(({ utilityProcess }) => utilityProcess.all.length),
        (count) => count > 0,
      );
      await app.evaluate(
        ({ utilityProcess }, one) => utilityProcess.all.at(-1)!.postMessage({ type: 'script', script: one }),
        script,
      );
    },
    heard: () =>
      app.evaluate(async ({ utilityProcess }) => {
        const engine = utilityProcess.all.at(-1)!;
        const { promise, resolve } = Promise.withResolvers<{ name: string; input?: unknown }[]>();
        const hear = (frame: { type?: unknown; heard?: never }): void => {
          if (frame.type === 'heard') resolve(frame.heard ?? []);
        };
        engine.on('message', hear);
        engine.postMessage({ type: 'heard?' });
        const given = await promise;
        engine.removeListener('message', hear);
        return given;
      }),
    log: () => readLog(home),
    async [Symbol.asyncDispose]() {
      await app.close();
      if (!keepHome) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function readLog(home: string): { event: string; data?: Record<string, unknown> }[] {
  return readFileSync(join(home, 'logs/backstop.log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { event: string; data?: Record<string, unknown> });
}

/** Until something holds; the error says what was there instead. */
export async function eventually<T>(
  read: () => T | Promise<T>,
  holds: (value: T) => boolean,
  patienceMs = 5000,
): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > until) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Posts any frame as the page would, and gives the first frame that comes back with its id (or −1). */
export function postFrame(page: Page, frame: string, id = 9001): Promise<Record<string, unknown>> {
  return page.evaluate(`new Promise((resolve) => {
    const stop = window.backstop.onFrame((reply) => {
      if (reply.id === ${id} || reply.id === -1) { stop(); resolve(reply); }
    });
    window.backstop.post(${frame});
  })`);
}

export { job, phone, progress, vault } from '../../support/shell-facts.ts';
