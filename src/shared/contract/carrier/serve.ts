import { BackstopError } from '../../errors/index.ts';
import {
  type EngineEvent,
  MAX_REQUEST_BYTES,
  type ProcedureName,
  procedures,
  requestFrame,
} from '../procedures/index.ts';
import { failureFrom } from './failure.ts';
import type { Port } from './port.ts';
import { isHeavier } from './weight.ts';

/** What answers questions: the engine, or a face that passes some of them on. Inputs it gets have been parsed. */
export interface Answerer {
  answer(name: ProcedureName, input: unknown): Promise<unknown>;
  onEvent(listener: (event: EngineEvent) => void): () => void;
}

/** More questions than this at once are no person's: a page gone wild must not fill the memory. */
const MOST_WAITING = 200;

/** The id of a refusal whose question had none that could be read. */
const NO_ID = -1;

/**
 * The answering end of a port. Whatever comes is parsed first, and what does not fit gets a typed refusal. Where other
 * frames share the port (`others: 'leave'`), what says that it is something else than a request is left alone.
 */
export function serve(answerer: Answerer, port: Port, others: 'leave' | 'refuse' = 'leave'): void {
  let isOpen = true;
  let waiting = 0;
  const stop = answerer.onEvent((event) => {
    if (isOpen) port.post({ type: 'event', event });
  });
  port.onClose(() => {
    isOpen = false;
    stop();
  });
  const refuse = (id: number, error: unknown): void => {
    if (isOpen) port.post({ type: 'failure', id, failure: failureFrom(error) });
  };
  port.onFrame((frame) => {
    if (others === 'leave' && isForOthers(frame)) return;
    if (isHeavier(frame, MAX_REQUEST_BYTES)) {
      refuse(idOf(frame), new BackstopError('app/question-too-large', { data: { bytes: MAX_REQUEST_BYTES } }));
      return;
    }
    const parsed = requestFrame.safeParse(frame);
    if (!parsed.success) {
      refuse(idOf(frame), new BackstopError('app/bad-question', { data: { name: '?', where: 'frame' } }));
      return;
    }
    const { id, name, input } = parsed.data;
    if (!isProcedure(name)) {
      refuse(id, new BackstopError('app/no-such-procedure', { data: { name: name.slice(0, 60) } }));
      return;
    }
    if (waiting >= MOST_WAITING) {
      refuse(id, new BackstopError('app/too-many-questions'));
      return;
    }
    const fitting = procedures[name].input.safeParse(input);
    if (!fitting.success) {
      const where = fitting.error.issues[0]?.path.map(String).join('.').slice(0, 100) ?? '';
      refuse(id, new BackstopError('app/bad-question', { data: { name, where } }));
      return;
    }
    waiting += 1;
    answerer
      .answer(name, fitting.data)
      .then((output) => {
        if (isOpen) port.post({ type: 'answer', id, output });
      })
      .catch((error: unknown) => refuse(id, error))
      .finally(() => {
        waiting -= 1;
      });
  });
}

function isProcedure(name: string): name is ProcedureName {
  return Object.hasOwn(procedures, name);
}

function isForOthers(frame: unknown): boolean {
  const type = fieldOf(frame, 'type');
  return typeof type === 'string' && type !== 'request';
}

function idOf(frame: unknown): number {
  const id = fieldOf(frame, 'id');
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : NO_ID;
}

function fieldOf(frame: unknown, field: 'type' | 'id'): unknown {
  if (typeof frame !== 'object' || frame === null || !Object.hasOwn(frame, field)) return undefined;
  return (frame as Record<string, unknown>)[field];
}
