import { BackstopError } from '../../../shared/errors/index.ts';

/** A place that should be impossible: a mistake of the generator, never of its caller. */
export function bug(message: string): never {
  throw new BackstopError('internal/bug', { message });
}
