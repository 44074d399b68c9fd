import type { Answerer } from '../../shared/contract/carrier/index.ts';
import { FACE_PROCEDURES, type OutputOf, type ProcedureName } from '../../shared/contract/procedures/index.ts';
import { BackstopError } from '../../shared/errors/index.ts';

const OF_A_FACE: ReadonlySet<string> = new Set(FACE_PROCEDURES);

/** The engine as a browser sees it: there is no system around the page that could show a folder or ask for a finger. */
export function browserFace(engine: Answerer): Answerer {
  return {
    async answer(name: ProcedureName, input: unknown): Promise<unknown> {
      if (OF_A_FACE.has(name)) throw new BackstopError('app/not-in-this-face', { data: { name } });
      const output = await engine.answer(name, input);
      if (name !== 'system.info') return output;
      const info = output as OutputOf<'system.info'>;
      return { ...info, face: 'browser', canReveal: false, canOpenAtLogin: false };
    },
    onEvent: (listener) => engine.onEvent(listener),
  };
}
