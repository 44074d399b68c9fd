import type { Answerer } from '../../../src/shared/contract/carrier/index.ts';
import {
  type EngineEvent,
  type InputOf,
  type OutputOf,
  type ProcedureName,
  procedures,
} from '../../../src/shared/contract/procedures/index.ts';
import { BackstopError } from '../../../src/shared/errors/index.ts';

/**
 * An engine that says what a scene tells it to: for looking at screens in states that are hard to bring about (a disk that
 * fails, nine days without the phone). Looks only: whatever is claimed to work is tested against the real engine. Every
 * answer passes the contract's schema, so that no scene shows what the engine could not say.
 */
export type Scene = {
  readonly [N in ProcedureName]?: OutputOf<N> | ((input: InputOf<N>) => OutputOf<N> | Promise<OutputOf<N>>);
};

export class StagedEngine implements Answerer {
  readonly #scene: Scene;
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  async answer(name: ProcedureName, input: unknown): Promise<unknown> {
    const staged = this.#scene[name] as unknown;
    if (staged === undefined) throw new BackstopError('app/no-such-procedure', { data: { name } });
    const output: unknown =
      typeof staged === 'function' ? await (staged as (input: unknown) => unknown)(input) : staged;
    return procedures[name].output.parse(output);
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
