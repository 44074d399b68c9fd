import type { EngineEvent } from '../../../../shared/contract/procedures/index.ts';

type Topic = Extract<EngineEvent, { type: 'changed' }>['topic'];

/** Who wants to hear what the engine tells by itself. */
export class Events {
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  on(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  changed(topic: Topic): void {
    this.emit({ type: 'changed', topic });
  }
}
