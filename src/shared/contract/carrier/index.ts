/** The two ends of a carrier: who asks and who answers. */
export { createClient } from './client.ts';
export { errorFrom, failureFrom } from './failure.ts';
export { MEDIA_TYPES, type MediaRange, type MediaSource, type OpenedMedia, resolveRange } from './media.ts';
export { type ClosablePort, portPair } from './pair.ts';
export type { Port } from './port.ts';
export { type Answerer, serve } from './serve.ts';
