import { BackstopError, isBackstopError } from '../../../../shared/errors/index.ts';
import type { ObjectSource } from '../store/object-source.ts';
import type { CommitRequest, ObjectRef } from '../types.ts';
import type { ObjectStore } from './object-store.ts';

/**
 * A collection that did not see this session may have marked what it relies on. As long as the bytes are there they are
 * stored once more, in packs of the session, so that it does not matter when the marked files go.
 */
export async function storeAgain(options: {
  readonly request: CommitRequest;
  readonly store: ObjectStore;
  readonly source: ObjectSource;
  /** Is there a place that may be relied on? */
  readonly isHeld: (object: ObjectRef) => Promise<boolean>;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { request, store, source, isHeld, signal } = options;
  for (const object of objectsOf(request)) {
    signal.throwIfAborted();
    if (object.hash === null || (await isHeld(object))) continue;
    try {
      await store.storeAgain(object.hash, object.sizeBytes, source.read(object));
    } catch (error) {
      if (!isBackstopError(error, 'vault/damaged-object')) throw error;
      const name = object.hash.toString('hex');
      const message = `no trustworthy copy of ${name} (${object.sizeBytes} bytes)`;
      throw new BackstopError('vault/object-vanished', { cause: error, message, data: { object: name } });
    }
  }
  await store.seal();
}

function* objectsOf(request: CommitRequest): Generator<ObjectRef> {
  for (const change of request.changes) if (!('removed' in change)) yield change;
  yield* request.tops;
}
