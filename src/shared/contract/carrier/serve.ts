import { BackstopError } from '../../errors/index.ts';
import { type EngineEvent, type ProcedureName, procedures, requestFrame } from '../procedures/index.ts';
import { failureFrom } from './failure.ts';
import type { Port } from './port.ts';

/** What answers questions: the engine, or a face that passes some of them on. Inputs it gets have been parsed. */
export interface Answerer {
  answer(name: ProcedureName, input: unknown): Promise<unknown>;
  onEvent(listener: (event: EngineEvent) => void): () => void;
}

/** More questions than this at once are no person's: a page gone wild must not fill the memory. */
const MOST_WAITING = 200;

/** The answering end of a port. Whatever comes is parsed first; what does not fit gets a typed refusal, or none at all. */
export function serve(answerer: Answerer, port: Port): void {
  let isOpen = true;
  let waiting = 0;
  const stop = answerer.onEvent((event) => {
    if (isOpen) port.post({ type: 'event', event });
  });
  port.onClose(() => {
    isOpen = false;
    stop();
  });
  port.onFrame((frame) => {
    const parsed = requestFrame.safeParse(frame);
    if (!parsed.success) return;
    const { id, name, input } = parsed.data;
    const refuse = (error: unknown): void => {
      if (isOpen) port.post({ type: 'failure', id, failure: failureFrom(error) });
    };
    if (!isProcedure(name)) {
      refuse(new BackstopError('app/no-such-procedure', { data: { name: name.slice(0, 60) } }));
      return;
    }
    if (waiting >= MOST_WAITING) {
      refuse(new BackstopError('app/too-many-questions'));
      return;
    }
    const fitting = procedures[name].input.safeParse(input);
    if (!fitting.success) {
      const where = fitting.error.issues[0]?.path.map(String).join('.') ?? '';
      refuse(new BackstopError('app/bad-question', { data: { name, where } }));
      return;
    }
    waiting += 1;
    answerer
      .answer(name, fitting.data)
      .then((output) => {
        if (isOpen) port.post({ type: 'answer', id, output });
      }, refuse)
      .finally(() => {
        waiting -= 1;
      });
  });
}

function isProcedure(name: string): name is ProcedureName {
  return Object.hasOwn(procedures, name);
}
