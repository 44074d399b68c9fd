import { type Answerer, type MediaSource, type Port, serve } from '../../../shared/contract/carrier/index.ts';
import type { Logger } from '../log/index.ts';
import { scaledMs, withTimeout } from '../platform/index.ts';
import { orderFrame } from './frames.ts';
import { type HostCalls, serveHostCalls } from './host-calls.ts';
import { serveMedia } from './media-server.ts';

/** All that a face knows of an engine, wherever it runs. */
export interface EngineService extends Answerer, MediaSource {
  /** What the process around it may ask and no page can. Absent where there is nobody to ask (a browser, tests). */
  readonly host?: HostCalls;
  /** Cancels what runs, waits for its end, closes the vaults. */
  close(): Promise<void>;
}

export interface HostOptions {
  readonly port: Port;
  readonly log: Logger;
  readonly open: () => Promise<EngineService>;
}

/** Its parent may rely on these: `sysexits.h`, software error and cannot start. */
export const EXIT_CRASHED = 70;
const EXIT_NOT_STARTED = 71;

/** A backup that is cancelled writes down what it has; longer than this it does not take. */
const CLOSE_MS = scaledMs(15_000);

/** The life of the engine's process: opens the engine, answers its parent, ends when told to or when the parent is gone. */
export async function runHost({ port, log, open }: HostOptions): Promise<void> {
  const crash = (event: string) => (error: unknown) => {
    log.error(event, { error });
    process.exit(EXIT_CRASHED);
  };
  process.on('uncaughtException', crash('engine.crashed'));
  process.on('unhandledRejection', crash('engine.crashed'));

  let service: EngineService | null = null;
  let isEnding = false;
  const end = async (why: string): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    log.info('engine.ending', { why });
    try {
      if (service !== null) await withTimeout(service.close(), CLOSE_MS, 'internal/cancelled');
    } catch (error) {
      // Nothing half-done is ever a version: ending now is as safe as a power cut.
      log.warn('engine.ended-early', { error });
    }
    process.exit(0);
  };
  // A terminal sends Ctrl-C to parent and child alike: it is the parent who says when to end.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  process.on('SIGTERM', () => void end('signal'));
  port.onClose(() => void end('parent gone'));
  port.onFrame((frame) => {
    const order = orderFrame.safeParse(frame);
    if (!order.success) return;
    if (order.data.type === 'ping') port.post({ type: 'pong', id: order.data.id });
    else void end('asked');
  });

  try {
    service = await open();
  } catch (error) {
    log.error('engine.not-started', { error });
    process.exit(EXIT_NOT_STARTED);
  }
  serve(service, port);
  serveMedia(service, port);
  if (service.host !== undefined) serveHostCalls(service.host, port);
  log.info('engine.ready');
  port.post({ type: 'ready' });
}
