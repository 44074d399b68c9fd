import type { WebSocket } from 'ws';
import type { Port } from '../../../shared/contract/carrier/index.ts';
import type { EngineEvent } from '../../../shared/contract/procedures/index.ts';

/** More than this on its way to a browser: it is slow, and events wait; a newer one takes the place of what it supersedes. */
const SLOW_BYTES = 1024 * 1024;
/** More than this: it does not read at all. */
const HOPELESS_BYTES = 64 * 1024 * 1024;

/** Frames over a WebSocket. What is not JSON arrives as `undefined`, and is refused as what it is: nothing. */
export function socketPort(socket: WebSocket): Port {
  const held = new Map<string, EngineEvent>();
  const isSlow = (): boolean => socket.bufferedAmount > SLOW_BYTES;
  const send = (frame: unknown): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > HOPELESS_BYTES) socket.terminate();
    else socket.send(JSON.stringify(frame), flush);
  };
  function flush(): void {
    for (const [key, event] of held) {
      if (isSlow()) return;
      held.delete(key);
      send({ type: 'event', event });
    }
  }
  return {
    post(frame) {
      const event = eventOf(frame);
      if (event === null) send(frame);
      else if (isSlow() || held.size > 0) {
        const key = event.type === 'job' ? `job ${event.job.id}` : JSON.stringify(event);
        // Taken out first, so that it stands behind what was said before it.
        held.delete(key);
        held.set(key, event);
        flush();
      } else send(frame);
    },
    onFrame(listener) {
      socket.on('message', (data, isBinary) => {
        if (isBinary) listener(undefined);
        else listener(parsed(String(data)));
      });
    },
    onClose: (listener) => void socket.on('close', listener),
  };
}

function eventOf(frame: unknown): EngineEvent | null {
  if (typeof frame !== 'object' || frame === null || !('type' in frame) || frame.type !== 'event') return null;
  return (frame as { readonly type: 'event'; readonly event: EngineEvent }).event;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
