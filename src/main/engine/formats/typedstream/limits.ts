import { BackstopError } from '../../../../shared/errors/index.ts';

/** A message has a few kilobytes; nothing real comes near. */
export const MAX_STREAM_BYTES = 2 * 1024 * 1024;
/** Objects inside each other. Attributed strings have four levels. */
export const MAX_DEPTH = 64;
/** Values of one stream: a structure may have no members, so that its length alone does not bound the work. */
export const MAX_VALUES = 250_000;

export function badTypedstream(message: string): BackstopError {
  return new BackstopError('formats/bad-typedstream', { message: `typedstream: ${message}` });
}
