import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BackstopError, describeError, isBackstopError } from '../../shared/errors/index.ts';
import { type EngineChild, type EngineProcess, forkEngine, startEngineProcess } from '../engine/client.ts';
import { openLog } from '../engine/log/index.ts';
import { appHome } from '../engine/platform/index.ts';
import {
  type Certificate,
  namesOf,
  ownCertificate,
  type RunningServer,
  readBuiltPages,
  readCertificate,
  startServer,
} from '../server/index.ts';
import type { CommandLine, ServeChoice } from './arguments.ts';
import { openInBrowser } from './open-in-browser.ts';
import type { Output } from './output.ts';
import { readPasswordFile } from './passwords.ts';

/** The usual port, so that a browser meets the same origin again. */
const USUAL_PORT = 48_010;

export interface ServeContext {
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly spawnEngine?: (() => EngineChild) | undefined;
}

/** `backstop serve`: the engine in a process of its own, its pages for a browser; until it is told to end. */
export async function runServe(line: CommandLine, context: ServeContext): Promise<number> {
  const { output, env, signal } = context;
  const { serve, passwordFile } = line;
  const home = appHome(env);
  const log = openLog(home, env).bind({ area: 'server' });
  // What can be refused is refused before an engine is started for it.
  const pages = await readBuiltPages(pagesFolder(env));
  const password = passwordFile === null ? null : await readPasswordFile(passwordFile);
  const tls = await certificateOf(serve, home);
  const engine = startEngineProcess({
    spawn: context.spawnEngine ?? (() => forkEngine({ entry: engineEntry(), env })),
    log,
  });
  let server: RunningServer | null = null;
  try {
    const onProblem = (error: unknown): void => log.error('server.problem', { error });
    server = await startOn(serve, { engine, pages, host: serve.host, tls, password, onProblem });
    tellFailures(engine, output);
    const link = server.newLink();
    output.result({ type: 'result', address: server.address, link } as { type: 'result' }, words(server, link, tls));
    if (serve.open) await openInBrowser(link, home);
    const lines = linksOnEnter(server, line.json);
    await untilAborted(signal);
    lines?.close();
  } finally {
    await server?.close();
    await engine.close();
    await rm(join(home, 'open.html'), { force: true });
  }
  return 0;
}

type Listening = Omit<Parameters<typeof startServer>[0], 'port'>;

/** The port that was asked for, else the usual one, else any. */
async function startOn({ port }: ServeChoice, options: Listening): Promise<RunningServer> {
  if (port !== null) return startServer({ ...options, port });
  try {
    return await startServer({ ...options, port: USUAL_PORT });
  } catch (error) {
    if (!isBackstopError(error, 'server/cannot-listen') || error.data['reason'] !== 'EADDRINUSE') throw error;
    return startServer({ ...options, port: 0 });
  }
}

async function certificateOf(serve: ServeChoice, home: string): Promise<Certificate | null> {
  if (serve.tlsCert !== null && serve.tlsKey !== null) return readCertificate(serve.tlsCert, serve.tlsKey);
  return serve.selfSigned ? ownCertificate(home, namesOf(serve.host)) : null;
}

/** The pages as they were built: beside the bundled program, or in the checkout. */
function pagesFolder(env: NodeJS.ProcessEnv): string {
  const chosen = env['BACKSTOP_PAGES'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const places = ['../renderer', '../../../out/renderer'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = places.find((folder) => existsSync(join(folder, 'index.html')));
  if (found === undefined || !existsSync(join(found, 'assets'))) throw new BackstopError('server/no-pages');
  return found;
}

/** The program of the engine's process: a source in the checkout, else its bundle beside this one. */
function engineEntry(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? '../engine/host.ts' : './engine.js', import.meta.url);
}

function words(server: RunningServer, link: string, tls: Certificate | null): string {
  const fingerprint = tls === null ? '' : `\nThe certificate’s SHA-256 fingerprint: ${tls.fingerprint}`;
  const more = process.stdin.isTTY ? ' Press Enter for a new link,' : '';
  return `Backstop is at ${server.address}. Open it with this link (works once, for ten minutes):

  ${link}
${fingerprint}
It runs as long as this command does.${more}${more === '' ? ' ' : ' '}Ctrl-C to end.`;
}

function linksOnEnter(server: RunningServer, json: boolean): ReturnType<typeof createInterface> | null {
  if (!process.stdin.isTTY || json) return null;
  const lines = createInterface({ input: process.stdin });
  lines.on('line', () => process.stdout.write(`\n  ${server.newLink()}\n`));
  return lines;
}

/** A restart is told to the pages; that there is no engine any more, to the terminal too. */
function tellFailures(engine: EngineProcess, output: Output): void {
  engine.onEvent((event) => {
    if (event.type !== 'engine' || event.state !== 'failed') return;
    const { exitCode: _, ...failure } = describeError(new BackstopError('app/engine-gone'));
    output.failure({ type: 'error', ...failure });
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
