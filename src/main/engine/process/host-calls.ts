import { z } from 'zod';
import { errorFrom, failureFrom, type Port } from '../../../shared/contract/carrier/index.ts';
import { failureFacts, placeToken } from '../../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../../shared/errors/index.ts';

/**
 * What only the process around the engine may ask, and no page can: these are no procedures. A dialog of the system gave a
 * folder; the system itself saw the owner; the computer slept.
 */
export interface HostCalls {
  offerPlace(path: string): string;
  /** Throws `app/unknown-place`. */
  placePath(token: string): string;
  unlock(): void;
  resumed(): void;
}

const id = z.number().int().nonnegative();
const path = z.string().min(1).max(32_768);

const hostAsk = z.discriminatedUnion('ask', [
  z.strictObject({ type: z.literal('host'), id, ask: z.literal('offer-place'), path }),
  z.strictObject({ type: z.literal('host'), id, ask: z.literal('place-path'), token: placeToken }),
  z.strictObject({ type: z.literal('host'), id, ask: z.literal('unlock') }),
  z.strictObject({ type: z.literal('host'), id, ask: z.literal('resumed') }),
]);
type HostAsk = z.infer<typeof hostAsk>;

const hostReply = z.union([
  z.strictObject({ type: z.literal('host-answer'), id, text: z.string().nullable() }),
  z.strictObject({ type: z.literal('host-failure'), id, failure: failureFacts }),
]);

/** The engine's end. */
export function serveHostCalls(calls: HostCalls, port: Port): void {
  port.onFrame((frame) => {
    const parsed = hostAsk.safeParse(frame);
    if (!parsed.success) return;
    const ask = parsed.data;
    try {
      port.post({ type: 'host-answer', id: ask.id, text: answer(calls, ask) });
    } catch (error) {
      port.post({ type: 'host-failure', id: ask.id, failure: failureFrom(error) });
    }
  });
}

function answer(calls: HostCalls, ask: HostAsk): string | null {
  switch (ask.ask) {
    case 'offer-place':
      return calls.offerPlace(ask.path);
    case 'place-path':
      return calls.placePath(ask.token);
    case 'unlock':
      calls.unlock();
      return null;
    case 'resumed':
      calls.resumed();
      return null;
  }
}

/** The parent's end. */
export interface HostClient {
  offerPlace(path: string): Promise<string>;
  placePath(token: string): Promise<string>;
  unlock(): Promise<void>;
  resumed(): Promise<void>;
}

type Ask = HostAsk extends infer One ? (One extends HostAsk ? Omit<One, 'type' | 'id'> : never) : never;

export function createHostClient(port: Port): HostClient {
  const waiting = new Map<number, { resolve: (text: string | null) => void; reject: (error: unknown) => void }>();
  let next = 0;
  let isOpen = true;
  port.onFrame((frame) => {
    const parsed = hostReply.safeParse(frame);
    if (!parsed.success) return;
    const one = waiting.get(parsed.data.id);
    waiting.delete(parsed.data.id);
    if (parsed.data.type === 'host-answer') one?.resolve(parsed.data.text);
    else one?.reject(errorFrom(parsed.data.failure));
  });
  port.onClose(() => {
    isOpen = false;
    for (const { reject } of waiting.values()) reject(new BackstopError('app/engine-gone'));
    waiting.clear();
  });
  const ask = (what: Ask): Promise<string | null> => {
    if (!isOpen) return Promise.reject(new BackstopError('app/engine-gone'));
    return new Promise((resolve, reject) => {
      const one = next++;
      waiting.set(one, { resolve, reject });
      port.post({ type: 'host', id: one, ...what });
    });
  };
  const text = async (what: Ask): Promise<string> => {
    const given = await ask(what);
    if (given === null) throw new BackstopError('internal/bug', { message: 'the engine answered nothing' });
    return given;
  };
  return {
    offerPlace: (folder) => text({ ask: 'offer-place', path: folder }),
    placePath: (token) => text({ ask: 'place-path', token }),
    unlock: async () => void (await ask({ ask: 'unlock' })),
    resumed: async () => void (await ask({ ask: 'resumed' })),
  };
}
