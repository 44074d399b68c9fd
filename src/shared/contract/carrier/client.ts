import { BackstopError } from '../../errors/index.ts';
import {
  type EngineClient,
  type EngineEvent,
  type InputOf,
  type OutputOf,
  type ProcedureName,
  procedures,
  replyFrame,
} from '../procedures/index.ts';
import { errorFrom } from './failure.ts';
import type { Port } from './port.ts';

interface Waiting {
  readonly name: ProcedureName;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The asking end of a port. Answers are parsed too: a face never holds an object that nobody looked at. */
export function createClient(port: Port): EngineClient {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(event: EngineEvent) => void>();
  let next = 0;
  let isOpen = true;

  port.onFrame((frame) => {
    const parsed = replyFrame.safeParse(frame);
    if (!parsed.success) return;
    const reply = parsed.data;
    if (reply.type === 'event') {
      for (const listener of listeners) listener(reply.event);
      return;
    }
    const one = waiting.get(reply.id);
    if (one === undefined) return;
    waiting.delete(reply.id);
    if (reply.type === 'failure') {
      one.reject(errorFrom(reply.failure));
      return;
    }
    const output = procedures[one.name].output.safeParse(reply.output);
    if (output.success) one.resolve(output.data);
    else one.reject(new BackstopError('internal/bug', { data: { detail: `an answer to ${one.name} does not fit` } }));
  });
  port.onClose(() => {
    isOpen = false;
    for (const { reject } of waiting.values()) reject(new BackstopError('app/engine-gone'));
    waiting.clear();
  });

  return {
    call<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
      if (!isOpen) return Promise.reject(new BackstopError('app/engine-gone'));
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { name, resolve: resolve as (output: unknown) => void, reject });
        try {
          port.post({ type: 'request', id, name, input });
        } catch (error) {
          waiting.delete(id);
          reject(error);
        }
      });
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
