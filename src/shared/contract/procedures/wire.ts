import { z } from 'zod';
import { failureFacts } from './common.ts';
import { engineEvent } from './events.ts';

/** Frames between a face and the engine, the same on a MessagePort and on a WebSocket. */

export const MAX_REQUEST_BYTES = 1_000_000;

export const requestFrame = z.strictObject({
  type: z.literal('request'),
  id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  name: z.string().max(100),
  input: z.unknown(),
});
export type RequestFrame = z.infer<typeof requestFrame>;

export const replyFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), id: z.number().int(), output: z.unknown() }),
  z.object({ type: z.literal('failure'), id: z.number().int(), failure: failureFacts }),
  z.object({ type: z.literal('event'), event: engineEvent }),
]);
export type ReplyFrame = z.infer<typeof replyFrame>;
